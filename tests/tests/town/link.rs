//! Ways to pay that Stripe brings along: Link where a card is offered, and a payer's own currency.

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

async fn checkout(methods: Value) -> (Town, Shop, Value) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let mut rule = five_percent("five", "card", "merchant");
    rule["methods"] = methods;
    town.campaign("SG", rule).await;
    let stripe = town.stack.stripe();
    stripe.set_payouts(&shop.account, true);
    stripe.set_available_balance(&shop.account, "sgd", 100_000);
    // The merchant has switched it on in Stripe's dashboard.
    stripe.set_adaptive_pricing(&shop.account, true);
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    (town, shop, checkout)
}

#[tokio::test]
async fn link_earns_what_the_offer_for_cards_said() {
    let (town, shop, open) = checkout(json!(["card"])).await;
    assert!(text(&open, "/offers/0/text").starts_with("SGD 1.25 back with card"), "{open}");
    town.pay(&open, PayWith::Link).await;
    let held = town.read(&shop, &open).await;
    assert_eq!((&held["payment"]["method"], &held["cashback"]["state"]), (&json!("card"), &json!("held")));
    town.hours(49).await;
    let credited = town.read(&shop, &open).await;
    assert_eq!(town.standing(&shop, &open).await, "paid credited");
    let said = text(&credited, "/cashback/text");
    assert!(said.starts_with("SGD 1.25 was sent the way you paid on "), "{said}");
}

/// What Link has on file is not told, so it earns nothing that is for one kind of card.
#[tokio::test]
async fn link_earns_nothing_that_is_for_credit_cards() {
    let (town, shop, open) = checkout(json!(["credit_card"])).await;
    town.pay(&open, PayWith::Link).await;
    assert_eq!(town.standing(&shop, &open).await, "paid none");
}

#[tokio::test]
async fn a_page_asks_for_the_price_in_its_own_currency_whatever_the_merchant_switched_on() {
    let (town, shop, open) = checkout(json!(["card"])).await;
    let (stripe, page) = (town.stack.stripe(), session_of(&open));
    assert_eq!(stripe.object(&page).unwrap()["adaptive_pricing"]["enabled"], false);
    assert!(stripe.pay_in_currency(&page, card(), "eur", 1700).is_err());
    town.pay(&open, card()).await;
    assert_eq!(town.standing(&shop, &open).await, "paid held");
}
