//! A cashback that waits for its time, or for its next attempt.

use serde::{Deserialize, Serialize};

use super::event::Rest;
use super::refund::Failure;
use super::suspicion::Suspicion;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::promise::{OnRefund, Terms};
use crate::domain::time::Timestamp;

/// The pauses, in minutes, between the attempts that met an empty balance, the platform's or the merchant's:
/// two more fit into the margin before the promise ends, and the last is made three days after it, when
/// somebody has topped the balance up after a weekend. Then it ends, and a person hears of it.
pub(super) const PAUSES_MINUTES: [i64; 7] = [15, 30, 120, 360, 720, 1440, 1800];

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
    /// How many attempts in a row have met an empty balance.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
    pub refusals: u32,
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
    let terms = terms.clone();
    Waiting { terms, amount, release_at: now, promised_by: now, attempt, refusals: 0, review: None }
}

impl Waiting {
    /// Whether its time has come.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.review.is_none() && now >= self.release_at
    }

    /// When the next attempt may be made after one that ended for `reason`; none if there is no hope.
    pub(super) fn next_attempt_at(&self, reason: Failure, now: Timestamp) -> Option<Timestamp> {
        let pause = PAUSES_MINUTES.get(usize::try_from(self.refusals.checked_sub(1)?).ok()?)?;
        reason.may_pass().then(|| now.plus_seconds(pause.saturating_mul(60)))
    }

    /// The part of the promise that belongs to what is left of the payment.
    pub(super) fn reduced(&self, rest: &Rest) -> Result<Self, MoneyError> {
        Ok(Self { amount: part_of(&self.terms, rest)?, ..self.clone() })
    }
}
