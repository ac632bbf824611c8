//! What the platform and a merchant owe each other for wallet credit: credit that was spent at the merchant,
//! less credit that the merchant funded and that no cover pays. It is netted, and paid by one keyed transfer
//! when the bucket of its release has come. Credit that is given back after it was paid leaves the merchant
//! owing: as much of the transfers is then reversed, at once. What Stripe refuses to move, and what the
//! merchant owes and has no transfer to take it from, has a name and an age: a [`Trouble`].

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, MerchantId};
use crate::domain::market::Country;
use crate::domain::money::{Money, MoneyError};
use crate::domain::pause;
use crate::domain::posting::{Account, Posting, fold};
use crate::domain::promise::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use crate::domain::time::Timestamp;

/// A reversal that Stripe refused waits for the merchant's next sales.
const RETRY_REVERSAL_SECONDS: i64 = 6 * 3600;

/// For how long a transfer is kept to be reversed. There is at most one in two days.
const REVERSIBLE_DAYS: u16 = 90;

/// For how long a transfer of which nothing is left is kept for the daily match.
const MATCHED_DAYS: u16 = 7;

/// Trouble that lasts this long is shown to a person.
const PATIENCE_SECONDS: i64 = 24 * 3600;

/// When credit that was spent in a payment made at `paid_at` is settled: when a cashback of that payment
/// would be released, so that one bucket's schedule serves both, and all that is spent until then is one
/// transfer.
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
    /// What the platform owes, in minor units; below zero, what the merchant owes: it is taken back from the
    /// transfers that were made, and beyond them kept back from what comes next.
    pub balance_minor: i64,
    /// When somebody has to look at it next, while anything is to be moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The transfer, or the reversal of one, that Stripe is being asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Transfer>,
    /// How many transfers and reversals have been asked for. It is part of the next one's key.
    pub transfers: u32,
    /// Since when Stripe refuses to move what is owed, whichever way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<Timestamp>,
    /// How many times in a row it has refused.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    pub refusals: u32,
    /// Since when the merchant owes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owing_since: Option<Timestamp>,
    /// The transfers that were made, as long as something of them can be reversed or is compared with Stripe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// The transfers, in the books.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// How many postings were [folded](crate::domain::posting::fold) into others.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    pub folded: u32,
    /// Counts the changes; every write is conditional on it. Zero: never written.
    pub version: u64,
}

/// What is wrong between the platform and a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Stripe refuses to pay the merchant what the platform owes.
    Unpaid,
    /// The merchant owes the platform.
    Owing,
}

impl Trouble {
    /// Why it waits, for a person to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Unpaid => "Stripe refuses to pay the merchant for the credit that was spent there",
            Self::Owing => "the merchant owes for credit, and it was not taken back yet",
        }
    }
}

/// A transfer to a merchant, or from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its number, from 1: with the merchant it is its idempotency key.
    pub number: u32,
    /// How much goes to the merchant, in minor units; below zero, how much of the newest transfer that has
    /// something left is reversed.
    pub minor: i64,
}

/// How the key of a settlement's transfer begins.
const GROUP: &str = "settlement_";

impl Transfer {
    /// Its key at Stripe; of a transfer also its `transfer_group`.
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
#[serde(into = "(String, i64, i64, Timestamp)", from = "(String, i64, i64, Timestamp)")]
pub struct Made {
    /// Stripe's id of it.
    pub transfer: String,
    /// How much, in minor units.
    pub minor: i64,
    /// How much of it was reversed.
    pub reversed_minor: i64,
    /// When we last heard that something of it moved.
    pub at: Timestamp,
}

impl Made {
    /// What of it is still with the merchant, in minor units.
    pub fn left(&self) -> i64 {
        self.minor.saturating_sub(self.reversed_minor)
    }

