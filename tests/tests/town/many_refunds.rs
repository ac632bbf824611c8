//! More refunds than a checkout keeps one by one.

use kembali_tests::{Town, card, five_percent, text};
use serde_json::json;

#[tokio::test]
async fn refunds_in_the_dashboard_beyond_the_hundredth_are_booked_and_matched() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, card()).await;
    let stripe = town.stack.stripe();
    stripe.set_payouts(&shop.account, true);
    stripe.set_available_balance(&shop.account, "sgd", 100_000);
    let charge = town.charge(&checkout);
    for _ in 0..99 {
        stripe.refund_from_dashboard(&charge, 1).unwrap();
    }
    town.settle().await;
    assert_eq!(town.refund(&shop, &checkout, "r-100", Some("0.01")).await.status, 201);
    let size = town.checkout_item(&checkout).to_string().len();
    for _ in 0..20 {
        stripe.refund_from_dashboard(&charge, 50).unwrap();
    }
    town.settle().await;
    let seen = town.read(&shop, &checkout).await;
    assert_eq!(seen["refunds"].as_array().map(Vec::len), Some(100));
    assert_eq!(seen["other_refunds"], json!({"value": "10.00", "currency": "SGD"}));
    assert_eq!(text(&seen, "/cashback/amount/value"), "0.70", "5% of the 14.00 that are left");
    let grown = town.checkout_item(&checkout).to_string().len() - size;
    assert!(grown < 20 * 200, "by its postings only: {grown}");

    let refused = town.refund(&shop, &checkout, "r-101", Some("1.00")).await;
    assert_eq!((refused.status, text(&refused.json(), "/field")), (409, "reference".into()));
    assert_eq!(town.refund(&shop, &checkout, "r-100", Some("0.01")).await.status, 200);
    // What is left goes back in one refund, as the refusal says.
    stripe.refund_from_dashboard(&charge, 1400).unwrap();
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "refunded reversed");
    for event in stripe.events().iter().rev().take(30) {
        town.deliver(event).await;
    }
    town.settle().await;
    assert_eq!(town.read(&shop, &checkout).await["other_refunds"]["value"], "24.00");
    town.journal().await;
    let found = town.match_day("SG", "2026-11-22").await;
    assert_eq!((&found["differences"], town.dead_letters()), (&json!(0), 0), "{found}");
    let (items, books) = town.rebuilt("SG").await;
    assert_eq!(items, books);
}
