//! Signed deliveries that are repeated until somebody takes them.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use local_stripe::{Endpoint, Scope};
use sha2::Sha256;

use crate::lab::{Lab, NOW, SECRET};

#[tokio::test]
async fn every_attempt_is_signed_with_its_own_time() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.endpoints_answer(500);
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.stripe.refund_from_dashboard(&charge, 1).unwrap();
    lab.stripe.deliver().await;
    lab.clock.advance(60);
    lab.stripe.deliver().await;
    let received = lab.received();
    let times: Vec<&str> = received.iter().map(|r| r.signature.split_once(',').unwrap().0).collect();
    assert!(
        times.contains(&format!("t={NOW}").as_str()) && times.contains(&format!("t={}", NOW + 60).as_str())
    );
    for attempt in received {
        let (time, signature) = attempt.signature.split_once(",v1=").unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{}.{}", time.strip_prefix("t=").unwrap(), attempt.body).as_bytes());
        assert_eq!(signature, HEXLOWER.encode(&mac.finalize().into_bytes()));
    }
}

#[tokio::test]
async fn a_refused_event_is_tried_again_for_three_days() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let session = lab.session(&account, "500", "sgd", &[]).await;
    lab.endpoints_answer(500);
    lab.post(&format!("/v1/checkout/sessions/{session}/expire"), &account, &[]).await.ok();
    let mark = lab.stripe.webhooks().len();
    lab.stripe.deliver().await;
    while let Some(due_millis) = lab.stripe.next_due_millis() {
        lab.clock.advance_to(due_millis / 1000);
        assert!(lab.stripe.deliver().await > 0, "what is due is done");
    }
    let attempts = lab.stripe.webhooks().split_off(mark);
    let minutes: Vec<i64> =
        attempts.iter().map(|attempt| (attempt.at_millis - NOW * 1000) / 60_000).collect();
    assert_eq!(minutes, [0, 1, 6, 36, 156, 456, 1056, 1776, 2496, 3216, 3936]);
    assert_eq!(
        attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(),
        (1..=11).collect::<Vec<_>>()
    );
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt.status == Some(500) && attempt.kind == "checkout.session.expired")
    );
}

#[tokio::test]
async fn an_event_that_is_taken_is_not_sent_again() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let session = lab.session(&account, "500", "sgd", &[]).await;
    lab.endpoints_answer(503);
    lab.post(&format!("/v1/checkout/sessions/{session}/expire"), &account, &[]).await.ok();
    lab.stripe.deliver().await;
    let pending = lab.get("/v1/events?type=checkout.session.expired", &account).await.ok();
    assert_eq!(pending["data"][0]["pending_webhooks"], 1);
    lab.endpoints_answer(204);
    lab.clock.advance(60);
    assert_eq!(lab.stripe.deliver().await, 1);
    assert_eq!(lab.stripe.next_due_millis(), None);
    let taken = lab.get("/v1/events?type=checkout.session.expired", &account).await.ok();
    assert_eq!(taken["data"][0]["pending_webhooks"], 0);
}

#[tokio::test]
async fn a_closed_port_counts_as_a_failed_attempt() {
    let lab = Lab::new().await;
    let closed = "http://127.0.0.1:1/hook".to_owned();
    lab.stripe.set_endpoints(vec![Endpoint { url: closed, secret: SECRET.to_owned(), scope: Scope::Thin }]);
    lab.account(&["card_payments"]).await;
    lab.stripe.deliver().await;
    let attempts = lab.stripe.webhooks();
    assert_eq!((attempts.len(), attempts[0].status), (1, None));
    assert_eq!(lab.stripe.next_due_millis(), Some((NOW + 60) * 1000));
    lab.stripe.set_endpoints(vec![]);
    lab.clock.advance(60);
    assert_eq!(lab.stripe.deliver().await, 0, "the endpoint is gone");
}

#[tokio::test]
async fn each_endpoint_gets_its_own_scope() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    lab.stripe.set_available_balance(&lab.stripe.platform_account(), "sgd", 10);
    let params = [("amount", "10"), ("currency", "sgd"), ("destination", account.as_str())];
    lab.post("/v1/transfers", "", &params).await.ok();
    let session = lab.session(&account, "500", "sgd", &[]).await;
    lab.stripe.pay(&session, local_stripe::PayWith::Paynow).unwrap();
    lab.account(&[]).await;
    lab.stripe.deliver().await;
    for received in lab.received() {
        let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
        let scope = match (body["object"].as_str(), body["account"].as_str()) {
            (Some("v2.core.event"), None) => "/thin",
            (Some("event"), Some(its)) if its == account => "/connect",
            (Some("event"), None) => "/account",
            other => panic!("{other:?}"),
        };
        assert_eq!(received.path, scope);
    }
    assert_eq!(lab.received().len(), 1 + 4 + 1);
}
