//! A cashback that waits for its time, or for its next attempt.

use serde::{Deserialize, Serialize};

use super::event::Rest;
use super::refund::Failure;
use super::suspicion::Suspicion;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::promise::{OnRefund, Terms};
use crate::domain::time::Timestamp;

/// How long after a try that failed for now the next one waits: several fit into the margin.
pub(super) const RETRY_SECONDS: i64 = 15 * 60;

/// How long after the promise a refund is still tried while only a balance is too low, the platform's or the
/// merchant's: long enough for somebody to top it up after a weekend. From the end of the promise on it is
/// counted as late.
pub(super) const PATIENCE_HOURS: u32 = 72;

/// A promised cashback that nobody has asked Stripe for yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What was promised.
    pub terms: Terms,
    /// What is left of it after refunds.
    pub amount: Money,
    /// When it is released.
    pub release_at: Timestamp,
    /// The end of the promise.
    pub promised_by: Timestamp,
    /// The number of the next attempt, from 1.
    pub attempt: u32,
    /// Why it waits for a person and not for its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Suspicion>,
}

/// What is left of a promise when `rest` is left of the payment. It is taken from the promise each time, so
/// that several refunds do not add up their roundings. What was netted against the cashback is owed whatever
/// the promise says: the merchant was asked to give it back.
pub(super) fn part_of(terms: &Terms, rest: &Rest) -> Result<Money, MoneyError> {
    let netted = rest.netted.at_most(rest.left)?;
    let kept = rest.left.minus(netted)?;
    let of_kept = match terms.on_refund {
        // What is left would not have earned this.
        _ if kept.minor() < terms.least_minor => Money::zero(terms.amount.currency()),
        OnRefund::Cancel if kept != rest.paid => Money::zero(terms.amount.currency()),
        OnRefund::Cancel | OnRefund::Proportional => terms.amount.proportion(kept, rest.paid, Round::Down)?,
    };
    netted.plus(of_kept)?.at_most(terms.amount)
}

/// A failed cashback that is tried again at once.
pub(super) fn again(terms: &Terms, amount: Money, attempt: u32, now: Timestamp) -> Waiting {
    Waiting { terms: terms.clone(), amount, release_at: now, promised_by: now, attempt, review: None }
}

impl Waiting {
    /// Whether its time has come.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.review.is_none() && now >= self.release_at
    }

    pub(super) fn may_try_again(&self, reason: Failure, now: Timestamp) -> bool {
        reason.may_pass() && now < self.promised_by.plus_hours(PATIENCE_HOURS)
    }

    /// The part of the promise that belongs to what is left of the payment.
    pub(super) fn reduced(&self, rest: &Rest) -> Result<Self, MoneyError> {
        Ok(Self { amount: part_of(&self.terms, rest)?, ..self.clone() })
    }
}