    /// Whether it is still kept at `now`. What is with the merchant can be taken back for a time; what is not
    /// is only compared with Stripe, by the match of the day.
    fn is_kept(&self, now: Timestamp) -> bool {
        let days = if self.left() > 0 { REVERSIBLE_DAYS } else { MATCHED_DAYS };
        now <= self.at.plus_days(days)
    }
}

impl From<Made> for (String, i64, i64, Timestamp) {
    fn from(made: Made) -> Self {
        (made.transfer, made.minor, made.reversed_minor, made.at)
    }
}

impl From<(String, i64, i64, Timestamp)> for Made {
    fn from((transfer, minor, reversed_minor, at): (String, i64, i64, Timestamp)) -> Self {
        Self { transfer, minor, reversed_minor, at }
    }
}

/// What happens to a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its time may have come.
    Due,
    /// Stripe made the transfer, or the reversal, of this number.
    Paid {
        /// Its number.
        number: u32,
        /// Stripe's id of the transfer that was made or reversed.
        transfer: String,
    },
    /// Stripe will not make the transfer or the reversal of this number: it is known not to have moved.
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
            refused_since: None,
            refusals: 0,
            owing_since: None,
            made: Vec::new(),
            postings: Vec::new(),
            folded: 0,
            version: 0,
        }
    }

    /// What must move next: to the merchant, or if it is below zero, back from the newest transfer that has
    /// something left.
    fn to_move(&self) -> i64 {
        let left = self.newest().map_or(0, |at| self.made.get(at).map_or(0, Made::left));
        self.balance_minor.max(left.saturating_neg())
    }

    fn newest(&self) -> Option<usize> {
        self.made.iter().rposition(|made| made.left() > 0)
    }

    /// The transfer that is being reversed, if one is.
    pub fn reversing(&self) -> Option<&Made> {
        self.paying.filter(|transfer| transfer.minor < 0)?;
        self.made.get(self.newest()?)
    }

    /// What is wrong, and since when.
    pub fn trouble(&self) -> Option<(Trouble, Timestamp)> {
        if self.balance_minor < 0 {
            // Items that were stored before it was kept do not say since when the merchant owes.
            return Some((Trouble::Owing, self.owing_since.or(self.refused_since)?));
        }
        self.refused_since.map(|since| (Trouble::Unpaid, since))
    }

    /// The trouble, if it has lasted for so long that a person must know.
    pub fn overdue(&self, now: Timestamp) -> Option<Trouble> {
        let (trouble, since) = self.trouble()?;
        (patience_ends(since) <= now).then_some(trouble)
    }

    /// The account after `minor` more is owed to the merchant, or less if it is below zero, for a payment
    /// made at `paid_at`.
    #[must_use]
    pub(in crate::domain) fn with(&self, minor: i64, paid_at: Timestamp, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.balance_minor = next.balance_minor.saturating_add(minor);
        next.owing_since = (next.balance_minor < 0).then(|| self.owing_since.unwrap_or(now));
        if next.balance_minor.signum() != self.balance_minor.signum() {
            next.is_refused_no_more();
        }
        let waiting = next.due_at.filter(|_| next.to_move().signum() == self.to_move().signum());
        next.due_at = match (next.paying, next.to_move().signum()) {
            (Some(_), _) => next.due_at,
            // There is no transfer left to reverse: when it has lasted too long, it is told.
            (None, 0) => next.owing_since.map(|since| waiting.unwrap_or(patience_ends(since).max(now))),
            (None, 1) => waiting.or(Some(release_at(paid_at))),
            (None, _) => waiting.or(Some(now)),
        };
        next.version = next.version.saturating_add(1);
        next
    }

    fn is_refused_no_more(&mut self) {
        self.refused_since = None;
        self.refusals = 0;
    }

    /// Stripe has refused to move `minor`, which is still to be moved that way.
    fn is_refused(&mut self, minor: i64, now: Timestamp) {
        self.refused_since = self.refused_since.or(Some(now));
        self.refusals = self.refusals.saturating_add(1);
        let pause = if minor < 0 { RETRY_REVERSAL_SECONDS } else { pause::after_seconds(self.refusals) };
        self.due_at = Some(now.plus_seconds(pause));
    }

    /// The account after `event`; `None` if it changes nothing.
    pub fn on(&self, event: &Event, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        match (event, self.paying) {
            (Event::Due, None) if self.due_at.is_some_and(|due| due <= now) => match self.to_move() {
                // What nothing can be taken from is looked at again and again, and each time it is told.
                0 => next.due_at = Some(now.plus_seconds(pause::LONGEST_SECONDS)),
                minor => {
                    next.transfers = next.transfers.saturating_add(1);
                    next.paying = Some(Transfer { number: next.transfers, minor });
                }
            },
            (Event::Paid { number, transfer: id }, Some(transfer)) if transfer.number == *number => {
                next.moved(transfer, id, now);
                // What was owed meanwhile waits for the next bucket; what is to be taken back does not.
                next = Self { paying: None, due_at: None, ..next }.with(0, now, now);
            }
            (Event::Refused(number), Some(transfer)) if transfer.number == *number => {
                next = Self { paying: None, due_at: None, ..next };
                if self.to_move().signum() == transfer.minor.signum() {
                    next.is_refused(transfer.minor, now);
                }
                next = next.with(0, now, now);
            }
            (Event::Due | Event::Paid { .. } | Event::Refused(_), _) => return None,
        }
        next.version = self.version.saturating_add(1);
        Some(next)
    }

    /// Writes down that `transfer` was made.
    fn moved(&mut self, transfer: Transfer, id: &str, now: Timestamp) {
        self.balance_minor = self.balance_minor.saturating_sub(transfer.minor);
        self.is_refused_no_more();
        let minor = transfer.minor.saturating_abs();
        let mut pairs = [
            (Account::MerchantBalance, Account::MerchantSettlement),
            (Account::PlatformSettlement, Account::PlatformBalance),
        ];
        if transfer.minor > 0 {
            self.made.push(Made { transfer: id.to_owned(), minor, reversed_minor: 0, at: now });
        } else {
            pairs = pairs.map(|(debit, credit)| (credit, debit));
            if let Some(made) = self.newest().and_then(|at| self.made.get_mut(at)) {
                made.reversed_minor = made.reversed_minor.saturating_add(minor);
                made.at = now;
            }
        }
        self.made.retain(|made| made.is_kept(now));
        let folded = fold(&mut self.postings, &self.country.time_zone(), now);
        self.folded = self.folded.saturating_add(folded);
        self.postings.extend(pairs.map(|(debit, credit)| Posting { debit, credit, minor, at: now }));
    }

    /// The amount of `transfer`, whichever way it goes.
    ///
    /// # Errors
    /// Never for an amount that was written by the rules above.
    pub fn amount(&self, transfer: Transfer) -> Result<Money, MoneyError> {
        Money::from_minor(transfer.minor.saturating_abs(), self.country.currency())
    }
}

fn patience_ends(since: Timestamp) -> Timestamp {
    since.plus_seconds(PATIENCE_SECONDS)
}

#[cfg(test)]
mod tests;
