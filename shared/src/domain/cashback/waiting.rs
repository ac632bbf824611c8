//! A cashback that waits for its time, or for its next attempt.

use serde::{Deserialize, Serialize};

use super::{Cashback, Reversal, Standing};
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::offer::Terms;
use crate::domain::payment::Dispute;
use crate::domain::refund::Failure;
use crate::domain::time::Timestamp;

/// How often a refund is tried before the money becomes wallet credit, and how long after a try the next one waits.
/// All tries fit into the margin.
pub(super) const ATTEMPTS: u32 = 3;
pub(super) const RETRY_SECONDS: i64 = 15 * 60;

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

    /// The part of the promise that belongs to what is left of the payment. It is taken from the promise each time, so
    /// that several refunds do not add up their roundings.
    pub(super) fn reduced(&self, left: Money, paid: Money) -> Result<Self, MoneyError> {
        Ok(Self { amount: self.terms.amount.proportion(left, paid, Round::Down)?, ..self.clone() })
    }

    /// What becomes of it after an attempt that failed: nothing is owed any more, the next attempt, or another way.
    pub(super) fn after_bounce(
        self,
        reason: Failure,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Cashback, MoneyError> {
        let waiting = self.reduced(standing.left, standing.paid)?;
        Ok(match standing.dispute {
            Dispute::Open => Cashback::Frozen(waiting),
            Dispute::Lost => Cashback::Reversed { reason: Reversal::DisputeLost, waiting, at: now },
            Dispute::None | Dispute::Won if standing.left.is_zero() => {
                Cashback::Reversed { reason: Reversal::Refunded, waiting, at: now }
            }
            Dispute::None | Dispute::Won if reason.may_pass() && waiting.attempt <= ATTEMPTS => {
                Cashback::Held(waiting)
            }
            Dispute::None | Dispute::Won => {
                let Self { terms, amount, .. } = waiting;
                if standing.has_wallet {
                    Cashback::CreditedToWallet { terms, amount, reason, at: now }
                } else {
                    Cashback::Failed { terms, amount, reason, at: now }
                }
            }
        })
    }
}
