//! Refunds that were counted wrongly.

use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::Value;

/// A payment of 25.00 that earns 1.25, at a shop that has money.
async fn paid(with: PayWith, method: &str) -> (Town, Shop, Value) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", method, "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, with).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    (town, shop, checkout)
}

/// What was refunded, as the shop sees it, and what is left of the cashback.
async fn seen(town: &Town, shop: &Shop, checkout: &Value) -> (Vec<String>, String) {
    let view = town.read(shop, checkout).await;
    let refunds = view["refunds"].as_array().into_iter().flatten();
    (refunds.map(|refund| text(refund, "/amount/value")).collect(), text(&view, "/cashback/amount/value"))
}

/// Elsewhere `charge.refunded` of 5.00, then of 8.00, was booked as 13.00 given back.
#[tokio::test]
async fn a_total_is_never_added() {
    let (town, shop, checkout) = paid(card(), "card").await;
    town.lose_webhooks();
    for amount in [500, 300] {
        town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), amount).expect("so much is left");
    }
    let totals = town.events(&["charge.refunded"]);
    let told: Vec<_> =
        totals.iter().map(|event| event["data"]["object"]["amount_refunded"].clone()).collect();
    assert_eq!(told, [500, 800]);
    for event in totals.iter().chain(&totals).chain(totals.iter().rev()) {
        assert_eq!(town.deliver(event).await.status, 200);
    }
    town.minutes(10).await;
    let (refunds, cashback) = seen(&town, &shop, &checkout).await;
    assert_eq!((refunds.len(), cashback.as_str()), (2, "0.85"), "{refunds:?}");
    assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded held");
}

/// Elsewhere a refund was known by its amount: the second of two equal ones was a duplicate of the first.
#[tokio::test]
async fn two_equal_refunds_are_two() {
    let (town, shop, checkout) = paid(card(), "card").await;
    for reference in ["r1", "r2"] {
        assert_eq!(town.refund(&shop, &checkout, reference, Some("5.00")).await.status, 201);
    }
    for _ in 0..2 {
        town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), 500).expect("so much is left");
    }
    town.minutes(10).await;
    assert_eq!(seen(&town, &shop, &checkout).await, (vec!["5.00".to_owned(); 4], "0.25".to_owned()));
    assert_eq!(town.back(&checkout).refunds, [500; 4]);
    assert_eq!(town.refund(&shop, &checkout, "r1", Some("5.00")).await.status, 200, "the first, again");
    assert_eq!(town.back(&checkout).refunds.len(), 4);
}

/// Elsewhere an event was handled "once" by a key that lives for a day, and Stripe delivers for three: the
/// third day's delivery paid again.
#[tokio::test]
async fn a_webhook_that_comes_again_after_three_days_pays_nothing_again() {
    let (town, shop, checkout) = paid(PayWith::Paynow, "paynow").await;
    town.refund(&shop, &checkout, "r1", Some("5.00")).await;
    town.hours(49).await;
    assert_eq!(town.back(&checkout).cashback, [100]);
    let (items, moved, events) = (town.items(), town.movements(), town.stack.stripe().events());
    for hours in [2, 26, 71] {
        town.hours(hours).await;
        for event in &events {
            assert_eq!(town.deliver(event).await.status, 200);
        }
        town.minutes(10).await;
        assert_eq!((town.movements(), town.dead_letters()), (moved.clone(), 0), "after {hours} more hours");
    }
    let checkouts = |items: Vec<Value>| -> Vec<Value> {
        items.into_iter().filter(|item| text(item, "/pk/S").starts_with("C#")).collect()
    };
    assert_eq!(checkouts(town.items()), checkouts(items));
}

/// Elsewhere a PayNow refund that the merchant's balance did not hold was booked when it was asked for, and
/// stayed booked. Stripe fails it at once (a card's would wait); when there is money it is made under another
/// reference.
#[tokio::test]
async fn a_paynow_refund_that_fails_for_lack_of_balance_can_be_made_later() {
    let (town, shop, checkout) = paid(PayWith::Paynow, "paynow").await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 0);
    town.refund(&shop, &checkout, "r1", None).await;
    town.minutes(10).await;
    assert_eq!(town.back(&checkout).total(), 0);
    let view = town.read(&shop, &checkout).await;
    assert_eq!(text(&view, "/refunds/0/status"), "failed", "{view}");
    assert_eq!(town.standing(&shop, &checkout).await, "paid held", "the cashback is owed again");
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    assert_eq!(town.refund(&shop, &checkout, "r2", None).await.status, 201);
    town.hours(60).await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    let back = town.back(&checkout);
    assert_eq!((back.refunds, back.cashback), (vec![2500], Vec::new()));
}
