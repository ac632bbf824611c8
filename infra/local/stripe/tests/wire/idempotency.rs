//! A key gives the first answer again.

use std::time::Duration;

use serde_json::json;

use crate::lab::Lab;

const PATH: &str = "/v1/refunds";

#[tokio::test]
async fn the_same_request_is_carried_out_once() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let params = [("charge", charge.as_str()), ("amount", "100")];
    let first = lab.post_keyed(PATH, &account, "k1", &params).await;
    let again = lab.post_keyed(PATH, &account, "k1", &[params[1], params[0]]).await;
    assert_eq!(first.text, again.text);
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        (None, Some("true"))
    );
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));
    assert_eq!(again.header("idempotency-key"), Some("k1"));
    assert_eq!(lab.charge(&account, &charge).await["amount_refunded"], 100);
    // The same key on another account is another key.
    let other = lab.merchant().await;
    assert_eq!(lab.post_keyed(PATH, &other, "k1", &params).await.status, 404);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.post_keyed(PATH, &account, "k", &[("charge", &charge), ("amount", "100")]).await.ok();
    let (status, error) =
        lab.post_keyed(PATH, &account, "k", &[("charge", &charge), ("amount", "101")]).await.error();
    assert_eq!((status, &error["type"]), (400, &json!("idempotency_error")));
    assert!(error["message"].as_str().unwrap().contains("the same parameters they were first used with"));
    let session = lab.session(&account, "500", "sgd", &[]).await;
    let elsewhere = format!("/v1/checkout/sessions/{session}/expire");
    let (status, error) = lab.post_keyed(&elsewhere, &account, "k", &[]).await.error();
    assert_eq!((status, &error["type"]), (400, &json!("idempotency_error")));
    assert!(error["message"].as_str().unwrap().contains("the same endpoint they were first used for"));
}

#[tokio::test]
async fn refusals_are_kept_once_execution_began_and_validation_errors_are_not() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    lab.post_keyed(PATH, &account, "v", &[("charge", &charge), ("amount", "x")]).await;
    assert_eq!(
        lab.post_keyed(PATH, &account, "v", &[("charge", &charge), ("amount", "1")]).await.status,
        200
    );
    let too_much = [("charge", charge.as_str()), ("amount", "5000")];
    let first = lab.post_keyed(PATH, &account, "e", &too_much).await;
    let again = lab.post_keyed(PATH, &account, "e", &too_much).await;
    assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (400, 400, Some("true")));
    assert_eq!(first.text, again.text);
}

/// What was wrong may have passed: whoever asks with the same key is not told.
#[tokio::test]
async fn a_page_that_was_refused_is_refused_for_a_day_under_its_key() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let ask = async |key: &str| {
        let params = [
            ("mode", "payment"),
            ("success_url", "https://example.com/"),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", "sgd"),
            ("line_items[0][price_data][unit_amount]", "500"),
            ("line_items[0][price_data][product_data][name]", "kopi"),
        ];
        let reply = lab.post_keyed("/v1/checkout/sessions", &account, key, &params).await;
        (reply.status, reply.header("idempotent-replayed").is_some())
    };
    lab.stripe.restrict(&account, "identity.individual.documents").unwrap();
    assert_eq!(ask("1").await, (400, false));
    lab.stripe.complete_onboarding(&account).unwrap();
    assert_eq!((ask("1").await, ask("2").await), ((400, true), (200, false)));
    lab.clock.advance(24 * 3600);
    assert_eq!(ask("1").await, (200, false));
}

#[tokio::test]
async fn after_a_day_the_same_key_is_a_new_request() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let params = [("charge", charge.as_str()), ("amount", "100")];
    let first = lab.post_keyed(PATH, &account, "k", &params).await.ok();
    lab.clock.advance(24 * 3600 - 1);
    assert_eq!(lab.post_keyed(PATH, &account, "k", &params).await.ok()["id"], first["id"]);
    lab.clock.advance(1);
    assert_ne!(lab.post_keyed(PATH, &account, "k", &params).await.ok()["id"], first["id"]);
    assert_eq!(lab.charge(&account, &charge).await["amount_refunded"], 200);
}

#[tokio::test]
async fn overlapping_requests_with_one_key_conflict() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let params = [("charge", charge.as_str()), ("amount", "100")];
    lab.stripe.set_latency(Duration::from_millis(200));
    let (one, other) = tokio::join!(
        lab.post_keyed(PATH, &account, "k", &params),
        lab.post_keyed(PATH, &account, "k", &params)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let conflict = if one.status == 409 { one } else { other };
    assert_eq!(conflict.code(), (409, "idempotency_key_in_use".to_owned()));
    assert_eq!(lab.charge(&account, &charge).await["amount_refunded"], 100);
}

#[tokio::test]
async fn a_key_has_255_characters_at_most() {
    let lab = Lab::new().await;
    let account = lab.merchant().await;
    let charge = lab.card_charge(&account, "1000", "4242424242424242").await;
    let params = [("charge", charge.as_str()), ("amount", "1")];
    assert_eq!(lab.post_keyed(PATH, &account, &"k".repeat(256), &params).await.error().0, 400);
    assert_eq!(lab.post_keyed(PATH, &account, &"k".repeat(255), &params).await.status, 200);
}

#[tokio::test]
async fn v2_gives_the_same_account_for_the_same_key() {
    let lab = Lab::new().await;
    let body = json!({ "display_name": "Baker's 13", "identity": { "country": "sg" } });
    let first = lab.post_json("/v2/core/accounts", "k", &body).await.ok();
    let again = lab.post_json("/v2/core/accounts", "k", &body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.ok()["id"], first["id"]);
    assert_eq!(lab.stripe.accounts().len(), 1);
    let other = lab.post_json("/v2/core/accounts", "k", &json!({ "display_name": "Other" })).await.error();
    assert_eq!((other.0, &other.1["type"]), (400, &json!("idempotency_error")));
}
