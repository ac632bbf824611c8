//! Cards that are only authorized: captured, let go, or forgotten.

use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::lab::Lab;

/// An authorized charge of 1000 with a fee of 25, and its payment intent.
async fn authorized(lab: &Lab, account: &str) -> (String, String) {
    let more = [
        ("payment_intent_data[capture_method]", "manual"),
        ("payment_intent_data[application_fee_amount]", "25"),
    ];
    let session = lab.session(account, "1000", "sgd", &more).await;
    lab.stripe.pay(&session, PayWith::Card { number: "4242424242424242".to_owned() }).unwrap();
    lab.drain().await;
    let charge = lab.stripe.charge_of(&session).unwrap();
    let intent = lab.charge(account, &charge).await["payment_intent"].as_str().unwrap().to_owned();
    (charge, intent)
}

async fn looks(lab: &Lab, account: &str, charge: &str) -> (Value, Value, Value) {
    let charge = lab.charge(account, charge).await;
    (charge["status"].clone(), charge["captured"].clone(), charge["refunded"].clone())
}

#[tokio::test]
async fn until_it_is_captured_nothing_moves_and_nobody_can_dispute_it() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (charge, intent) = authorized(&lab, &account).await;
    assert_eq!(looks(&lab, &account, &charge).await, (json!("succeeded"), json!(false), json!(false)));
    assert!(lab.stripe.moved().is_empty());
    assert!(lab.stripe.dispute(&charge).is_err() && lab.stripe.inquire(&charge).is_err());
    assert!(lab.stripe.prevent_dispute(&charge, true).is_err());
    assert_eq!(lab.post("/v1/refunds", &account, &[("charge", &charge)]).await.status, 400);
    let path = format!("/v1/payment_intents/{intent}/capture");
    assert_eq!(lab.post(&path, &account, &[]).await.ok()["status"], "succeeded");
    let platform = lab.stripe.platform_account();
    let pending = |account: &str| lab.stripe.pending_balance(account, "sgd");
    assert_eq!((pending(&account), pending(&platform)), (975, 25));
    assert_eq!(lab.post(&path, &account, &[]).await.status, 400, "once");
    lab.stripe.dispute(&charge).unwrap();
}

#[tokio::test]
async fn what_is_let_go_or_forgotten_counts_as_refunded_and_has_moved_nothing() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let (charge, intent) = authorized(&lab, &account).await;
    lab.post(&format!("/v1/payment_intents/{intent}/cancel"), &account, &[]).await.ok();
    assert_eq!(looks(&lab, &account, &charge).await, (json!("succeeded"), json!(false), json!(true)));
    lab.drain().await;
    let (charge, _) = authorized(&lab, &account).await;
    lab.clock.advance(7 * 24 * 3600 - 1);
    assert_eq!(lab.stripe.deliver().await, 0);
    lab.clock.advance(1);
    assert_eq!(lab.deliver("/connect").await, ["charge.expired", "payment_intent.canceled"]);
    assert_eq!(looks(&lab, &account, &charge).await, (json!("succeeded"), json!(false), json!(true)));
    assert!(lab.stripe.moved().is_empty());
}
