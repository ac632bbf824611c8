//! Disputes as things of their own: several of one charge, verdicts that change, inquiries, prevented ones.

use serde_json::{Value, json};

use crate::lab::Lab;

const VISA: &str = "4242424242424242";

async fn disputed(lab: &Lab, account: &str, id: &str) -> Value {
    lab.get(&format!("/v1/disputes/{id}"), account).await.ok()
}

fn balance(lab: &Lab, account: &str) -> i64 {
    lab.stripe.available_balance(account, "sgd")
}

fn moved(dispute: &Value) -> Vec<i64> {
    let movements = dispute["balance_transactions"].as_array().unwrap();
    movements.iter().map(|one| one["amount"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_charge_can_have_several_disputes_and_what_they_leave_can_be_refunded() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let one = lab.stripe.dispute_part(&charge, 300).unwrap();
    let other = lab.stripe.dispute_part(&charge, 400).unwrap();
    assert!(lab.stripe.dispute_part(&charge, 301).is_err(), "more than the charge");
    assert!(lab.stripe.dispute_part(&charge, 0).is_err());
    assert_eq!(balance(&lab, &account), 300);
    for query in [format!("charge={charge}"), {
        let intent = lab.charge(&account, &charge).await["payment_intent"].clone();
        format!("payment_intent={}", intent.as_str().unwrap())
    }] {
        let list = lab.get(&format!("/v1/disputes?{query}"), &account).await.ok();
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, [json!(other), json!(one)]);
    }
    assert_eq!(disputed(&lab, &account, &one).await["is_charge_refundable"], true);
    let too_much = lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "301")]).await;
    assert_eq!(too_much.status, 400);
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.ok()["amount"], 300);
    let more = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(more.code(), (400, "charge_disputed".to_owned()));
    assert_eq!(disputed(&lab, &account, &one).await["is_charge_refundable"], false);

    lab.stripe.close_dispute(&one, true).unwrap();
    assert_eq!(balance(&lab, &account), 300, "only this dispute's money comes back");
    lab.stripe.close_dispute(&other, false).unwrap();
    assert_eq!(moved(&disputed(&lab, &account, &other).await), [-400], "part of a charge has no refunds");
    assert_eq!(lab.charge(&account, &charge).await["disputed"], true);
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.ok()["amount"], 300);
    assert_eq!(balance(&lab, &account), 0);
}

#[tokio::test]
async fn who_disputes_again_disputes_the_rest() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "100")]).await.ok();
    lab.stripe.dispute_part(&charge, 300).unwrap();
    let rest = lab.stripe.dispute(&charge).unwrap();
    assert_eq!(disputed(&lab, &account, &rest).await["amount"], 600);
    assert!(lab.stripe.dispute(&charge).is_err(), "nothing is left");
}

#[tokio::test]
async fn a_verdict_can_change() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.dispute(&charge).unwrap();
    assert!(lab.stripe.reverse_verdict(&id).is_err() && lab.stripe.appeal(&id).is_err(), "no verdict yet");
    lab.stripe.close_dispute(&id, true).unwrap();
    lab.drain().await;
    lab.stripe.reverse_verdict(&id).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.funds_withdrawn", "charge.dispute.closed"]);
    assert_eq!(balance(&lab, &account), 0);
    assert_eq!(disputed(&lab, &account, &id).await["status"], "lost");
    let refund = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(refund.code(), (400, "charge_disputed".to_owned()));
    lab.stripe.reverse_verdict(&id).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.funds_reinstated", "charge.dispute.closed"]);
    assert_eq!(balance(&lab, &account), 1000);
    assert_eq!(moved(&disputed(&lab, &account, &id).await), [-1000, 1000, -1000, 1000]);

    lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "400")]).await.ok();
    lab.drain().await;
    lab.stripe.reverse_verdict(&id).unwrap();
    assert_eq!(balance(&lab, &account), 0, "of the whole charge, what was refunded is not taken again");
}

