//! Transfers from the platform.

use local_stripe::MovementKind;
use serde_json::json;

use crate::lab::Lab;

#[tokio::test]
async fn a_transfer_moves_the_platforms_money() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let platform = lab.stripe.platform_account();
    let params = [
        ("amount", "400"),
        ("currency", "sgd"),
        ("destination", account.as_str()),
        ("transfer_group", "g"),
        ("metadata[reward]", "rw_1"),
    ];
    assert_eq!(lab.post("/v1/transfers", "", &params).await.code(), (400, "balance_insufficient".to_owned()));
    lab.stripe.set_available_balance(&platform, "sgd", 1000);
    let made = lab.post_keyed("/v1/transfers", "", "t", &params).await.ok();
    assert_eq!(lab.post_keyed("/v1/transfers", "", "t", &params).await.ok()["id"], made["id"]);
    let balances = |lab: &Lab| {
        (lab.stripe.available_balance(&platform, "sgd"), lab.stripe.available_balance(&account, "sgd"))
    };
    assert_eq!(balances(&lab), (600, 400));
    assert_eq!(lab.deliver("/account").await, ["transfer.created"]);
    let list = lab.get("/v1/transfers?transfer_group=g", "").await.ok();
    assert_eq!((&list["data"][0]["id"], list["data"].as_array().unwrap().len()), (&made["id"], 1));
    let reversals = format!("/v1/transfers/{}/reversals", made["id"].as_str().unwrap());
    assert_eq!(lab.post(&reversals, "", &[("amount", "100")]).await.ok()["amount"], 100);
    assert_eq!(lab.post(&reversals, "", &[("amount", "301")]).await.status, 400);
    assert_eq!(balances(&lab), (700, 300));
    let kinds: Vec<_> =
        lab.stripe.moved().into_iter().map(|movement| (movement.kind, movement.amount)).collect();
    use MovementKind::{Payment, PaymentRefund, Transfer};
    assert_eq!(kinds, [(Transfer, -400), (Payment, 400), (Transfer, 100), (PaymentRefund, -100)]);
}

#[tokio::test]
async fn a_reversal_is_a_refund_on_the_destination() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_available_balance(&lab.stripe.platform_account(), "sgd", 1000);
    let params = [("amount", "400"), ("currency", "sgd"), ("destination", account.as_str())];
    let made = lab.post("/v1/transfers", "", &params).await.ok();
    lab.drain().await;
    let reversals = format!("/v1/transfers/{}/reversals", made["id"].as_str().unwrap());
    let reversal = lab.post(&reversals, "", &[("amount", "100")]).await.ok();
    let id = reversal["destination_payment_refund"].as_str().unwrap();
    assert!(id.starts_with("pyr_"));
    assert_eq!(lab.deliver("/connect").await, ["refund.created", "charge.refunded"]);
    let refund = lab.get(&format!("/v1/refunds/{id}"), &account).await.ok();
    assert_eq!(
        (
            &refund["source_transfer_reversal"],
            &refund["charge"],
            &refund["payment_intent"],
            &refund["amount"]
        ),
        (&reversal["id"], &made["destination_payment"], &json!(null), &json!(100))
    );
    let payment = made["destination_payment"].as_str().unwrap();
    let list = lab.get(&format!("/v1/refunds?charge={payment}"), &account).await.ok();
    assert_eq!(list["data"], json!([refund]));
    let payment = lab.get(&format!("/v1/charges/{payment}"), &account).await.ok();
    assert_eq!((&payment["amount_refunded"], &payment["refunded"]), (&json!(100), &json!(false)));
    assert_eq!(lab.get(&format!("/v1/charges/{}", payment["id"].as_str().unwrap()), "").await.status, 404);
    let lines =
        lab.get("/v1/balance_transactions?type=payment_refund&expand[]=data.source", &account).await.ok();
    let line = &lines["data"][0];
    assert_eq!(
        (&line["amount"], &line["source"]["id"], &line["reporting_category"]),
        (&json!(-100), &json!(id), &json!("refund"))
    );
}

#[tokio::test]
async fn the_destination_must_be_able_to_receive() {
    let lab = Lab::new().await;
    let unready = lab.account(&["card_payments"]).await;
    lab.stripe.set_available_balance(&lab.stripe.platform_account(), "sgd", 1000);
    for (destination, code) in
        [(unready.as_str(), "insufficient_capabilities_for_transfer"), ("acct_nobody", "resource_missing")]
    {
        let params = [("amount", "400"), ("currency", "sgd"), ("destination", destination)];
        assert_eq!(lab.post("/v1/transfers", "", &params).await.code(), (400, code.to_owned()));
    }
    let account = lab.merchant().await;
    let from_account = [("amount", "1"), ("currency", "sgd"), ("destination", account.as_str())];
    assert_eq!(lab.post("/v1/transfers", &account, &from_account).await.error().0, 400);
    assert_eq!(lab.get("/v1/account", &account).await.ok()["capabilities"]["transfers"], json!("active"));
}
