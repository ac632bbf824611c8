//! Balance settings: how an account's money leaves it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::Account;
use crate::methods::Method;
use crate::settlement;

/// What can be set. At first payouts are daily and nothing is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct BalanceSettings {
    /// Whether nothing is paid out.
    pub(crate) manual: bool,
    /// What stays on the account, by currency.
    pub(crate) minimum: BTreeMap<String, i64>,
}

/// The balance settings object of `account`.
pub(crate) fn render(settings: &BalanceSettings, account: &Account) -> Value {
    let minimum = if settings.minimum.is_empty() { Value::Null } else { json!(settings.minimum) };
    let country = account.profile.country.as_deref().unwrap_or_default();
    json!({
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": true,
            "payouts": {
                "automatic_transfer_rules_by_currency": null,
                "minimum_balance_by_currency": minimum,
                "schedule": { "interval": if settings.manual { "manual" } else { "daily" } },
                "statement_descriptor": null,
                "status": if account.pays_out() { "enabled" } else { "disabled" },
            },
            "settlement_timing": {
                "delay_days": settlement::business_days(country, Method::Card), "start_of_day": null,
            },
        },
    })
}
