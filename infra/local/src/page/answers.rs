//! What the API answers, as far as the page shows it.

use std::collections::BTreeSet;

use kembali::domain::campaign::Campaign;
use kembali::domain::market::Method;
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Checkout {
    pub(super) id: String,
    pub(super) merchant: String,
    pub(super) reference: String,
    pub(super) status: String,
    pub(super) amount: Money,
    /// What of it is paid with credit.
    pub(super) wallet: Option<Money>,
    pub(super) fee: Money,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) items: Vec<Item>,
    pub(super) channel: String,
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) offers: Vec<Offer>,
    pub(super) payment: Option<Payment>,
    pub(super) cashback: Option<Cashback>,
    #[serde(default)]
    pub(super) refunds: Vec<Refund>,
    #[serde(default)]
    pub(super) postings: Vec<Posting>,
    pub(super) created_at: Timestamp,
}

impl Checkout {
    /// What was bought, in one line.
    pub(super) fn what(&self) -> String {
        let items = self.items.iter().map(|item| format!("{} × {}", item.quantity, item.name));
        self.description.clone().unwrap_or_else(|| items.collect::<Vec<_>>().join(", "))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Item {
    name: String,
    quantity: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Offer {
    pub(super) text: String,
    pub(super) cashback: Option<Money>,
    /// The rule that said no.
    pub(super) no_cashback: Option<String>,
    #[serde(default)]
    pub(super) campaigns: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Payment {
    pub(super) method: Option<Method>,
    pub(super) paid_at: Timestamp,
    pub(super) charge: String,
    pub(super) payment_intent: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cashback {
    pub(super) state: String,
    pub(super) text: String,
    pub(super) amount: Option<Money>,
    pub(super) campaign: Option<String>,
    pub(super) promised_by: Option<Timestamp>,
    pub(super) credited_at: Option<Timestamp>,
    pub(super) refund: Option<String>,
    /// The rule that said no.
    pub(super) no_cashback: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) reference: Option<String>,
    pub(super) refund: Option<String>,
    pub(super) amount: Money,
    /// What of it went back to the payer's wallet.
    pub(super) to_wallet: Option<Money>,
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Posting {
    pub(super) debit: String,
    pub(super) credit: String,
    pub(super) amount: Money,
    pub(super) at: Timestamp,
}

#[derive(Debug, Deserialize)]
pub(super) struct Checkouts {
    pub(super) day: String,
    pub(super) checkouts: Vec<Checkout>,
    pub(super) next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Merchant {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) account: Option<String>,
    pub(super) methods: BTreeSet<Method>,
    pub(super) why_not_enabled: Option<WhyNot>,
    pub(super) api_key: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WhyNot {
    pub(super) reason: String,
    pub(super) requirements: Vec<Requirement>,
    pub(super) link: Option<String>,
    pub(super) next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Requirement {
    pub(super) requirement: String,
    pub(super) deadline: Option<Timestamp>,
    pub(super) awaits_merchant: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Campaigns {
    pub(super) campaigns: Vec<Campaign>,
}

/// What is left of a campaign's budget.
#[derive(Debug, Deserialize)]
pub(super) struct Left {
    pub(super) total: Option<Remaining>,
    pub(super) today: Option<Remaining>,
}

/// What is left, by what it is limited by.
#[derive(Debug, Deserialize)]
pub(super) struct Remaining {
    pub(super) payments: Option<i64>,
    pub(super) amount: Option<Money>,
}

/// What an operator decided for a whole market.
#[derive(Debug, Deserialize)]
pub(super) struct Policy {
    pub(super) stopped: Option<Stop>,
    /// The counts that are usual; what is not there is not looked for.
    #[serde(default)]
    pub(super) screening: serde_json::Map<String, serde_json::Value>,
}

/// Who stopped a market, and why.
#[derive(Debug, Deserialize)]
pub(super) struct Stop {
    pub(super) actor: String,
    pub(super) reason: String,
    pub(super) at: Timestamp,
}