#[tokio::test]
async fn a_verdict_that_is_appealed_is_open_again() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for (first, then, events, left) in [
        (true, true, vec!["charge.dispute.closed"], 1000),
        (true, false, vec!["charge.dispute.funds_withdrawn", "charge.dispute.closed"], 0),
        (false, true, vec!["charge.dispute.funds_reinstated", "charge.dispute.closed"], 1000),
        (false, false, vec!["charge.dispute.closed"], 0),
    ] {
        lab.stripe.set_available_balance(&account, "sgd", 0);
        let charge = lab.card_charge(&account, "1000", VISA).await;
        let id = lab.stripe.dispute(&charge).unwrap();
        lab.stripe.close_dispute(&id, first).unwrap();
        lab.drain().await;
        let before = balance(&lab, &account);
        lab.stripe.appeal(&id).unwrap();
        assert_eq!(lab.deliver("/connect").await, ["charge.dispute.updated"]);
        assert_eq!(disputed(&lab, &account, &id).await["status"], "appeal_under_review");
        assert_eq!(balance(&lab, &account), before, "an appeal moves nothing");
        assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.status, 400);
        lab.stripe.close_dispute(&id, then).unwrap();
        assert_eq!(lab.deliver("/connect").await, events);
        assert_eq!(balance(&lab, &account), left);
    }
}

#[tokio::test]
async fn a_won_dispute_cannot_come_back_where_another_took_its_place() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.dispute_part(&charge, 600).unwrap();
    lab.stripe.close_dispute(&id, true).unwrap();
    lab.stripe.dispute_part(&charge, 600).unwrap();
    assert!(lab.stripe.reverse_verdict(&id).is_err() && lab.stripe.appeal(&id).is_err());
    assert_eq!(balance(&lab, &account), 400);
}

#[tokio::test]
async fn an_inquiry_takes_nothing_until_it_becomes_a_dispute() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.inquire(&charge).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.created"]);
    let inquiry = disputed(&lab, &account, &id).await;
    assert_eq!((&inquiry["status"], moved(&inquiry)), (&json!("warning_needs_response"), vec![]));
    assert_eq!(inquiry["payment_method_details"]["card"]["case_type"], "inquiry");
    assert_eq!(inquiry["is_charge_refundable"], true);
    assert!(lab.stripe.close_dispute(&id, true).is_err(), "there is nothing to decide");
    lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "100")]).await.ok();
    lab.drain().await;
    lab.stripe.escalate(&id).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.funds_withdrawn"]);
    let dispute = disputed(&lab, &account, &id).await;
    assert_eq!((&dispute["status"], moved(&dispute)), (&json!("needs_response"), vec![-1000]));
    assert_eq!(balance(&lab, &account), -100);
    assert!(lab.stripe.escalate(&id).is_err() && lab.stripe.close_inquiry(&id).is_err());

    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.inquire(&charge).unwrap();
    lab.drain().await;
    lab.stripe.close_inquiry(&id).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.closed"]);
    assert_eq!(disputed(&lab, &account, &id).await["status"], "warning_closed");
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.status, 200);
}

#[tokio::test]
async fn a_prevented_dispute_takes_all_or_nothing() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.prevent_dispute(&charge, false).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["charge.dispute.created", "charge.dispute.closed"]);
    let prevented = disputed(&lab, &account, &id).await;
    assert_eq!((&prevented["status"], moved(&prevented)), (&json!("prevented"), vec![]));
    assert_eq!(prevented["payment_method_details"]["card"]["case_type"], "resolution");
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.status, 200);
    lab.drain().await;

    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.prevent_dispute(&charge, true).unwrap();
    let events = ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"];
    assert_eq!(lab.deliver("/connect").await, events);
    let prevented = disputed(&lab, &account, &id).await;
    assert_eq!((moved(&prevented), &prevented["is_charge_refundable"]), (vec![-1000], &json!(false)));
    assert_eq!(balance(&lab, &account), 0);
    let refund = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(refund.code(), (400, "charge_disputed".to_owned()));
    let paynow = lab.paynow_charge(&account, "1000").await;
    assert!(lab.stripe.prevent_dispute(&paynow, false).is_err() && lab.stripe.inquire(&paynow).is_err());
}
