//! The life of one cashback, and the number this project is about.
//!
//! ```text
//! none
//! held ── its time comes ──▶ paying ── Stripe's refund arrives ──▶ credited
//!  │ ▲                         │  └─ it fails for good ─▶ credited_to_wallet | failed
//!  │ └──── it fails for now ───┘
//!  ├─ the payer owes cashback ─▶ credited_to_wallet
//!  ├─ a person rejects it ─▶ reversed
//!  ├─ the payment is refunded ─▶ (less) | reversed
//!  └─ the payment is disputed ─▶ frozen ── over ─▶ held | lost ─▶ (less) | reversed
//! failed ── a person has it tried again ─▶ held | writes it off ─▶ reversed
//! ```
//!
//! What a lost dispute took counts like a refund: what is left of the payment earns its share, and what is
//! reversed or reduced comes back when the verdict is changed and the money with it.
//!
//! A held cashback that looks suspicious is `in_review`: it waits for a person, not for its time.

use super::event::{Event, Reversal, Standing, WalletReason};
use super::refund::Failure;
use super::state::Cashback;
use super::waiting::{self, Waiting};
use crate::domain::money::MoneyError;
use crate::domain::time::Timestamp;

impl Cashback {
    /// The state after `event`.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn on(&self, event: &Event, now: Timestamp) -> Result<Self, MoneyError> {
        Ok(match (self, event) {
            (Self::Held(waiting), Event::Matured { payer_owes }) if waiting.is_due(now) => {
                if *payer_owes {
                    waiting.to_wallet(WalletReason::PayerOwes, now)
                } else {
                    waiting.pay()
                }
            }
            (Self::Held(waiting), Event::Approved) if waiting.review.is_some() => {
                let release_at = waiting.release_at.max(now);
                Self::Held(Waiting { review: None, release_at, ..waiting.clone() })
            }
            (Self::Held(waiting), Event::Rejected) if waiting.review.is_some() => {
                Self::Reversed { reason: Reversal::Rejected, waiting: waiting.clone(), at: now }
            }
            (Self::Held(waiting), Event::Remaining(rest)) => match waiting.reduced(rest)? {
                less if less.amount.is_zero() => {
                    Self::Reversed { reason: rest.reversal(), waiting: less, at: now }
                }
                less => Self::Held(less),
            },
            (Self::Frozen(waiting), Event::Remaining(rest)) => match waiting.reduced(rest)? {
                less if less.amount.is_zero() => {
                    Self::Reversed { reason: rest.reversal(), waiting: less, at: now }
                }
                less => Self::Frozen(less),
            },
            // The credit shrinks with the payment; what the payer has spent of it becomes debt.
            (Self::CreditedToWallet { terms, reason, at, .. }, Event::Remaining(rest)) => {
                let amount = waiting::part_of(terms, rest)?;
                Self::CreditedToWallet { terms: terms.clone(), amount, reason: *reason, at: *at }
            }
            (Self::Failed { terms, reason, at, attempt, .. }, Event::Remaining(rest)) => {
                let amount = waiting::part_of(terms, rest)?;
                if amount.is_zero() {
                    let waiting = waiting::again(terms, amount, *attempt, now);
                    Self::Reversed { reason: rest.reversal(), waiting, at: now }
                } else {
                    Self::Failed { terms: terms.clone(), amount, reason: *reason, at: *at, attempt: *attempt }
                }
            }
            (Self::Failed { terms, amount, attempt, reason, .. }, Event::Retried)
                if *reason != Failure::Disconnected && !amount.is_zero() =>
            {
                Self::Held(waiting::again(terms, *amount, *attempt, now))
            }
            (Self::Failed { terms, amount, attempt, .. }, Event::WrittenOff) => {
                let waiting = waiting::again(terms, *amount, *attempt, now);
                Self::Reversed { reason: Reversal::WrittenOff, waiting, at: now }
            }
            // The refund that had reversed it failed, or the bank has changed its verdict: the payer keeps
            // both the goods and the cashback.
            (
                Self::Reversed { reason: Reversal::Refunded | Reversal::DisputeLost, waiting, .. },
                Event::Remaining(rest),
            ) if !waiting.reduced(rest)?.amount.is_zero() => {
                Self::Held(Waiting { release_at: waiting.release_at.max(now), ..waiting.reduced(rest)? })
            }
            (Self::Held(waiting), Event::DisputeOpened) => Self::Frozen(waiting.clone()),
            (Self::Frozen(waiting), Event::DisputesOver) => {
                Self::Held(Waiting { release_at: waiting.release_at.max(now), ..waiting.clone() })
            }
            (
                Self::Paying { terms, amount, attempt, promised_by, .. },
                Event::Settled { attempt: settled, refund },
            ) if attempt == settled => Self::Credited {
                terms: terms.clone(),
                amount: *amount,
                attempt: *attempt,
                refund: refund.clone(),
                at: now,
                promised_by: *promised_by,
            },
            // A card's refund can still fail after Stripe called it succeeded.
            (
                Self::Paying { terms, amount, attempt, promised_by, .. }
                | Self::Credited { terms, amount, attempt, promised_by, .. },
                Event::Bounced { attempt: bounced, reason, standing },
            ) if attempt == bounced => {
                let next = Waiting {
                    terms: terms.clone(),
                    amount: *amount,
                    release_at: now,
                    promised_by: *promised_by,
                    attempt: attempt.saturating_add(1),
                    refusals: self.refusals().saturating_add(1),
                    review: None,
                };
                next.after_bounce(*reason, standing, now)?
            }

            // Nothing to decide: a repetition, news of something that is over, or nothing that concerns a
            // cashback.
            (
                Self::None { .. }
                | Self::Paying { .. }
                | Self::Credited { .. }
                | Self::CreditedToWallet { .. }
                | Self::Failed { .. }
                | Self::Reversed { .. },
                Event::Matured { .. }
                | Event::Approved
                | Event::Rejected
                | Event::Retried
                | Event::WrittenOff
                | Event::Remaining(_)
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputeOpened
                | Event::DisputesOver,
            )
            | (
                Self::Held(_),
                Event::Matured { .. }
                | Event::Approved
                | Event::Rejected
                | Event::Retried
                | Event::WrittenOff
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputesOver,
            )
            | (
                Self::Frozen(_),
                Event::Matured { .. }
                | Event::Approved
                | Event::Rejected
                | Event::Retried
                | Event::WrittenOff
                | Event::Settled { .. }
                | Event::Bounced { .. }
                | Event::DisputeOpened,
            ) => self.clone(),
        })
    }
}

impl Waiting {
    fn pay(&self) -> Cashback {
        Cashback::Paying {
            terms: self.terms.clone(),
            amount: self.amount,
            attempt: self.attempt,
            release_at: self.release_at,
            promised_by: self.promised_by,
            refusals: self.refusals,
        }
    }

    /// Credit in the payer's wallet instead.
    fn to_wallet(&self, reason: WalletReason, now: Timestamp) -> Cashback {
        Cashback::CreditedToWallet { terms: self.terms.clone(), amount: self.amount, reason, at: now }
    }

    /// What becomes of it after an attempt that failed: nothing is owed any more, the next attempt, or
    /// another way.
    fn after_bounce(
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
        Ok(match waiting {
            waiting if waiting.amount.is_zero() => {
                Cashback::Reversed { reason: standing.rest.reversal(), waiting, at: now }
            }
            waiting if standing.is_disputed => Cashback::Frozen(waiting),
            waiting if let Some(release_at) = waiting.next_attempt_at(reason, now) => {
                Cashback::Held(Waiting { release_at, ..waiting })
            }
            waiting => {
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
