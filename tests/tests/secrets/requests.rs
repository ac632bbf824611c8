//! Requests of every route with something planted in every field, one after the other, in the names of
//! fields, in the query and in the path.

use kembali_tests::{Shop, five_percent};
use serde_json::{Value, json};

use crate::events::leaves;
use crate::place::Place;
use kembali_local::client::encoded;

/// Fields in which somebody writes in their own words.
const WORDS: [&str; 6] = ["description", "name", "return_url", "email", "reason", "note"];
/// Fields that name something: what stands in them is an identifier, and is told as one.
const NAMES: [&str; 4] = ["reference", "id", "invited", "merchants"];

/// A body that each route takes.
fn bodies(shop: &Shop, checkout: &str) -> Vec<(String, Value)> {
    let market = "/v1/markets/SG";
    let amount = json!({"value": "12.00", "currency": "SGD"});
    let mut rule = five_percent("swept", "paynow", "merchant");
    rule["min_spend"] = amount.clone();
    rule["merchant_categories"] = json!(["5814"]);
    rule["channels"] = json!(["chat"]);
    let order = json!({
        "reference": "swept", "amount": amount, "description": "x", "channel": "chat",
        "payer": {"phone": "+6591234567", "wallet_consent": "x"}, "return_url": "https://example.com/x",
        "expires_at": "2026-11-30T10:00:00Z",
    });
    let lines = json!({
        "reference": "swept-2", "amount": amount, "channel": "counter",
        "items": [{"name": "x", "quantity": 1, "unit_amount": amount}],
    });
    let phone = "+6591234567";
    let reason = json!({"reason": "x"});
    let own = format!("/v1/merchants/{}", shop.id);
    [
        ("POST /v1/checkouts".to_owned(), order),
        ("POST /v1/checkouts".to_owned(), lines),
        (format!("POST /v1/checkouts/{checkout}/refunds"), json!({"reference": "r9", "amount": amount})),
        (
            "POST /v1/merchants".to_owned(),
            json!({
                "reference": "swept", "name": "x", "email": "x@example.com", "country": "SG", "fee_bps": 1,
                "category": "5814",
            }),
        ),
        (format!("PUT {own}/insiders"), json!({"phones": [phone]})),
        (format!("POST {own}/suspend"), reason.clone()),
        (
            format!("PUT {market}/rollout"),
            json!({"open_to": {"mode": "percentage", "percent": 100}, "invited": ["x"]}),
        ),
        (format!("POST {market}/campaigns"), rule.clone()),
        (format!("PUT {market}/campaigns/five"), json!({"rule_version": 1, "rule": rule})),
        (
            format!("POST {market}/campaigns/simulate"),
            json!({"rule": rule, "from": "2026-11-22", "to": "2026-11-24"}),
        ),
        (format!("POST {market}/policy/stop"), reason.clone()),
        (format!("POST {market}/policy/resume"), reason.clone()),
        (format!("PUT {market}/policy/screening"), json!({"payments_per_day": 15, "payers_per_card": 15})),
        (
            format!("POST {market}/adjustments"),
            json!({
                "phone": phone, "reference": "a1", "amount": amount, "direction": "credit", "reason": "x",
                "wallet_days": 9,
            }),
        ),
        (
            format!("POST {market}/wallet-consents"),
            json!({"phone": phone, "merchant": shop.id, "reference": "c1", "amount": amount}),
        ),
        (format!("POST /v1/cashbacks/{checkout}/approve"), reason.clone()),
        (format!("POST /v1/cashbacks/{checkout}/reject"), reason.clone()),
        (format!("POST /v1/cashbacks/{checkout}/retry"), reason.clone()),
        (format!("POST /v1/cashbacks/{checkout}/write-off"), reason),
    ]
    .into()
}

/// Sends them. How many fields there were.
pub(crate) async fn all_fields(place: &mut Place, shop: &Shop, checkout: &str) -> usize {
    let mut fields = 0;
    for (route, right) in bodies(shop, checkout) {
        let (method, path) = route.split_once(' ').unwrap();
        for pointer in leaves(&right, String::new()) {
            let name = pointer.split('/').rev().find(|part| part.parse::<usize>().is_err()).unwrap();
            if NAMES.contains(&name) {
                continue;
            }
            fields += 1;
            for odd in odd(place, WORDS.contains(&name)) {
                let mut body = right.clone();
                *body.pointer_mut(&pointer).unwrap() = odd;
                send(place, shop, method, path, &body.to_string()).await;
            }
        }
        let (phone, card) = (place.garden.phone(), place.garden.card());
        let mut unknown = right.clone();
        unknown[&phone] = json!(card);
        send(place, shop, method, path, &unknown.to_string()).await;
        let mut unknown = right;
        unknown["card"] = json!({"number": card, "phone": phone});
        send(place, shop, method, path, &unknown.to_string()).await;
        let cut = unknown.to_string();
        send(place, shop, method, path, cut.get(..cut.len() - 2).unwrap()).await;
        send(place, shop, method, path, &format!("\"{phone}\"")).await;
    }
    fields
}

/// What is put in a field.
fn odd(place: &Place, is_words: bool) -> Vec<Value> {
    let garden = &place.garden;
    if is_words {
        return vec![json!(garden.words("field")), json!([garden.words("field")])];
    }
    let (phone, card) = (garden.phone(), garden.card());
    vec![json!(phone), json!(card), json!({ &phone: card }), json!(card.parse::<u64>().unwrap())]
}

async fn send(place: &mut Place, shop: &Shop, method: &str, path: &str, body: &str) {
    let operator = place.town.stack.operator_token().unwrap();
    let token = if path.starts_with("/v1/checkouts") { shop.key.clone() } else { operator };
    place.send(&token, method, path, "application/json", body.to_owned()).await;
}

/// Requests whose path, query and token hold what they should not.
pub(crate) async fn all_routes(place: &mut Place, shop: &Shop) {
    let functions = place.town.stack.template().functions.clone();
    let routes = functions.iter().flat_map(|function| function.triggers.routes.clone());
    let operator = place.town.stack.operator_token().unwrap();
    for route in routes.filter(|route| route.method != "HEAD").collect::<Vec<_>>() {
        let (phone, card, secret) = (place.garden.phone(), place.garden.card(), place.garden.secret("query"));
        let coded = encoded(&phone);
        let query = format!(
            "?day={coded}&limit={card}&cursor={secret}&merchant={card}&{coded}={secret}&month={card}"
        );
        let right = route
            .path
            .replace("{checkout}", "chk_aaaaaaaaaaaaaaaaaaaaaaaa")
            .replace("{merchant}", &shop.id)
            .replace("{country}", "SG")
            .replace("{campaign}", "five")
            .replace("{phone}", &coded);
        let mut wrong = route.path.clone();
        for parameter in ["{checkout}", "{merchant}", "{country}", "{campaign}", "{phone}"] {
            wrong = wrong.replace(parameter, if parameter == "{phone}" { &card } else { &coded });
        }
        let tokens = [operator.clone(), shop.key.clone(), secret.clone(), phone.clone()];
        for token in tokens {
            for path in [format!("{right}{query}"), wrong.clone(), format!("{wrong}{query}")] {
                // Enough is suspended and stopped elsewhere.
                let body = (route.method != "GET").then(|| json!({"phone": phone, "card": card}));
                place.ask(&token, &route.method, &path, body.as_ref()).await;
            }
        }
    }
}
