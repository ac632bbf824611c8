//! A payout.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::config::Config;

/// Money on its way from an account to its bank.
#[derive(Clone, Debug)]
pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) arrival_date: i64,
    pub(crate) status: Status,
    pub(crate) balance_transaction: String,
    /// The balance transactions it paid out, its own among them.
    pub(crate) covers: BTreeSet<String>,
}

/// Where a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    InTransit,
    Paid,
}

impl Status {
    /// Stripe's word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
        }
    }
}

/// The payout object.
pub(crate) fn render(payout: &Payout, config: &Config) -> Value {
    json!({
        "id": payout.id,
        "object": "payout",
        "amount": payout.amount,
        "application_fee": null,
        "application_fee_amount": null,
        "arrival_date": payout.arrival_date,
        "automatic": true,
        "balance_transaction": payout.balance_transaction,
        "created": payout.created,
        "currency": payout.currency,
        "description": "STRIPE PAYOUT",
        "destination": null,
        "failure_balance_transaction": null,
        "failure_code": null,
        "failure_message": null,
        "livemode": config.livemode,
        "metadata": {},
        "method": "standard",
        "original_payout": null,
        "payout_method": null,
        "reconciliation_status": "completed",
        "reversed_by": null,
        "source_type": "card",
        "statement_descriptor": null,
        "status": payout.status.as_str(),
        "trace_id": { "status": "pending", "value": null },
        "type": "bank_account",
    })
}
