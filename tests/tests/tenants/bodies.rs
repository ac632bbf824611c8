//! Bodies: right ones, with what is another's in them, and broken ones.

use kembali_tests::five_percent;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::paths::Aim;
use crate::world::{PLAYGROUND, World};

/// A body and what its `Content-Type` says it is.
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) text: String,
}

/// What can be sent to a route; for a stranger, what the merchant they aim at could send.
///
/// # Panics
/// Nobody has written a body for the route yet.
pub(crate) fn right(dice: &mut Dice, world: &mut World, aim: &Aim, route: &str) -> Option<Value> {
    let sender = aim.caller.unwrap_or(aim.target);
    let (merchant, phone) =
        (world.tenants[aim.target].shop.id.clone(), world.tenants[aim.target].phone.clone());
    let country = world.tenants[sender].country;
    let currency = world.tenants[sender].currency;
    let amount = json!({"value": format!("{}.00", 1 + dice.roll(30)), "currency": currency});
    let reason = || Some(json!({"reason": "a random call"}));
    match route {
        "POST /v1/checkouts" => Some(order(dice, world, aim, sender)),
        "POST /v1/checkouts/{checkout}/refunds" => {
            let reference = reference(dice, world, aim, sender);
            let whole = json!({"reference": reference});
            Some(if dice.once_in(3) { whole } else { json!({"reference": reference, "amount": amount}) })
        }
        "POST /v1/merchants" => Some(json!({
            "reference": reference(dice, world, aim, sender), "name": world.tenants[sender].word("name"),
            "email": "random@example.com", "country": PLAYGROUND, "fee_bps": 100,
        })),
        "POST /v1/merchants/{merchant}/suspend"
        | "POST /v1/markets/{country}/policy/stop"
        | "POST /v1/dead-letters/{queue}/redrive"
        | "POST /v1/dead-letters/{queue}/discard"
        | "POST /v1/markets/{country}/policy/resume"
        | "POST /v1/cashbacks/{checkout}/approve"
        | "POST /v1/cashbacks/{checkout}/reject"
        | "POST /v1/cashbacks/{checkout}/retry"
        | "POST /v1/cashbacks/{checkout}/write-off" => reason(),
        "PUT /v1/merchants/{merchant}/insiders" => Some(json!({"phones": [phone]})),
        "PUT /v1/markets/{country}/rollout" => {
            Some(json!({"open_to": {"mode": dice.pick(&["open", "closed", "invite_list"])}}))
        }
        "POST /v1/markets/{country}/campaigns" => {
            Some(five_percent(dice.pick::<&str>(&["five", "random"]), "pix", "merchant"))
        }
        "PUT /v1/markets/{country}/campaigns/{campaign}" => {
            let rule = five_percent(dice.pick::<&str>(&["five", "random"]), "pix", "merchant");
            Some(json!({"rule_version": 1 + dice.roll(3), "rule": rule}))
        }
        "POST /v1/markets/{country}/campaigns/simulate" => {
            let rule = five_percent("dry", "pix", "merchant");
            Some(json!({"rule": rule, "from": "2026-11-22", "to": "2026-11-24"}))
        }
        "PUT /v1/markets/{country}/policy/screening" => Some(json!({"payments_per_day": 1 + dice.roll(15)})),
        "POST /v1/markets/{country}/adjustments" => {
            // An operator works with the payers of the market that is theirs to change.
            let reference = reference(dice, world, aim, sender);
            Some(json!({
                "phone": phone, "reference": reference, "amount": amount, "reason": "a random call",
                "direction": dice.pick(&["credit", "debit"]),
            }))
        }
        "POST /v1/markets/{country}/wallet-consents" => {
            let reference = reference(dice, world, aim, sender);
            Some(json!({"phone": phone, "merchant": merchant, "reference": reference, "amount": amount}))
        }
        "POST /v1/checkouts/{checkout}/expire"
        | "POST /v1/merchants/{merchant}/keys"
        | "POST /v1/merchants/{merchant}/keys/reset"
        | "POST /v1/merchants/{merchant}/onboarding-link"
        | "POST /v1/merchants/{merchant}/resume"
        | "POST /v1/markets/{country}/campaigns/{campaign}/pause"
        | "POST /v1/markets/{country}/campaigns/{campaign}/resume"
        | "POST /v1/markets/{country}/campaigns/{campaign}/end"
        | "POST /v1/markets/{country}/match" => dice.once_in(2).then(|| json!({"country": country})),
        read if read.starts_with("GET ") => None,
        other => panic!("write a body for the new route {other}"),
    }
}

