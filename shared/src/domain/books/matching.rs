//! The daily match: Stripe's balance transactions against what our checkouts say moved.
//!
//! Compared is a *thing* at Stripe (a charge, a refund, a dispute, the transfers for one cashback), by the
//! sum of its balance transactions: a refund that failed has two, and they add up to nothing. Amounts are
//! gross: of Stripe's `fee`, the platform's part is a transaction of its own on the platform's balance, and
//! Stripe's part is between Stripe and the merchant and not in these books. So are payouts, top-ups and the
//! like: they are counted as `outside` and not matched.
//!
//! A thing belongs to the day of Stripe's own time of its transaction. What we booked a moment before or
//! after midnight is found all the same, because a thing that seems to be missing is looked up by its name,
//! whatever its day, before it is reported.
//!
//! # What it takes for granted
//! * The platform has a balance in the market's currency. Where Stripe converts a fee instead, it is in
//!   another currency, and is reported as missing there.
//! * A dispute is over what refunds have left of a payment, since the books do not keep its own amount. One
//!   over another amount is reported; the difference is real.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::thing::Kind;
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::time::{Day, Timestamp};

/// How many, and how much in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// The sum.
    pub minor: i64,
}

/// Something on which Stripe and we differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub kind: Kind,
    /// Stripe's id of it: where it is missing, the one that we have.
    pub stripe: String,
    /// Our checkout, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<CheckoutId>,
    /// The connected account; none for the platform's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What moved by our books, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<i64>,
    /// What moved at Stripe, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<i64>,
}

/// What the match of a market's day found: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMatch {
    /// The day, the market's own.
    pub day: Day,
    /// When it was matched.
    pub matched_at: Timestamp,
    /// What is the same on both sides.
    pub matched: BTreeMap<Kind, Count>,
    /// What Stripe has and we have not.
    pub missing_here: Vec<Difference>,
    /// What we have and Stripe has not.
    pub missing_there: Vec<Difference>,
    /// What both have, with another amount.
    pub amount_differs: Vec<Difference>,
    /// How many differences are not listed: an item has its size.
    pub not_listed: u64,
    /// Accounts that Stripe did not let us read.
    pub not_read: Vec<AccountId>,
    /// What moved on these accounts and is not in our books, by Stripe's type: payouts, Stripe's own fees.
    pub outside: BTreeMap<String, Count>,
    /// Counts the runs; every write is conditional on it.
    pub version: u64,
}

/// So many differences are listed, each in some two hundred bytes: an item has at most 400 KB.
const LISTED: usize = 1_000;

/// What one comparison came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same on both sides.
    Same,
    /// Stripe has it and we have not.
    MissingHere,
    /// We have it and Stripe has not.
    MissingThere,
    /// Both have it, with another amount.
    AmountDiffers,
}

impl DayMatch {
    /// A match that has found nothing yet.
    pub fn new(day: Day, matched_at: Timestamp, version: u64) -> Self {
        Self {
            day,
            matched_at,
            matched: BTreeMap::new(),
            missing_here: Vec::new(),
            missing_there: Vec::new(),
            amount_differs: Vec::new(),
            not_listed: 0,
            not_read: Vec::new(),
            outside: BTreeMap::new(),
            version,
        }
    }

    /// How many differences there are; an account that could not be read is one.
    pub fn differences(&self) -> u64 {
        let listed = self.missing_here.len() + self.missing_there.len() + self.amount_differs.len();
        let found = u64::try_from(listed + self.not_read.len()).unwrap_or(u64::MAX);
        found.saturating_add(self.not_listed)
    }

    /// Adds what moved outside our books.
    pub fn add_outside(&mut self, kind: &str, minor: i64) {
        add(self.outside.entry(kind.to_owned()).or_default(), minor);
    }

    /// Adds the verdict on what is told in `difference`.
    pub fn add(&mut self, verdict: Verdict, difference: Difference) {
        let listed = self.missing_here.len() + self.missing_there.len() + self.amount_differs.len();
        let list = match verdict {
            Verdict::Same => {
                let minor = difference.there.or(difference.here).unwrap_or_default();
                return add(self.matched.entry(difference.kind).or_default(), minor);
            }
            Verdict::MissingHere => &mut self.missing_here,
            Verdict::MissingThere => &mut self.missing_there,
            Verdict::AmountDiffers => &mut self.amount_differs,
        };
        if listed < LISTED {
            list.push(difference)
        } else {
            self.not_listed = self.not_listed.saturating_add(1)
        }
    }
}

fn add(count: &mut Count, minor: i64) {
    count.count = count.count.saturating_add(1);
    count.minor = count.minor.saturating_add(minor);
}
