//! What the scenes have in common: campaigns that cover the whole story, and a merchant who asks for money.

use local_stripe::PayWith;
use serde_json::{Value, json};

use super::story::{Story, Told};
use crate::town::{Shop, TownError, text};

/// A campaign whose dates lie around the whole story.
pub(super) fn campaign(id: &str, reward: &Value, method: &str, extra: &Value) -> Value {
    let mut rule = json!({
        "id": id, "reward": reward, "methods": [method], "starts_at": "2026-11-01", "ends_at": "2026-12-31",
    });
    if let (Some(rule), Some(extra)) = (rule.as_object_mut(), extra.as_object()) {
        rule.extend(extra.clone());
    }
    rule
}

pub(super) fn percent(percent: &str) -> Value {
    json!({"kind": "percent", "percent": percent})
}

/// A card that works.
pub(super) fn card() -> PayWith {
    PayWith::Card { number: "4242424242424242".to_owned() }
}

/// What a merchant sends to ask for money.
pub(super) fn order(reference: &str, phone: &str, (value, currency): (&str, &str)) -> Value {
    json!({
        "reference": reference, "amount": {"value": value, "currency": currency}, "description": "In the chat",
        "payer": {"phone": phone}, "channel": "chat",
    })
}

/// A merchant asks for money, and the payer is told what each way to pay earns, or why it earns nothing.
pub(super) async fn ask(story: &mut Story<'_>, shop: &Shop, order: &Value) -> Result<Told, TownError> {
    let mark = story.town.stack().calls().mark();
    let checkout = story.town.checkout(shop, order).await?;
    let (value, currency) = (text(order, "/amount/value"), text(order, "/amount/currency"));
    story.step(&format!("the merchant asks for {currency} {value}"), mark);
    story.tell_offers(&checkout);
    Ok(Told::new(shop, checkout, order))
}
