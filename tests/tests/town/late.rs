//! A payment that was told failed and arrives after all.

use kembali_tests::{Shop, Town, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

/// A shop in Brazil with a campaign of 5% by Pix, with these limits.
async fn shop(limits: &Value) -> (Town, Shop) {
    let town = Town::unswept().await;
    let shop = town.shop("BR").await;
    let mut rule = five_percent("five", "pix", "merchant");
    for (name, limit) in limits.as_object().unwrap() {
        rule[name] = limit.clone();
    }
    town.campaign("BR", rule).await;
    (town, shop)
}

async fn order(town: &Town, shop: &Shop, reference: &str) -> Value {
    let order = json!({
        "reference": reference, "amount": {"value": "40.00", "currency": "BRL"}, "description": "pão",
        "channel": "chat", "payer": {"phone": "+5511912345678"},
    });
    town.create(shop, order).await
}

/// Its payment fails.
async fn failed(town: &Town, shop: &Shop, reference: &str) -> Value {
    let checkout = order(town, shop, reference).await;
    town.stack.stripe().pay_slowly(&session_of(&checkout), PayWith::Pix, false).unwrap();
    town.minutes(11).await;
    assert_eq!(town.standing(shop, &checkout).await, "failed ");
    checkout
}

async fn arrives(town: &Town, checkout: &Value) {
    town.stack.stripe().arrive(&session_of(checkout)).unwrap();
    town.settle().await;
}

/// Whatever limits its campaign has: what was given back when it failed is taken again.
#[tokio::test]
async fn what_arrives_after_all_earns_what_was_promised() {
    let budget = |limit: Value| json!({"budget": {"total": limit}});
    let amount = json!({"value": "2.00", "currency": "BRL"});
    for limits in [
        json!({}),
        budget(json!({"payments": 1})),
        budget(json!({"amount": amount})),
        json!({"budget": {"per_day": {"amount": amount}}}),
        json!({"caps": [{"per": "campaign", "payments": 1}]}),
        json!({"caps": [{"per": "day", "amount": amount}]}),
    ] {
        let (town, shop) = shop(&limits).await;
        let checkout = failed(&town, &shop, "order-1").await;
        arrives(&town, &checkout).await;
        assert_eq!(town.standing(&shop, &checkout).await, "paid held", "{limits}");
        let next = order(&town, &shop, "order-2").await;
        let offers = next["offers"].as_array().unwrap();
        let by_pix = offers.iter().find(|offer| text(offer, "/method") == "pix").unwrap();
        assert_eq!(
            by_pix.get("cashback").is_some(),
            limits == json!({}),
            "it is used up now: {limits} {by_pix}"
        );
        town.hours(48).await;
        assert_eq!(town.back(&checkout).cashback, [200], "{limits}");
        assert_eq!(town.dead_letters(), 0, "{limits}");
    }
}

/// Where it has been earned since, the offer has ended: no budget is spent twice, and no cap exceeded.
#[tokio::test]
async fn what_was_earned_since_is_not_earned_again() {
    for limits in [
        json!({"budget": {"total": {"payments": 1}}}),
        json!({"caps": [{"per": "campaign", "payments": 1}]}),
        json!({"caps": [{"per": "day", "amount": {"value": "2.00", "currency": "BRL"}}]}),
        json!({"occasion": {"kind": "once_per_merchant"}}),
    ] {
        earned_since(&limits).await;
    }
}

async fn earned_since(limits: &Value) {
    let (town, shop) = shop(limits).await;
    let late = failed(&town, &shop, "order-1").await;
    let other = order(&town, &shop, "order-2").await;
    town.pay(&other, PayWith::Pix).await;
    assert_eq!(town.standing(&shop, &other).await, "paid held");
    arrives(&town, &late).await;
    let seen = town.read(&shop, &late).await;
    let text = text(&seen, "/cashback/text");
    assert_eq!(text, "No cashback: the offer had ended when the payment came.", "{limits}");
    town.hours(48).await;
    assert_eq!((town.back(&other).cashback, town.back(&late).total()), (vec![200], 0), "{limits}");
    assert_eq!(town.dead_letters(), 0, "{limits}");
}
