//! Stripe's events that no webhook brings are read in its list, within the hour.

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::Value;

const HOUR: i64 = 3600;

async fn funded(town: &Town) -> Shop {
    let shop = town.shop("SG").await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    stripe.set_available_balance(&shop.account, "sgd", 100_000);
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    shop
}

async fn states(town: &Town, shop: &Shop, checkouts: &[Value]) -> Vec<String> {
    let mut states = Vec::new();
    for checkout in checkouts {
        states.push(town.standing(shop, checkout).await);
    }
    states
}

#[tokio::test]
async fn with_no_webhook_at_all_everything_is_known_within_the_hour() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    let mut checkouts = Vec::new();
    for number in 0..5 {
        checkouts.push(town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await);
    }
    town.lose_webhooks();
    let stripe = town.stack.stripe();
    stripe.pay(&session_of(&checkouts[0]), PayWith::Paynow).unwrap();
    stripe.pay(&session_of(&checkouts[1]), card()).unwrap();
    stripe.pay_slowly(&session_of(&checkouts[2]), PayWith::Paynow, true).unwrap();
    stripe.pay_slowly(&session_of(&checkouts[3]), PayWith::Paynow, false).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    let known = states(&town, &shop, &checkouts).await;
    assert_eq!(known, ["paid held", "paid none", "paid held", "failed ", "open "]);

    // A refund that nobody asked us for, a dispute, and later its end.
    stripe.refund_from_dashboard(&town.charge(&checkouts[0]), 1000).unwrap();
    let dispute = stripe.dispute(&town.charge(&checkouts[1])).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    let known = states(&town, &shop, &checkouts[..2]).await;
    assert_eq!(known, ["partly_refunded held", "disputed none"]);
    stripe.close_dispute(&dispute, true).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    assert_eq!(town.standing(&shop, &checkouts[1]).await, "won none");

    // The page that nobody paid expires after a day, and the cashbacks are paid, and known to be.
    town.hours(50).await;
    let known = states(&town, &shop, &checkouts).await;
    assert_eq!(known, ["partly_refunded credited", "won none", "paid credited", "failed ", "expired "]);
    assert_eq!((town.back(&checkouts[0]).cashback, town.back(&checkouts[2]).cashback), (vec![75], vec![125]));
    assert_eq!(town.dead_letters(), 0);
}

#[tokio::test]
async fn a_merchant_is_read_again_though_no_event_comes() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    town.lose_webhooks();
    town.stack.stripe().restrict(&shop.account, "identity.individual.documents").unwrap();
    town.stack.advance(HOUR).await.unwrap();
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "restricted");
}

#[tokio::test]
async fn an_event_is_queued_once_however_often_the_list_is_read() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.stack.advance(HOUR).await.unwrap();
    let (mark, version) = (town.mark(), town.version(&checkout));
    town.stack.advance(4 * HOUR).await.unwrap();
    let spent = town.since(mark);
    assert_eq!(spent.count("sqs", "SendMessageBatch"), 0, "nothing has happened");
    assert_eq!(spent.count("stripe", "GET /v1/events"), 8, "one account, every half hour");
    assert_eq!(town.version(&checkout), version);
}

#[tokio::test]
async fn after_an_outage_of_days_the_list_is_read_from_where_it_was() {
    let town = Town::unswept().await;
    let shop = funded(&town).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.lose_webhooks();
    town.stack.stripe().pay(&session_of(&checkout), PayWith::Paynow).unwrap();
    town.hours(4 * 24 - 1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "open ");
    // The rule, which is rare here, comes at last.
    town.hours(2).await;
    // What became of the refund is read the next time.
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    assert_eq!(town.back(&checkout).cashback, [125]);
}
