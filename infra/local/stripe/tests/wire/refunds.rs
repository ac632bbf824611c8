//! Refunds: at once, later, failing, waiting.

use local_stripe::MovementKind;
use serde_json::{Value, json};

use crate::lab::Lab;

const VISA: &str = "4242424242424242";

async fn refund(lab: &Lab, account: &str, charge: &str, amount: &str) -> Value {
    lab.post("/v1/refunds", account, &[("charge", charge), ("amount", amount)]).await.ok()
}

async fn retrieve(lab: &Lab, account: &str, refund: &Value) -> Value {
    lab.get(&format!("/v1/refunds/{}", refund["id"].as_str().unwrap()), account).await.ok()
}

#[tokio::test]
async fn a_card_refund_succeeds_at_once_up_to_the_charge() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let params = [("charge", charge.as_str()), ("amount", "300"), ("metadata[reward]", "rw_1")];
    let first = lab.post("/v1/refunds", &account, &params).await.ok();
    assert_eq!((&first["status"], &first["metadata"]["reward"]), (&json!("succeeded"), &json!("rw_1")));
    assert_eq!(lab.deliver("/connect").await, ["refund.created", "charge.refunded"]);
    let too_much = lab.post("/v1/refunds", &account, &[("charge", &charge), ("amount", "701")]).await;
    let message = "Refund amount (SGD 7.01) is greater than unrefunded amount on charge (SGD 7.00)";
    assert_eq!(too_much.error().1["message"], message);
    let rest = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.ok();
    assert_eq!(rest["amount"], 700);
    let after = lab.charge(&account, &charge).await;
    assert_eq!((&after["refunded"], &after["amount_refunded"]), (&json!(true), &json!(1000)));
    let more = lab.post("/v1/refunds", &account, &[("charge", &charge)]).await;
    assert_eq!(more.code(), (400, "charge_already_refunded".to_owned()));
    let snapshots: Vec<Value> =
        lab.stripe.events().into_iter().filter(|e| e["type"] == "charge.refunded").collect();
    let refunded: Vec<&Value> =
        snapshots.iter().map(|event| &event["data"]["object"]["amount_refunded"]).collect();
    assert_eq!(refunded, [300, 1000]);
}

#[tokio::test]
async fn a_paynow_refund_is_pending_for_a_minute() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.paynow_charge(&account, "1000").await;
    let pending = refund(&lab, &account, &charge, "100").await;
    assert_eq!(
        (&pending["status"], &pending["destination_details"]["paynow"]),
        (&json!("pending"), &json!({}))
    );
    lab.drain().await;
    lab.clock.advance(59);
    assert_eq!(lab.stripe.deliver().await, 0);
    lab.clock.advance(1);
    assert_eq!(lab.deliver("/connect").await, ["refund.updated", "charge.refund.updated"]);
    assert_eq!(retrieve(&lab, &account, &pending).await["status"], "succeeded");
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 900);
}

#[tokio::test]
async fn a_failed_refund_gives_the_money_back() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.paynow_charge(&account, "1000").await;
    lab.stripe.fail_next_refund(&account, "declined");
    let pending = refund(&lab, &account, &charge, "100").await;
    assert_eq!(pending["status"], "pending");
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 900);
    lab.drain().await;
    lab.clock.advance(60);
    assert_eq!(lab.deliver("/connect").await, ["refund.failed", "refund.updated", "charge.refund.updated"]);
    let failed = retrieve(&lab, &account, &pending).await;
    assert_eq!((&failed["status"], &failed["failure_reason"]), (&json!("failed"), &json!("declined")));
    assert!(failed["failure_balance_transaction"].is_string());
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 1000);
    assert_eq!(lab.charge(&account, &charge).await["amount_refunded"], 0);
    assert_eq!(lab.stripe.moved().last().unwrap().kind, MovementKind::RefundFailure);
    assert_eq!(refund(&lab, &account, &charge, "100").await["status"], "pending");
}

