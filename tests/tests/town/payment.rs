//! One payment, from the chat to the cashback.

use kembali_tests::{Town, five_percent, text};
use local_stripe::PayWith;

#[tokio::test]
async fn paynow_with_cashback_within_48_hours() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("paynow-5", "paynow", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;

    town.pay(&checkout, PayWith::Paynow).await;
    let paid = town.read(&shop, &checkout).await;
    assert_eq!(
        (text(&paid, "/status"), text(&paid, "/cashback/state")),
        ("paid".into(), "held".into()),
        "{paid}"
    );

    town.hours(46).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/cashback/state"), "held");
    town.hours(2).await;
    let done = town.read(&shop, &checkout).await;
    assert_eq!(text(&done, "/cashback/state"), "credited", "{done}");
    assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"));
}
