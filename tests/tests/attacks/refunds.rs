//! Giving back what the cashback was for.

use kembali_tests::{card, session_of, text};
use local_stripe::PayWith::Paynow;
use serde_json::json;

use crate::gain::{Coalition, Row, row};
use crate::street::{MEI, Street, five};

/// Pay and have it all given back at once.
pub(crate) async fn pay_and_refund_at_once() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.give_back(&checkout, "r1", None).await;
    street.wait().await;
    row(&street.town, "pay and refund at once", &Coalition::Payers, (0, 0))
}

/// Paid and given back before the payment's webhook has come. The API knows of no payment yet, and refuses;
/// Stripe's dashboard does not. Then all webhooks come, the last one first.
pub(crate) async fn before_the_payment_is_known() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.open(MEI, "order-1", "25.00").await;
    let (town, stripe) = (&street.town, street.town.stack.stripe());
    let known = stripe.events().len();
    let endpoints = stripe.set_endpoints(Vec::new());
    stripe.pay(&session_of(&checkout), Paynow).expect("the payer can pay");
    let answer = town.refund(&street.shop, &checkout, "r1", None).await;
    assert_eq!(answer.status, 409, "{}", answer.json());
    stripe.refund_from_dashboard(&town.charge(&checkout), 2500).expect("the charge can be refunded");
    let held = stripe.events().split_off(known);
    stripe.set_endpoints(endpoints);
    for event in held.iter().rev() {
        assert_eq!(town.deliver(event).await.status, 200);
    }
    street.wait().await;
    row(town, "pay and refund before the payment's webhook", &Coalition::Payers, (0, 0))
}

/// Half given back before the release: the cashback is that of the other half.
pub(crate) async fn part_before_release() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.give_back(&checkout, "r1", Some("12.50")).await;
    street.wait().await;
    row(&street.town, "half refunded before the release", &Coalition::Payers, (1250, 62))
}

/// All of it given back after the cashback has come.
pub(crate) async fn all_after_credit() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    street.give_back(&checkout, "r1", None).await;
    street.wait().await;
    row(&street.town, "all refunded after the credit", &Coalition::Payers, (0, 0))
}

/// Half given back after the cashback of all of it has come.
pub(crate) async fn part_after_credit() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    street.give_back(&checkout, "r1", Some("12.50")).await;
    street.wait().await;
    row(&street.town, "half refunded after the credit", &Coalition::Payers, (1250, 62))
}

/// The same by a merchant who keeps the cashback of that half back: 12.50 less 0.62 and a half.
pub(crate) async fn part_after_credit_net() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    street.give_back(&checkout, "r1", Some("11.87")).await;
    street.wait().await;
    row(&street.town, "half refunded after the credit, less its cashback", &Coalition::Payers, (1250, 62))
}

/// A reward that asks for 50.00, and then 45.00 given back.
pub(crate) async fn below_the_least_before_release() -> Row {
    let least = json!({"min_spend": {"value": "50.00", "currency": "SGD"}});
    let street = Street::new([five(&least)]).await;
    let checkout = street.buy(MEI, "order-1", "50.00", Paynow).await;
    street.give_back(&checkout, "r1", Some("45.00")).await;
    street.wait().await;
    row(&street.town, "bought above min spend, then refunded below it", &Coalition::Payers, (500, 0))
}

/// A higher tier reached, and left again.
pub(crate) async fn out_of_the_tier_before_release() -> Row {
    let mut rule = five(&json!({}));
    rule["reward"] = json!({"kind": "tiered", "tiers": [
        {"from": {"value": "0.00", "currency": "SGD"}, "percent": "1"},
        {"from": {"value": "50.00", "currency": "SGD"}, "percent": "10"},
    ]});
    let street = Street::new([rule]).await;
    let checkout = street.buy(MEI, "order-1", "50.00", Paynow).await;
    street.give_back(&checkout, "r1", Some("25.00")).await;
    street.wait().await;
    row(&street.town, "bought in a higher tier, then refunded out of it", &Coalition::Payers, (2500, 25))
}

/// Two refunds and the release, all at the same moment. Whichever comes first, what is refunded earns
/// nothing.
pub(crate) async fn two_refunds_race_the_release() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    let town = &street.town;
    town.stack.advance(47 * 3600 - 30).await.expect("the stack comes to rest");
    let refund = |reference: &'static str| {
        let path = format!("/v1/checkouts/{}/refunds", text(&checkout, "/id"));
        let amount = json!({"value": "12.50", "currency": "SGD"});
        let body = json!({"reference": reference, "amount": amount});
        let key = street.shop.key.clone();
        async move { town.call(&key, "POST", &path, Some(body)).await.status }
    };
    let (released, _, _) = tokio::join!(town.stack.advance(60), refund("r1"), refund("r2"));
    released.expect("the stack comes to rest");
    street.wait().await;
    // What was refunded at once, the merchant has now; what is left, the payer gets in any case.
    town.refund(&street.shop, &checkout, "r3", None).await;
    street.wait().await;
    row(town, "two refunds race the release", &Coalition::Payers, (0, 0))
}

/// The merchant refunds in Stripe's dashboard and through the API before either has heard of the other.
pub(crate) async fn dashboard_and_api_at_once() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    let stripe = street.town.stack.stripe();
    stripe.refund_from_dashboard(&street.town.charge(&checkout), 1500).expect("the charge can be refunded");
    street.town.refund(&street.shop, &checkout, "r1", Some("15.00")).await;
    street.wait().await;
    row(&street.town, "refunds in the dashboard and by the API at once", &Coalition::Payers, (1000, 50))
}