#[tokio::test]
async fn test_cards_fail_or_delay_their_refunds() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    for (number, at_first, at_last) in
        [("4000000000005126", "succeeded", "failed"), ("4000000000007726", "pending", "succeeded")]
    {
        let charge = lab.card_charge(&account, "1000", number).await;
        let made = refund(&lab, &account, &charge, "100").await;
        assert_eq!(made["status"], at_first);
        lab.clock.advance(60);
        assert_eq!(retrieve(&lab, &account, &made).await["status"], at_last);
    }
}

#[tokio::test]
async fn without_money_a_card_refund_waits_and_another_fails() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let paynow = lab.paynow_charge(&account, "1000").await;
    let card = lab.card_charge(&account, "1000", VISA).await;
    lab.stripe.set_available_balance(&account, "sgd", 99);
    let failed = refund(&lab, &account, &paynow, "100").await;
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("insufficient_funds"))
    );
    assert_eq!(lab.charge(&account, &paynow).await["amount_refunded"], 0);
    let events = ["refund.created", "refund.failed", "refund.updated", "charge.refund.updated"];
    assert_eq!(lab.deliver("/connect").await, events);
    let waiting = refund(&lab, &account, &card, "100").await;
    assert_eq!(
        (&waiting["status"], &waiting["pending_reason"]),
        (&json!("pending"), &json!("insufficient_funds"))
    );
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 99);
    lab.card_charge(&account, "50", VISA).await;
    assert_eq!(retrieve(&lab, &account, &waiting).await["status"], "succeeded");
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), 49);
}

#[tokio::test]
async fn a_dispute_fails_the_refund_that_waits() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    lab.stripe.set_available_balance(&account, "sgd", 0);
    let waiting = refund(&lab, &account, &charge, "100").await;
    lab.stripe.dispute(&charge).unwrap();
    let failed = retrieve(&lab, &account, &waiting).await;
    assert_eq!(failed["failure_reason"], "charge_for_pending_refund_disputed");
    assert_eq!(lab.stripe.available_balance(&account, "sgd"), -1000);
}

#[tokio::test]
async fn the_application_fee_goes_back_in_proportion() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let more = [("payment_intent_data[application_fee_amount]", "33")];
    let session = lab.session(&account, "1000", "sgd", &more).await;
    lab.stripe.pay(&session, local_stripe::PayWith::Paynow).unwrap();
    lab.release(&account);
    let charge = lab.stripe.charge_of(&session).unwrap();
    let platform = lab.stripe.platform_account();
    for (amount, merchant, fee) in [("500", 484, 16), ("500", 0, 0)] {
        let params = [("charge", charge.as_str()), ("amount", amount), ("refund_application_fee", "true")];
        lab.post("/v1/refunds", &account, &params).await.ok();
        assert_eq!(lab.stripe.available_balance(&account, "sgd"), merchant);
        assert_eq!(lab.stripe.available_balance(&platform, "sgd"), fee);
    }
}

#[tokio::test]
async fn a_dashboard_refund_carries_no_metadata_and_no_request() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let id = lab.stripe.refund_from_dashboard(&charge, 400).unwrap();
    let list = lab.get(&format!("/v1/refunds?charge={charge}"), &account).await.ok();
    assert_eq!((&list["data"][0]["id"], &list["data"][0]["metadata"]), (&json!(id), &json!({})));
    let event = lab.stripe.events().into_iter().find(|event| event["type"] == "refund.created").unwrap();
    assert_eq!(event["request"], json!({ "id": null, "idempotency_key": null }));
    assert!(lab.stripe.refund_from_dashboard(&charge, 601).is_err());
}

#[tokio::test]
async fn a_payment_intent_names_its_charge() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", VISA).await;
    let intent = lab.charge(&account, &charge).await["payment_intent"].as_str().unwrap().to_owned();
    let made = lab.post("/v1/refunds", &account, &[("payment_intent", &intent), ("amount", "5")]).await.ok();
    assert_eq!((&made["charge"], &made["payment_intent"]), (&json!(charge), &json!(intent)));
    let list = lab.get(&format!("/v1/charges?payment_intent={intent}"), &account).await.ok();
    assert_eq!(list["data"][0]["id"], json!(charge));
}
