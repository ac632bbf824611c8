//! The scenes.

use local_stripe::PayWith;
use serde_json::{Value, json};

use super::{Story, Told};
use crate::town::{Shop, TownError, text};

/// What a scene leaves for the audit.
pub(super) struct Scene {
    pub(super) shop: Shop,
    pub(super) checkouts: Vec<Told>,
}

/// The dates of every campaign here: around the whole story.
fn campaign(id: &str, reward: &Value, method: &str, extra: &Value) -> Value {
    let mut rule = json!({
        "id": id, "reward": reward, "methods": [method],
        "starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-12-31T00:00:00Z",
    });
    if let (Some(rule), Some(extra)) = (rule.as_object_mut(), extra.as_object()) {
        rule.extend(extra.clone());
    }
    rule
}

/// Singapore: a merchant from application to enabled, a PayNow payment, 5% back from the merchant.
pub(super) async fn singapore(story: &mut Story<'_>) -> Result<Scene, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Singapore: 25.00 by PayNow, 5% back, funded by the merchant");
    let mark = calls.mark();
    town.open_market("SG").await?;
    story.step("the operator opens the market", mark);
    let mark = calls.mark();
    let shop = town.enabled_shop("SG", "bakers-13", "Baker's 13").await?;
    story.step("Baker's 13 applies, onboards with Stripe, and is enabled", mark);
    let mark = calls.mark();
    let percent = json!({"kind": "percent", "percent": "5"});
    town.campaign("SG", &campaign("paynow-5", &percent, "paynow", &json!({"funding": "merchant"}))).await?;
    story.step("the operator starts the campaign paynow-5", mark);

    let told = ask(story, &shop, "order-1", "25.00", "SGD").await?;
    let mark = calls.mark();
    town.pay(&told.checkout, PayWith::Paynow).await?;
    story.step("the payer scans the PayNow code", mark);
    story.show(&told).await?;
    let mark = calls.mark();
    town.hours(46).await?;
    story.step("46 hours pass", mark);
    story.show(&told).await?;
    let mark = calls.mark();
    town.hours(2).await?;
    story.step("2 more hours pass: EventBridge releases, Stripe refunds", mark);
    story.show(&told).await?;
    Ok(Scene { shop, checkouts: vec![told] })
}

/// India: the first real campaign was for UPI only.
pub(super) async fn india(story: &mut Story<'_>) -> Result<Scene, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading(
        "India: ₹2,500 by UPI, 1% up to ₹10, funded by the platform; the same by card earns nothing",
    );
    town.open_market("IN").await?;
    let shop = town.enabled_shop("IN", "chai-point", "Chai Point").await?;
    let stripe = town.stack().stripe();
    stripe.set_available_balance(&stripe.platform_account(), "inr", 100_000);
    let percent = json!({"kind": "percent", "percent": "1"});
    let extra = json!({"funding": "platform", "max_per_payment": {"value": "10.00", "currency": "INR"}});
    town.campaign("IN", &campaign("upi-only", &percent, "upi", &extra)).await?;

    let by_upi = ask(story, &shop, "chai-1", "2500.00", "INR").await?;
    let by_card = ask(story, &shop, "chai-2", "2500.00", "INR").await?;
    let mark = calls.mark();
    town.pay(&by_upi.checkout, PayWith::Upi).await?;
    town.pay(&by_card.checkout, PayWith::Card { number: "4242424242424242".to_owned() }).await?;
    story.step("one is paid by UPI, the other by card", mark);
    story.show(&by_upi).await?;
    story.show(&by_card).await?;
    let mark = calls.mark();
    town.hours(48).await?;
    story.step("48 hours pass: a transfer from the platform, then the refund", mark);
    story.show(&by_upi).await?;
    Ok(Scene { shop, checkouts: vec![by_upi, by_card] })
}

/// A card payment that earned cashback and is refunded before its release: first a part, then the rest.
pub(super) async fn refunded_before_release(
    story: &mut Story<'_>,
    shop: &Shop,
) -> Result<Vec<Told>, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls().clone());
    story.heading("Singapore: 40.00 by card, 3% back, refunded before it is released");
    let percent = json!({"kind": "percent", "percent": "3"});
    town.campaign("SG", &campaign("card-3", &percent, "card", &json!({"funding": "merchant"}))).await?;
    // A changed campaign is seen by new checkouts within a minute.
    town.stack().advance(60).await?;
    let told = ask(story, shop, "order-2", "40.00", "SGD").await?;
    town.pay(&told.checkout, PayWith::Card { number: "4242424242424242".to_owned() }).await?;
    story.show(&told).await?;
    let refunds = format!("/v1/checkouts/{}/refunds", text(&told.checkout, "/id"));
    let mark = calls.mark();
    let part = json!({"reference": "refund-1", "amount": {"value": "10.00", "currency": "SGD"}});
    town.call(&shop.key, "POST", &refunds, Some(&part)).await?;
    town.stack().settle().await?;
    story.step("the merchant refunds 10.00: the cashback shrinks with it", mark);
    story.show(&told).await?;
    let mark = calls.mark();
    town.call(&shop.key, "POST", &refunds, Some(&json!({"reference": "refund-2"}))).await?;
    town.stack().settle().await?;
    story.step("and the rest: there is no cashback any more", mark);
    story.show(&told).await?;
    town.hours(48).await?;
    Ok(vec![told])
}

async fn ask(
    story: &mut Story<'_>,
    shop: &Shop,
    reference: &str,
    value: &str,
    currency: &str,
) -> Result<Told, TownError> {
    let body = json!({
        "reference": reference, "amount": {"value": value, "currency": currency}, "description": "In the chat",
        "payer": {"phone": super::audit::PHONE}, "channel": "chat",
    });
    let mark = story.town.stack().calls().mark();
    let checkout = story.town.checkout(shop, &body).await?;
    story.step(&format!("the merchant asks for {currency} {value}"), mark);
    for offer in checkout.pointer("/offers").and_then(Value::as_array).into_iter().flatten() {
        (story.tell)(&format!("    {}", text(offer, "/text")));
    }
    Ok(Told { shop: shop.clone(), checkout })
}
