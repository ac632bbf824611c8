//! The same account as API v1 shows it.

use serde_json::{Map, Value, json};

use super::account::{Account, Capability, Configuration, PAYOUTS, Status, TRANSFERS};

/// The v1 account object.
pub(crate) fn render(account: &Account) -> Value {
    let charges = account.can(Configuration::Merchant, "card_payments");
    let payouts = account.can(Configuration::Merchant, PAYOUTS);
    let capabilities: Map<String, Value> = account
        .capabilities
        .iter()
        .filter_map(|capability| Some((name(capability)?.to_owned(), json!(status(capability)))))
        .collect();
    json!({
        "id": account.id,
        "object": "account",
        "business_profile": { "name": account.profile.display_name },
        "business_type": account.profile.entity_type,
        "capabilities": capabilities,
        "charges_enabled": charges,
        "controller": controller(account),
        "country": account.profile.country,
        "created": account.created_millis.div_euclid(1000),
        "default_currency": account.default_currency(),
        "details_submitted": account.details_submitted,
        "email": account.profile.contact_email,
        "future_requirements": requirements(&[]),
        "metadata": account.profile.metadata,
        "payouts_enabled": payouts,
        "requirements": requirements(&account.wanted),
        "type": "none",
    })
}

/// The v1 capability object, if v1 knows this capability.
pub(crate) fn render_capability(account: &Account, capability: &Capability) -> Option<Value> {
    Some(json!({
        "id": name(capability)?,
        "object": "capability",
        "account": account.id,
        "future_requirements": requirements(&[]),
        "requested": true,
        "requested_at": account.created_millis.div_euclid(1000),
        "requirements": requirements(if capability.is_active() { &[] } else { &account.wanted }),
        "status": status(capability),
    }))
}

fn name(capability: &Capability) -> Option<&str> {
    match capability.name.as_str() {
        PAYOUTS => None,
        TRANSFERS => Some("transfers"),
        name => Some(name),
    }
}

fn status(capability: &Capability) -> &'static str {
    match capability.status {
        Status::Active => "active",
        Status::Pending => "pending",
        Status::Inactive => "inactive",
    }
}

fn controller(account: &Account) -> Value {
    let profile = &account.profile;
    json!({
        "type": "application",
        "is_controller": true,
        "fees": { "payer": if profile.fees_collector.as_deref() == Some("stripe") { "account" } else { "application" } },
        "losses": { "payments": profile.losses_collector },
        "requirement_collection": "stripe",
        "stripe_dashboard": { "type": profile.dashboard },
    })
}

fn requirements(wanted: &[String]) -> Value {
    json!({
        "alternatives": [],
        "current_deadline": null,
        "currently_due": wanted,
        "disabled_reason": if wanted.is_empty() { None } else { Some("requirements.past_due") },
        "errors": [],
        "eventually_due": wanted,
        "past_due": wanted,
        "pending_verification": [],
    })
}
