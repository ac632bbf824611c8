//! An account as API v2 shows it, and account links.

use serde_json::{Map, Value, json};

use super::account::{Account, Capability, Configuration, Link, Status};
use crate::config::Config;
use crate::events::rfc3339;

/// What a request may ask to have included.
pub(crate) const INCLUDABLE: [&str; 7] = [
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
];

/// The account object; what is not in `include` is null.
pub(crate) fn render(account: &Account, livemode: bool, include: &[String]) -> Value {
    let profile = &account.profile;
    let shown = |name: &str, value: Value| {
        if include.iter().any(|asked| asked == name) { value } else { Value::Null }
    };
    let applied: Vec<&str> = [Configuration::Merchant, Configuration::Recipient]
        .into_iter()
        .filter(|configuration| account.has(*configuration))
        .map(Configuration::as_str)
        .collect();
    json!({
        "id": account.id,
        "object": "v2.core.account",
        "applied_configurations": applied,
        "closed": false,
        "configuration": configuration(account, include),
        "contact_email": profile.contact_email,
        "contact_phone": null,
        "created": rfc3339(account.created_millis),
        "dashboard": profile.dashboard,
        "defaults": shown("defaults", defaults(account)),
        "display_name": profile.display_name,
        "future_requirements": shown("future_requirements", json!({ "entries": [], "summary": null })),
        "identity": shown("identity", identity(account)),
        "livemode": livemode,
        "metadata": profile.metadata,
        "requirements": shown("requirements", requirements(account)),
    })
}

fn configuration(account: &Account, include: &[String]) -> Value {
    if !include.iter().any(|asked| asked.starts_with("configuration.")) {
        return Value::Null;
    }
    let member = |configuration: Configuration| {
        let asked = format!("configuration.{}", configuration.as_str());
        if include.contains(&asked) && account.has(configuration) {
            json!({ "applied": true, "capabilities": capabilities(account, configuration) })
        } else {
            Value::Null
        }
    };
    json!({
        "customer": null,
        "merchant": member(Configuration::Merchant),
        "recipient": member(Configuration::Recipient),
    })
}

fn capabilities(account: &Account, configuration: Configuration) -> Value {
    let mut all = Map::new();
    for capability in account.capabilities.iter().filter(|c| c.configuration == configuration) {
        let value = self::capability(account, capability);
        match capability.name.split_once('.') {
            None => {
                all.insert(capability.name.clone(), value);
            }
            Some((group, name)) => {
                let group = all.entry(group).or_insert_with(|| json!({}));
                if let Some(members) = group.as_object_mut() {
                    members.insert(name.to_owned(), value);
                }
            }
        }
    }
    Value::Object(all)
}

fn capability(account: &Account, capability: &Capability) -> Value {
    let detail = |code: &str, resolution: &str| json!([{ "code": code, "resolution": resolution }]);
    let (status, details) = match capability.status {
        Status::Active => ("active", json!([])),
        Status::Pending => ("pending", detail("requirements_pending_verification", "no_resolution")),
        Status::Inactive if account.wanted.is_empty() => {
            ("restricted", detail("determining_status", "no_resolution"))
        }
        Status::Inactive => ("restricted", detail("requirements_past_due", "provide_info")),
    };
    json!({ "requested": true, "status": status, "status_details": details })
}

fn defaults(account: &Account) -> Value {
    let profile = &account.profile;
    json!({
        "currency": account.default_currency(),
        "locales": [],
        "profile": null,
        "responsibilities": {
            "fees_collector": profile.fees_collector, "losses_collector": profile.losses_collector,
        },
    })
}

fn identity(account: &Account) -> Value {
    json!({
        "attestations": null,
        "business_details": null,
        "country": account.profile.country,
        "entity_type": account.profile.entity_type,
        "individual": null,
    })
}

/// `requirements`: everything wanted is past due, since the capabilities wait for it.
fn requirements(account: &Account) -> Value {
    let restricts: Vec<Value> = account
        .capabilities
        .iter()
        .map(|capability| {
            json!({ "capability": capability.name, "configuration": capability.configuration.as_str(),
                    "deadline": { "status": "past_due" } })
        })
        .collect();
    let entry = |description: &String| {
        json!({
            "awaiting_action_from": "user",
            "description": description,
            "errors": [],
            "impact": { "restricts_capabilities": restricts },
            "minimum_deadline": { "status": "past_due", "time": null },
            "reference": null,
            "requested_reasons": [{ "code": "routine_onboarding" }],
        })
    };
    let summary = if account.wanted.is_empty() {
        Value::Null
    } else {
        json!({ "minimum_deadline": { "status": "past_due", "time": null } })
    };
    json!({ "entries": account.wanted.iter().map(entry).collect::<Vec<_>>(), "summary": summary })
}

/// The account link object of the link `token`.
pub(crate) fn render_link(config: &Config, token: &str, link: &Link, created_millis: i64) -> Value {
    json!({
        "object": "v2.core.account_link",
        "account": link.account,
        "created": rfc3339(created_millis),
        "expires_at": rfc3339(link.expires_millis),
        "livemode": config.livemode,
        "url": format!("{}/setup/{token}", config.public_url),
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {
                "collection_options": null, "refresh_url": link.refresh_url, "return_url": link.return_url,
            },
        },
    })
}
