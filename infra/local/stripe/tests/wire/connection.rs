//! The platform's access to its accounts, and what it does not get to know.

use serde_json::{Value, json};

use crate::lab::Lab;

#[tokio::test]
async fn who_leaves_says_so_once_and_is_not_heard_of_again() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.stripe.deauthorize(&account);
    lab.stripe.deauthorize(&account);
    lab.stripe.deliver().await;
    let received = lab.received();
    let body: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!((received.len(), received[0].path.as_str()), (1, "/connect"));
    assert_eq!(
        (&body["type"], &body["account"], &body["data"]["object"]["object"]),
        (&json!("account.application.deauthorized"), &json!(account), &json!("application"))
    );
    assert!(body["data"]["object"]["id"].as_str().unwrap().starts_with("ca_"));
    assert_eq!(lab.get("/v1/events", &account).await.code(), (403, "account_invalid".to_owned()));

    lab.drain().await;
    lab.stripe.refund_from_dashboard(&charge, 100).unwrap();
    assert_eq!(
        lab.deliver("/connect").await,
        [""; 0],
        "the merchant refunds, and the platform hears nothing"
    );

    lab.stripe.authorize_again(&account);
    assert_eq!(lab.deliver("/connect").await, ["account.application.authorized"]);
    let missed = lab.get("/v1/events?type=refund.created", &account).await.ok();
    assert_eq!(missed["data"].as_array().unwrap().len(), 1, "it is in the list");
}

#[tokio::test]
async fn an_event_that_cannot_be_generated_is_neither_delivered_nor_listed() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.stripe.lose_next_event("charge.refunded");
    lab.stripe.refund_from_dashboard(&charge, 100).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["refund.created"]);
    assert_eq!(lab.get("/v1/events?type=charge.refunded", &account).await.ok()["data"], json!([]));
    lab.stripe.refund_from_dashboard(&charge, 100).unwrap();
    assert_eq!(lab.deliver("/connect").await, ["refund.created", "charge.refunded"], "only the next one");
}
