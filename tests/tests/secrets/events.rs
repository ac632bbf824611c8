//! What Stripe tells of people, in every object of its answers and events; and events that nobody can read.

use serde_json::{Value, json};

use crate::garden::Garden;
use crate::place::Place;

/// Plants in every object of Stripe's all that may be told there of a person, and what Stripe may add one
/// day.
pub(crate) fn enrich(garden: &Garden, value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| enrich(garden, value)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| enrich(garden, value));
            let Some(kind) = fields.get("object").and_then(Value::as_str).map(str::to_owned) else { return };
            for (name, told) in told(garden, &kind) {
                match (fields.get_mut(name).and_then(Value::as_object_mut), told) {
                    (Some(known), Value::Object(more)) => known.extend(more),
                    (_, told) => drop(fields.insert(name.to_owned(), told)),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn told(garden: &Garden, kind: &str) -> Vec<(&'static str, Value)> {
    let number = kind.bytes().fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % 89);
    let (phone, card) = (garden.phone_of(number), garden.card_of(number));
    let who = |what: &str| garden.person(&format!("{what}{}", kind.replace(['.', '_'], "")));
    let person = json!({
        "name": who("name"), "email": format!("{}@example.com", who("email")), "phone": phone,
        "address": {"line1": who("street"), "postal_code": who("postcode")}, "tax_ids": [{"value": who("taxid")}],
    });
    let mut told = vec![("future_field", json!([{"number": card, "person": person}]))];
    match kind {
        "charge" => told.extend([
            ("billing_details", person.clone()),
            ("shipping", person.clone()),
            ("receipt_email", json!(who("receipt"))),
            ("statement_descriptor", json!(who("descriptor"))),
            ("calculated_statement_descriptor", json!(who("descriptor"))),
            ("metadata", json!({"note": who("note"), "phone": phone, "card": card})),
            (
                "payment_method_details",
                json!({"card_details": {"number": card, "last4": who("last")}, "holder": person}),
            ),
            ("source", json!({"last4": who("last"), "number": card, "name": who("name")})),
        ]),
        "checkout.session" => told.extend([
            ("customer_details", person.clone()),
            ("customer_email", json!(who("email"))),
            ("shipping_details", person.clone()),
            ("custom_fields", json!([{"text": {"value": who("custom")}}])),
        ]),
        "refund" => told.extend([
            ("receipt_number", json!(who("receipt"))),
            ("description", json!(who("description"))),
            ("destination_details", json!({"card": {"reference": who("reference")}, "holder": person})),
        ]),
        "dispute" => told.extend([(
            "evidence",
            json!({"customer_name": who("name"), "customer_purchase_ip": who("ip"), "text": phone}),
        )]),
        "account" | "v2.core.account" => told.extend([
            ("email", json!(who("email"))),
            ("individual", person.clone()),
            ("business_profile", json!({"support_phone": phone, "support_address": person})),
            ("external_accounts", json!({"data": [{"account_number": card, "holder": who("holder")}]})),
        ]),
        "payment_intent" => {
            told.extend([("receipt_email", json!(who("email"))), ("shipping", person.clone())])
        }
        _ => {}
    }
    told
}

/// Events that are no events, of kinds that we do not use, of the other mode, unsigned, or without what we
/// need; every text and every number in those that Stripe has sent is replaced in turn. Ids and types are
/// Stripe's own, and stay.
pub(crate) async fn unreadable(place: &mut Place) {
    let (phone, card, name) = (place.garden.phone(), place.garden.card(), place.garden.person("unreadable"));
    for body in [
        format!("{{\"id\": \"evt_1\", \"phone\": \"{phone}\", \"card\": {card}"),
        format!("[\"{phone}\", {card}]"),
        phone.clone(),
        json!({"id": "evt_1", "type": {"name": name}, "created": 1}).to_string(),
        json!({"id": "evt_1", "type": "charge.succeeded", "created": name, "data": {"object": {}}}).to_string(),
        json!({"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": {"phone": phone, "card": card}}})
            .to_string(),
        json!({"id": "evt_1", "type": "account.updated", "created": 1, "livemode": true, "account": "acct_1", "data": {"object": {"phone": phone}}})
            .to_string(),
    ] {
        place.deliver(&body).await;
        let unsigned = place.town.post_webhook(&format!("t=1,v1={name},v0={phone}"), "application/json", &body).await;
        place.note(unsigned);
    }
    let mut seen = Vec::new();
    for event in place.town.stack.stripe().events() {
        let kind = kembali_tests::text(&event, "/type");
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        for pointer in leaves(&event, String::new()) {
            let last = pointer.rsplit('/').next().unwrap();
            if ["id", "type", "object", "account", "api_version"].contains(&last)
                || pointer.contains("kembali_")
            {
                continue;
            }
            for odd in [json!(format!("{phone} {card} {name}")), json!({ &phone: card })] {
                let mut broken = event.clone();
                *broken.pointer_mut(&pointer).unwrap() = odd;
                place.deliver(&broken.to_string()).await;
            }
        }
        place.town.settle().await;
    }
}

/// The place of every text and number.
pub(crate) fn leaves(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            fields.iter().flat_map(|(name, value)| leaves(value, format!("{at}/{}", escaped(name)))).collect()
        }
        Value::Array(values) => values
            .iter()
            .enumerate()
            .flat_map(|(index, value)| leaves(value, format!("{at}/{index}")))
            .collect(),
        Value::String(_) | Value::Number(_) => vec![at],
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}
