//! Application fees, and how the platform gives them back.

use local_stripe::{MovementKind, PayWith};
use serde_json::{Value, json};

use crate::lab::Lab;

/// A charge of 1000 with a fee of 100 whose money is available, and the fee.
async fn charged(lab: &Lab, account: &str) -> (String, String) {
    let fee = [("payment_intent_data[application_fee_amount]", "100")];
    let session = lab.session(account, "1000", "sgd", &fee).await;
    lab.stripe.pay(&session, PayWith::Paynow).unwrap();
    lab.release(account);
    lab.drain().await;
    let charge = lab.stripe.charge_of(&session).unwrap();
    let fee = lab.charge(account, &charge).await["application_fee"].as_str().unwrap().to_owned();
    (charge, fee)
}

fn money(lab: &Lab, account: &str) -> (i64, i64) {
    let platform = lab.stripe.platform_account();
    (lab.stripe.available_balance(account, "sgd"), lab.stripe.available_balance(&platform, "sgd"))
}

#[tokio::test]
async fn a_fee_is_found_by_its_charge_and_from_it() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (charge, id) = charged(&lab, &account).await;
    let fee = lab.get(&format!("/v1/application_fees/{id}"), "").await.ok();
    assert_eq!(
        (&fee["object"], &fee["account"], &fee["charge"], &fee["amount"], &fee["refunded"]),
        (&json!("application_fee"), &json!(account), &json!(charge), &json!(100), &json!(false))
    );
    assert_eq!(fee["fee_source"], json!({ "charge": charge, "type": "charge" }));
    assert!(fee["application"].as_str().unwrap().starts_with("ca_"));
    let list = lab.get(&format!("/v1/application_fees?charge={charge}"), "").await.ok();
    assert_eq!(list["data"], json!([fee]));
    assert_eq!(lab.get("/v1/application_fees?charge=ch_none", "").await.ok()["data"], json!([]));
    let path = format!("/v1/charges/{charge}?expand[]=application_fee.balance_transaction");
    let expanded = lab.get(&path, &account).await.ok();
    assert_eq!(expanded["application_fee"]["id"], json!(id));
    assert_eq!(expanded["application_fee"]["balance_transaction"]["source"], json!(id));
    let not_theirs = lab.get(&format!("/v1/application_fees/{id}"), &account).await;
    assert_eq!(not_theirs.code(), (404, "resource_missing".to_owned()));
}

#[tokio::test]
async fn a_fee_goes_back_in_parts_and_never_more_than_it_is() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (_, id) = charged(&lab, &account).await;
    let path = format!("/v1/application_fees/{id}/refunds");
    assert_eq!(money(&lab, &account), (900, 100));
    let params = [("amount", "30"), ("metadata[reward]", "rw_1")];
    let part = lab.post_keyed(&path, "", "k", &params).await.ok();
    assert_eq!(
        (&part["object"], &part["amount"], &part["fee"], &part["metadata"]["reward"]),
        (&json!("fee_refund"), &json!(30), &json!(id), &json!("rw_1"))
    );
    assert!(part["id"].as_str().unwrap().starts_with("fr_"));
    assert_eq!(lab.post_keyed(&path, "", "k", &params).await.ok(), part, "the same key, the same answer");
    assert_eq!(money(&lab, &account), (930, 70));
    assert_eq!(lab.deliver("/account").await, ["application_fee.refunded"]);
    let too_much = lab.post(&path, "", &[("amount", "71")]).await;
    let message = "Refund amount (SGD 0.71) is greater than unrefunded amount on fee (SGD 0.70)";
    assert_eq!((too_much.status, &too_much.error().1["message"]), (400, &json!(message)));
    let rest = lab.post(&path, "", &[]).await.ok();
    assert_eq!(rest["amount"], 70);
    assert_eq!(lab.post(&path, "", &[]).await.status, 400);
    assert_eq!(money(&lab, &account), (1000, 0));
    let fee = lab.get(&format!("/v1/application_fees/{id}"), "").await.ok();
    assert_eq!((&fee["refunded"], &fee["amount_refunded"]), (&json!(true), &json!(100)));
    assert_eq!(fee["refunds"]["data"], json!([rest, part]));
    assert_eq!(lab.get(&path, "").await.ok()["data"], json!([rest, part]));
    assert_eq!(lab.post(&path, &account, &[]).await.status, 404, "the fee is the platform's");
}

