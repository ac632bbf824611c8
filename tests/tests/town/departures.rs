//! A merchant takes the platform's access to its account away, and gives it again.

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

async fn shop(town: &Town) -> Shop {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    shop
}

async fn orders(town: &Town, shop: &Shop, orders: usize) -> Vec<Value> {
    let mut checkouts = Vec::new();
    for number in 0..orders {
        checkouts.push(town.checkout(shop, &format!("order-{number}"), "25.00", "SGD").await);
    }
    checkouts
}

#[tokio::test]
async fn who_leaves_is_no_longer_enabled_and_who_comes_back_is() {
    let town = Town::unswept().await;
    let shop = shop(&town).await;
    let stripe = town.stack.stripe();
    stripe.deauthorize(&shop.account);
    town.settle().await;
    let merchant = town.merchant(&shop).await;
    assert_eq!(text(&merchant, "/state"), "restricted", "{merchant}");
    let next = "Give the platform access to the account again, in Stripe's dashboard.";
    assert_eq!(text(&merchant, "/why_not_enabled/next"), next);
    let link = format!("/v1/merchants/{}/onboarding-link", shop.id);
    let refused = town.call(&shop.key, "POST", &link, None).await;
    assert_eq!(refused.status, 422, "Stripe makes no link either: {}", refused.json());
    let body = json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "channel": "chat",
    });
    let refused = town.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
    assert_eq!(refused.status, 403, "{}", refused.json());
    stripe.authorize_again(&shop.account);
    town.settle().await;
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "enabled");
    let checkout = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!(town.dead_letters(), 0);
}

/// What happened while nothing could be read is read when it can be.
#[tokio::test]
async fn what_happened_meanwhile_is_known_within_the_hour_of_the_return() {
    let town = Town::new().await;
    let shop = shop(&town).await;
    let checkouts = orders(&town, &shop, 4).await;
    town.pay(&checkouts[0], PayWith::Paynow).await;
    town.pay(&checkouts[1], card()).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", 10_000);
    let away = ["paid held", "paid none", "open ", "open "];
    assert_eq!(town.standings(&shop, &checkouts).await, away);
    stripe.deauthorize(&shop.account);
    town.hours(1).await;
    stripe.pay(&session_of(&checkouts[2]), PayWith::Paynow).unwrap();
    stripe.refund_from_dashboard(&town.charge(&checkouts[0]), 1000).unwrap();
    stripe.dispute(&town.charge(&checkouts[1])).unwrap();
    town.hours(5).await;
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "restricted");
    // Pages are kept by Stripe, and cannot be shown now: what stands in the table is what is known.
    let known = |town: &Town| -> Vec<String> {
        let items = checkouts.iter().map(|checkout| town.checkout_item(checkout));
        items.map(|item| text(&item, "/state/M/state/S")).collect()
    };
    assert_eq!(known(&town), ["paid", "paid", "open", "open"]);
    stripe.authorize_again(&shop.account);
    town.hours(1).await;
    let back = ["partly_refunded held", "disputed none", "paid held", "open "];
    assert_eq!(town.standings(&shop, &checkouts).await, back);
    town.hours(48).await;
    assert_eq!(town.standing(&shop, &checkouts[2]).await, "paid credited");
    assert_eq!((town.back(&checkouts[2]).cashback, town.dead_letters()), (vec![125], 0));
}

/// An event that was on its way when the merchant left waits for the return, and nobody has to look at it.
#[tokio::test]
async fn what_was_on_its_way_waits_for_the_return() {
    let town = Town::new().await;
    let shop = shop(&town).await;
    let checkouts = orders(&town, &shop, 1).await;
    town.hours(3).await;
    let stripe = town.stack.stripe();
    stripe.pay(&session_of(&checkouts[0]), PayWith::Paynow).unwrap();
    stripe.deauthorize(&shop.account);
    // Longer than a message is tried.
    town.hours(30).await;
    assert_eq!(town.dead_letters(), 0);
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "restricted");
    stripe.authorize_again(&shop.account);
    town.hours(1).await;
    assert_eq!(town.standings(&shop, &checkouts).await, ["paid held"]);
    town.hours(48).await;
    assert_eq!(town.standings(&shop, &checkouts).await, ["paid credited"]);
    assert_eq!((town.back(&checkouts[0]).cashback, town.dead_letters()), (vec![125], 0));
}
