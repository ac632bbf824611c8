//! Exactly once, though answers and events are lost and messages come again. What the wire can do beyond that
//! is for the tests of injected faults.

use std::collections::BTreeMap;

use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

async fn paid(town: &Town, method: &str, with: PayWith, funding: &str) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    town.campaign("SG", five_percent("five", method, funding)).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, with).await;
    (shop, checkout)
}

/// The message that says that a cashback is due, once more.
async fn due_again(town: &Town, checkout: &Value) {
    let message = json!({"checkout": text(checkout, "/id")}).to_string();
    town.stack.sqs().send("CashbackDue", &message, BTreeMap::new()).expect("the queue exists");
    town.settle().await;
}

#[tokio::test]
async fn a_message_that_comes_again_while_the_refund_is_pending_makes_no_second_one() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "paynow", PayWith::Paynow, "platform").await;
    town.stack.advance(47 * 3600 + 300).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    let version = town.version(&checkout);
    for _ in 0..3 {
        due_again(&town, &checkout).await;
        town.stack.advance(10).await.unwrap();
    }
    assert_eq!(
        (town.standing(&shop, &checkout).await, town.version(&checkout)),
        ("paid paying".into(), version)
    );
    town.minutes(1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    due_again(&town, &checkout).await;
    assert_eq!(town.back(&checkout).cashback, [125]);
    assert_eq!(town.movements().iter().filter(|moved| moved.starts_with("transfer")).count(), 1);
}

#[tokio::test]
async fn a_lost_confirmation_is_asked_for_by_the_sweep() {
    let town = Town::new().await;
    let (shop, checkout) = paid(&town, "paynow", PayWith::Paynow, "merchant").await;
    town.lose_webhooks();
    town.stack.advance(47 * 3600 + 600).await.unwrap();
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    town.hours(1).await;
    let done = town.read(&shop, &checkout).await;
    assert_eq!(text(&done, "/cashback/state"), "credited");
    assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{done}");
    assert_eq!(town.back(&checkout).cashback, [125]);
    assert_eq!(town.since(0).count("stripe", "POST /v1/refunds"), 1);
}

#[tokio::test]
async fn after_stripe_has_forgotten_the_key_the_refund_is_found_and_not_made_again() {
    // A card refund of an account without money waits at Stripe for as long as it takes.
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "card", card(), "merchant").await;
    // So deep in debt that its cover does not help.
    town.stack.stripe().keep_available(&shop.account, "sgd", -200);
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    town.hours(26).await;
    due_again(&town, &checkout).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    assert_eq!(town.since(0).count("stripe", "POST /v1/refunds"), 1);
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.settle().await;
    due_again(&town, &checkout).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.back(&checkout).cashback, [125]);
}

#[tokio::test]
async fn a_confirmation_lost_for_days_is_found_under_an_old_message() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "paynow", PayWith::Paynow, "platform").await;
    town.lose_webhooks();
    town.hours(48 + 26).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    due_again(&town, &checkout).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    let found = town.since(0);
    assert_eq!(
        (found.count("stripe", "POST /v1/refunds"), found.count("stripe", "POST /v1/transfers")),
        (1, 1)
    );
    assert_eq!(town.back(&checkout).cashback, [125]);
}

#[tokio::test]
async fn a_merchants_refund_repeated_after_a_day_is_one_refund() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "paynow", PayWith::Paynow, "merchant").await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.lose_webhooks();
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("5.00")).await.status, 201);
    town.hours(26).await;
    let again = town.refund(&shop, &checkout, "r1", Some("5.00")).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(town.back(&checkout).refunds, [500]);
}

#[tokio::test]
async fn two_refunds_at_once_never_take_more_than_there_is() {
    let town = Town::unswept().await;
    let (shop, checkout) = paid(&town, "card", card(), "merchant").await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    let path = format!("/v1/checkouts/{}/refunds", text(&checkout, "/id"));
    let ask = |reference: &str, value: &str| {
        let body = json!({"reference": reference, "amount": {"value": value, "currency": "SGD"}});
        let (town, key, path) = (&town, shop.key.clone(), path.clone());
        async move { town.call(&key, "POST", &path, Some(body)).await.status }
    };
    let same = tokio::join!(ask("r1", "5.00"), ask("r1", "5.00"));
    assert!(matches!(same, (200 | 201, 200 | 201)), "{same:?}");
    tokio::join!(ask("r2", "15.00"), ask("r3", "15.00"));
    town.settle().await;
    let back = town.back(&checkout);
    assert_eq!((back.refunds.len(), back.total()), (2, 2000), "{back:?}");
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(text(&seen, "/status"), "partly_refunded");
    town.hours(48).await;
    assert_eq!(town.back(&checkout).cashback, [25], "5% of what is left");
}

#[tokio::test]
async fn an_event_that_was_early_is_applied_when_its_time_comes() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.lose_webhooks();
    town.pay(&checkout, card()).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), 2500).unwrap();
    town.deliver(&town.events(&["refund.created"])[0]).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    town.minutes(1).await;
    town.deliver(&town.events(&["charge.succeeded"])[0]).await;
    town.minutes(2).await;
    assert_eq!((town.standing(&shop, &checkout).await, town.dead_letters()), ("refunded none".into(), 0));
}
