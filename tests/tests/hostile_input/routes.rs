//! The routes that take something, each with a body that is right.

use kembali_tests::{Shop, five_percent};
use serde_json::{Value, json};

/// Who may enter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Merchant,
    Operator,
}

/// A route and what is right there.
pub(crate) struct Door {
    pub(crate) by: By,
    /// As the template has it, with the query that it needs: `POST /v1/checkouts`.
    pub(crate) route: &'static str,
    /// The member that names what is created, which is another each time.
    name: &'static str,
    body: Value,
}

impl Door {
    /// The `number`th body that is right.
    pub(crate) fn body(&self, number: u64) -> Value {
        let mut body = self.body.clone();
        if let Some(name) = body.pointer_mut(self.name).filter(|name| name.is_string()) {
            *name = format!("n-{number}").into();
        }
        body
    }

    /// The path, with the names of this town.
    pub(crate) fn path(&self, shop: &Shop, checkout: &str) -> String {
        let (_, path) = self.route.split_once(' ').unwrap();
        let names = [
            ("merchant", shop.id.as_str()),
            ("checkout", checkout),
            ("country", "SG"),
            ("campaign", "five"),
            ("queue", "stripe_events"),
        ];
        names.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
    }
}

/// All routes that take something but Stripe's. Those that lock others come last.
pub(crate) fn doors(shop: &Shop) -> Vec<Door> {
    let money = |value: &str| json!({"value": value, "currency": "SGD"});
    let reason = json!({"reason": "looked at"});
    let mut rule = five_percent("five", "paynow", "platform");
    rule["caps"] = json!([{"per": "day", "payments": 3, "amount": money("20.00")}]);
    rule["budget"] = json!({"total": {"payments": 100, "amount": money("500.00")}, "shards": 4});
    rule["stacking"] = json!({"mode": "sum", "ceiling": money("8.00")});
    rule["occasion"] = json!({"kind": "every_nth", "n": 3});
    rule["merchants"] = json!([shop.id]);
    let order = json!({
        "reference": "", "amount": money("25.00"), "channel": "chat", "payer": {"phone": "+6591234567"},
        "items": [{"name": "kopi", "quantity": 10, "unit_amount": money("2.50")}],
        "expires_at": "2026-11-22T11:00:00Z", "return_url": "https://example.com/back",
    });
    let application = json!({
        "reference": "", "name": "Kaya", "email": "kaya@example.com", "country": "SG", "fee_bps": 100, "category": "5814",
    });
    let adjustment = json!({
        "phone": "+6591234567", "reference": "", "amount": money("1.00"), "direction": "credit", "reason": "sorry",
        "wallet_days": 30,
    });
    let consent =
        json!({"phone": "+6591234567", "merchant": shop.id, "reference": "n", "amount": money("25.00")});
    let simulation = json!({"rule": rule.clone(), "from": "2026-11-20", "to": "2026-11-22"});
    let version = json!({"rule_version": 1, "rule": rule.clone()});
    let screening = json!({"payments_per_day": 3, "payers_per_card": 2, "cards_per_payer": 4});
    let rollout = json!({"open_to": {"mode": "percentage", "percent": 50}, "invited": ["shop-SG"]});
    let refund = json!({"reference": "", "amount": money("0.50")});
    let merchant = |route, name, body| Door { by: By::Merchant, route, name, body };
    let operator = |route, name, body| Door { by: By::Operator, route, name, body };
    vec![
        merchant("POST /v1/checkouts", "/reference", order),
        merchant("POST /v1/checkouts/{checkout}/refunds", "/reference", refund),
        merchant("POST /v1/checkouts/{checkout}/expire", "/-", json!({})),
        merchant("POST /v1/merchants/{merchant}/onboarding-link", "/-", json!({})),
        merchant("POST /v1/merchants/{merchant}/keys", "/-", json!({})),
        operator("POST /v1/merchants", "/reference", application),
        operator(
            "PUT /v1/merchants/{merchant}/insiders",
            "/-",
            json!({"phones": ["+6591234567", "+6598765432"]}),
        ),
        operator("POST /v1/markets/{country}/adjustments", "/reference", adjustment),
        operator("POST /v1/markets/{country}/wallet-consents", "/reference", consent),
        operator("POST /v1/markets/{country}/campaigns/simulate", "/-", simulation),
        operator("PUT /v1/markets/{country}/campaigns/{campaign}", "/-", version),
        operator("POST /v1/markets/{country}/campaigns", "/id", rule),
        operator("POST /v1/markets/{country}/match?day=2026-11-22", "/-", json!({})),
        operator("PUT /v1/markets/{country}/policy/screening", "/-", screening),
        operator("POST /v1/cashbacks/{checkout}/approve", "/-", reason.clone()),
        operator("POST /v1/cashbacks/{checkout}/reject", "/-", reason.clone()),
        operator("POST /v1/cashbacks/{checkout}/retry", "/-", reason.clone()),
        operator("POST /v1/cashbacks/{checkout}/write-off", "/-", reason.clone()),
        operator("POST /v1/markets/{country}/campaigns/{campaign}/pause", "/-", json!({})),
        operator("POST /v1/markets/{country}/campaigns/{campaign}/resume", "/-", json!({})),
        operator("POST /v1/markets/{country}/campaigns/{campaign}/end", "/-", json!({})),
        operator("POST /v1/merchants/{merchant}/suspend", "/-", reason.clone()),
        operator("POST /v1/merchants/{merchant}/resume", "/-", json!({})),
        operator("PUT /v1/markets/{country}/rollout", "/-", rollout),
        operator("POST /v1/markets/{country}/policy/stop", "/-", reason.clone()),
        operator("POST /v1/dead-letters/{queue}/redrive", "/-", reason.clone()),
        operator("POST /v1/dead-letters/{queue}/discard", "/-", reason),
        operator("POST /v1/markets/{country}/policy/resume", "/-", json!({})),
        operator("POST /v1/merchants/{merchant}/keys/reset", "/-", json!({})),
    ]
}