/// A reference of the sender's own, new or used, or one that another merchant has used.
fn reference(dice: &mut Dice, world: &mut World, aim: &Aim, sender: usize) -> String {
    match dice.roll(3) {
        0 => dice.pick(&world.tenants[aim.target].references).clone(),
        1 => dice.pick(&world.tenants[sender].references).clone(),
        _ => world.tenants[sender].word("random"),
    }
}

/// An order with the sender's own words, and with another's number, price, payer and consent.
fn order(dice: &mut Dice, world: &mut World, aim: &Aim, sender: usize) -> Value {
    let (phone, agreed) = (world.tenants[aim.target].phone.clone(), world.tenants[aim.target].agreed.clone());
    let mut order = if dice.once_in(4) {
        // All that another's payer has agreed to, as if it were the sender's.
        let mut stolen = agreed;
        stolen["description"] = json!(world.tenants[sender].word("description"));
        stolen.as_object_mut().unwrap().remove("return_url");
        stolen
    } else {
        let value = format!("{}.00", 1 + dice.roll(30));
        let currency = world.tenants[if dice.once_in(8) { aim.target } else { sender }].currency;
        let mut order = json!({
            "reference": reference(dice, world, aim, sender), "channel": dice.pick(&["chat", "counter"]),
            "amount": {"value": value, "currency": currency},
            "description": world.tenants[sender].word("description"),
        });
        if dice.once_in(2) {
            order["payer"] = json!({"phone": phone});
            if dice.once_in(3)
                && let Some(consent) = agreed.pointer("/payer/wallet_consent")
            {
                order["payer"]["wallet_consent"] = consent.clone();
            }
        }
        order
    };
    if dice.once_in(8) {
        order["items"] = json!([{
            "name": world.tenants[sender].word("item"), "quantity": 1, "unit_amount": order["amount"],
        }]);
        order.as_object_mut().unwrap().remove("description");
    }
    order
}

/// A body as it is, or broken in one of the ways in which a body can be.
pub(crate) fn perhaps_broken(dice: &mut Dice, body: Option<Value>) -> Body {
    let json = "application/json";
    let Some(mut body) = body else {
        let text = *dice.pick(&["", "", "", "{}", "[]", "null", "{"]);
        return Body { content_type: json, text: text.to_owned() };
    };
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!("\u{0}\u{202e}"),
        json!("'; DROP TABLE"),
        json!("{{resolve:secretsmanager:x}}"),
        json!([[[]]]),
        json!({"S": "x"}),
        json!("k".repeat(3000)),
    ];
    let fields: Vec<String> =
        body.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    match dice.roll(20) {
        0 => return Body { content_type: "text/plain", text: body.to_string() },
        1 => return Body { content_type: json, text: format!("[{body}]") },
        2 => return Body { content_type: json, text: format!("{body}{body}") },
        3 => {
            let mut text = body.to_string();
            text.truncate(text.len() / 2);
            return Body { content_type: json, text };
        }
        4 if !fields.is_empty() => {
            body.as_object_mut().unwrap().remove(dice.pick(&fields));
        }
        5 | 6 if !fields.is_empty() => body[dice.pick(&fields).as_str()] = dice.pick(&odd).clone(),
        7 => body["merchant_id"] = dice.pick(&odd).clone(),
        _ => {}
    }
    Body { content_type: json, text: body.to_string() }
}