#[tokio::test]
async fn both_accounts_have_a_balance_transaction_of_it() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (_, id) = charged(&lab, &account).await;
    let made = lab.post(&format!("/v1/application_fees/{id}/refunds"), "", &[("amount", "40")]).await.ok();
    for (account, amount, category) in [(account.as_str(), 40, "fee"), ("", -40, "platform_earning_refund")] {
        let path = "/v1/balance_transactions?type=application_fee_refund&expand[]=data.source";
        let list = lab.get(path, account).await.ok();
        let line: &Value = &list["data"][0];
        assert_eq!(
            (&line["amount"], &line["reporting_category"], &line["source"]["id"]),
            (&json!(amount), &json!(category), &made["id"])
        );
    }
}

#[tokio::test]
async fn a_platform_without_money_cannot_give_a_fee_back() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (_, id) = charged(&lab, &account).await;
    lab.stripe.set_available_balance(&lab.stripe.platform_account(), "sgd", 39);
    let refused = lab.post(&format!("/v1/application_fees/{id}/refunds"), "", &[("amount", "40")]).await;
    assert_eq!(refused.code(), (400, "balance_insufficient".to_owned()));
    assert_eq!(money(&lab, &account), (900, 39));
}

#[tokio::test]
async fn a_fee_that_goes_back_may_be_pending_first() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (_, id) = charged(&lab, &account).await;
    lab.stripe.fee_refunds_arrive_pending(true);
    lab.post(&format!("/v1/application_fees/{id}/refunds"), "", &[("amount", "40")]).await.ok();
    assert_eq!((money(&lab, &account), lab.stripe.pending_balance(&account, "sgd")), ((900, 60), 40));
}

#[tokio::test]
async fn a_refund_gives_back_its_share_of_what_is_left_of_the_fee() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (charge, id) = charged(&lab, &account).await;
    lab.post(&format!("/v1/application_fees/{id}/refunds"), "", &[("amount", "70")]).await.ok();
    lab.drain().await;
    let params = [("charge", charge.as_str()), ("amount", "500"), ("refund_application_fee", "true")];
    lab.post("/v1/refunds", &account, &params).await.ok();
    assert_eq!(money(&lab, &account), (900 + 70 - 500 + 30, 0), "a half of 100 is 50, and 30 are left");
    assert_eq!(lab.deliver("/account").await, ["application_fee.refunded"]);
    let fee = lab.get(&format!("/v1/application_fees/{id}"), "").await.ok();
    let amounts: Vec<_> =
        fee["refunds"]["data"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!((amounts, &fee["refunded"]), (vec![&json!(30), &json!(70)], &json!(true)));
}

#[tokio::test]
async fn a_refund_that_fails_brings_the_platform_its_fee_again() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (charge, id) = charged(&lab, &account).await;
    lab.stripe.fail_next_refund(&account, "declined");
    let params = [("charge", charge.as_str()), ("refund_application_fee", "true")];
    lab.post("/v1/refunds", &account, &params).await.ok();
    assert_eq!(money(&lab, &account), (0, 0));
    lab.clock.advance(60);
    assert_eq!(money(&lab, &account), (900, 100));
    let fee = lab.get(&format!("/v1/application_fees/{id}"), "").await.ok();
    assert_eq!((&fee["amount_refunded"], &fee["refunded"]), (&json!(0), &json!(false)));
    let kinds = lab.stripe.moved().into_iter().filter(|m| m.kind == MovementKind::ApplicationFeeRefund);
    assert_eq!(kinds.map(|m| m.amount).collect::<Vec<_>>(), [-100, 100]);
}
