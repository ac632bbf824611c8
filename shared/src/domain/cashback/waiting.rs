//! A cashback that waits for its time, or for its next attempt.

use serde::{Deserialize, Serialize};

use super::event::{Rest, Reversal, Standing, WalletReason};
use super::refund::Failure;
use super::state::Cashback;
use crate::domain::campaign::OnRefund;
use crate::domain::campaign::offer::Terms;
use crate::domain::campaign::screening::Suspicion;
use crate::domain::checkout::payment::Dispute;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::time::Timestamp;

/// How long after a try that failed for now the next one waits: several fit into the margin.
pub(super) const RETRY_SECONDS: i64 = 15 * 60;

/// How long after the promise a refund is still tried while only a balance is too low, the platform's or the merchant's:
/// long enough for somebody to top it up after a weekend. From the end of the promise on it is counted as late.
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

/// What is left of a promise when `rest` is left of the payment. It is taken from the promise each time, so that several
/// refunds do not add up their roundings. What was netted against the cashback is owed whatever the promise says: the merchant
/// was asked to give it back.
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
    pub(super) fn pay(&self) -> Cashback {
        Cashback::Paying {
            terms: self.terms.clone(),
            amount: self.amount,
            attempt: self.attempt,
            release_at: self.release_at,
            promised_by: self.promised_by,
        }
    }

    /// Whether its time has come.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.review.is_none() && now >= self.release_at
    }

    fn may_try_again(&self, reason: Failure, now: Timestamp) -> bool {
        reason.may_pass() && now < self.promised_by.plus_hours(PATIENCE_HOURS)
    }

    /// Credit in the payer's wallet instead.
    pub(super) fn to_wallet(&self, reason: WalletReason, now: Timestamp) -> Cashback {
        Cashback::CreditedToWallet { terms: self.terms.clone(), amount: self.amount, reason, at: now }
    }

    /// The part of the promise that belongs to what is left of the payment.
    pub(super) fn reduced(&self, rest: &Rest) -> Result<Self, MoneyError> {
        Ok(Self { amount: part_of(&self.terms, rest)?, ..self.clone() })
    }

    /// What becomes of it after an attempt that failed: nothing is owed any more, the next attempt, or another way.
    pub(super) fn after_bounce(
        self,
        reason: Failure,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Cashback, MoneyError> {
        if reason == Failure::Disconnected {
            let Self { terms, amount, attempt, .. } = self;
            return Ok(Cashback::Failed { terms, amount, reason, at: now, attempt });
        }
        let waiting = self.reduced(&standing.rest)?;
        Ok(match standing.dispute {
            Dispute::Open => Cashback::Frozen(waiting),
            Dispute::Lost => Cashback::Reversed { reason: Reversal::DisputeLost, waiting, at: now },
            Dispute::None | Dispute::Won if waiting.amount.is_zero() => {
                Cashback::Reversed { reason: Reversal::Refunded, waiting, at: now }
            }
            Dispute::None | Dispute::Won if waiting.may_try_again(reason, now) => Cashback::Held(waiting),
            Dispute::None | Dispute::Won => {
                let has_part = waiting.terms.has_merchant_part();
                if standing.has_wallet && reason.may_become_credit(has_part) {
                    waiting.to_wallet(WalletReason::Unrefundable(reason), now)
                } else {
                    let Self { terms, amount, attempt, .. } = waiting;
                    Cashback::Failed { terms, amount, reason, at: now, attempt }
                }
            }
        })
    }
}
