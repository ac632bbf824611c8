//! What the platform and a merchant owe each other for wallet credit: credit that was spent at the merchant, less credit
//! that the merchant funded. It is netted, and paid by one keyed transfer when the bucket of its release has come.

use serde::{Deserialize, Serialize};

use super::cashback::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use super::ids::{AccountId, MerchantId};
use super::ledger::{Account, Posting};
use super::market::Country;
use super::money::{Money, MoneyError};
use super::time::Timestamp;

/// A transfer that Stripe refused is asked for again after so long, under the next number.
const RETRY_SECONDS: i64 = 30 * 60;

/// When credit that was spent in a payment made at `paid_at` is settled: when a cashback of that payment would be released,
/// so that one bucket's schedule serves both, and all that is spent until then is one transfer.
pub fn release_at(paid_at: Timestamp) -> Timestamp {
    paid_at.plus_hours(PROMISE_HOURS.saturating_sub(RELEASE_MARGIN_HOURS))
}

/// A merchant's settlement account with the platform: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Whose.
    pub merchant: MerchantId,
    /// The market.
    pub country: Country,
    /// Where a transfer goes.
    pub account: AccountId,
    /// What the platform owes, in minor units; below zero, what the merchant owes: it is kept back from what comes next.
    pub balance_minor: i64,
    /// When somebody has to look at it next, while the platform owes anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The transfer that Stripe is being asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Transfer>,
    /// How many transfers have been asked for. It is part of the next one's key.
    pub transfers: u32,
    /// The transfers that were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// The transfers, in the books.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// Counts the changes; every write is conditional on it. Zero: never written.
    pub version: u64,
}

/// A transfer to a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its number, from 1: with the merchant it is its idempotency key.
    pub number: u32,
    /// How much, in minor units.
    pub minor: i64,
}

/// How the key of a settlement's transfer begins.
const GROUP: &str = "settlement_";

impl Transfer {
    /// The transfer's key at Stripe, and its `transfer_group`.
    pub fn group(self, merchant: &MerchantId) -> String {
        format!("{GROUP}{merchant}_{}", self.number)
    }
}

/// Whose settlement a `transfer_group` is, if it is one.
pub fn merchant_of_group(group: &str) -> Option<MerchantId> {
    MerchantId::parse(group.strip_prefix(GROUP)?.rsplit_once('_')?.0).ok()
}

/// A transfer that Stripe made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(String, i64, Timestamp)", from = "(String, i64, Timestamp)")]
pub struct Made {
    /// Stripe's id of it.
    pub transfer: String,
    /// How much, in minor units.
    pub minor: i64,
    /// When we heard of it.
    pub at: Timestamp,
}

impl From<Made> for (String, i64, Timestamp) {
    fn from(made: Made) -> Self {
        (made.transfer, made.minor, made.at)
    }
}

impl From<(String, i64, Timestamp)> for Made {
    fn from((transfer, minor, at): (String, i64, Timestamp)) -> Self {
        Self { transfer, minor, at }
    }
}

/// What happens to a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its time may have come.
    Due,
    /// Stripe made the transfer of this number.
    Paid {
        /// Its number.
        number: u32,
        /// Stripe's id of it.
        transfer: String,
    },
    /// Stripe will not make the transfer of this number: it is known not to have moved.
    Refused(u32),
}

impl Settlement {
    /// An account on which nothing is owed.
    pub fn new(merchant: MerchantId, country: Country, account: AccountId) -> Self {
        Self {
            merchant,
            country,
            account,
            balance_minor: 0,
            due_at: None,
            paying: None,
            transfers: 0,
            made: Vec::new(),
            postings: Vec::new(),
            version: 0,
        }
    }

    /// The account after `minor` more is owed to the merchant, or less if it is below zero, for a payment made at `paid_at`.
    #[must_use]
    pub(super) fn with(&self, minor: i64, paid_at: Timestamp) -> Self {
        let mut next = self.clone();
        next.balance_minor = next.balance_minor.saturating_add(minor);
        next.due_at = match (next.paying, next.balance_minor > 0) {
            (Some(_), _) => next.due_at,
            (None, true) => next.due_at.or(Some(release_at(paid_at))),
            (None, false) => None,
        };
        next.version = next.version.saturating_add(1);
        next
    }

    /// The account after `event`; `None` if it changes nothing.
    pub fn on(&self, event: &Event, now: Timestamp) -> Option<Self> {
        let mut next = Self { version: self.version.saturating_add(1), ..self.clone() };
        match (event, self.paying) {
            (Event::Due, None) if self.balance_minor > 0 && self.due_at.is_some_and(|due| due <= now) => {
                next.transfers = next.transfers.saturating_add(1);
                next.paying = Some(Transfer { number: next.transfers, minor: self.balance_minor });
            }
            (Event::Paid { number, transfer: id }, Some(transfer)) if transfer.number == *number => {
                next.made.push(Made { transfer: id.clone(), minor: transfer.minor, at: now });
                next.paying = None;
                next.due_at = None;
                next.balance_minor = next.balance_minor.saturating_sub(transfer.minor);
                let posting = |debit, credit| Posting { debit, credit, minor: transfer.minor, at: now };
                next.postings.push(posting(Account::MerchantBalance, Account::MerchantSettlement));
                next.postings.push(posting(Account::PlatformSettlement, Account::PlatformBalance));
                // What was owed while the transfer was under way waits for the next bucket.
                let rest = next.with(0, now);
                return Some(Self { version: next.version, ..rest });
            }
            (Event::Refused(number), Some(transfer)) if transfer.number == *number => {
                next.paying = None;
                next.due_at = (next.balance_minor > 0).then(|| now.plus_seconds(RETRY_SECONDS));
            }
            (Event::Due | Event::Paid { .. } | Event::Refused(_), _) => return None,
        }
        Some(next)
    }

    /// The amount of `transfer`.
    ///
    /// # Errors
    /// Never for an amount that was above zero when it was written.
    pub fn amount(&self, transfer: Transfer) -> Result<Money, MoneyError> {
        Money::from_minor(transfer.minor, self.country.currency())
    }
}

#[cfg(test)]
mod tests;
