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
//!  └─ the payment is disputed ─▶ frozen ── won ─▶ held | lost ─▶ reversed
//! failed ── a person has it tried again ─▶ held | writes it off ─▶ reversed
//! ```
//!
//! A held cashback that looks suspicious is `in_review`: it waits for a person, not for its time.

use serde::{Deserialize, Serialize};

use super::event::{Event, Reversal, WalletReason};
use super::refund::Failure;
use super::waiting::{self, Waiting};
use crate::domain::campaign::NoCashback;
use crate::domain::campaign::offer::Terms;
use crate::domain::campaign::screening::Suspicion;
use crate::domain::ids::RefundId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Timestamp;

/// The promise: within so many hours of paying, the payer has the money.
pub const PROMISE_HOURS: u32 = 48;

/// So many hours before that it is released, so that retries fit inside the promise.
pub const RELEASE_MARGIN_HOURS: u32 = 1;

/// Where a cashback stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Cashback {
    /// The payment earns nothing.
    None {
        /// The rule that said no.
        reason: NoCashback,
    },
    /// Promised, and waiting for its time.
    Held(Waiting),
    /// Promised, and stopped while the payment is disputed.
    Frozen(Waiting),
    /// Its refund is with Stripe, or on its way there; only Stripe's answer says what became of it.
    Paying {
        /// What was promised.
        terms: Terms,
        /// What is paid: the promise, less what refunds took from it.
        amount: Money,
        /// Part of the key under which Stripe was asked. It rises only after an answer known to be negative.
        attempt: u32,
        /// When it was released. Until Stripe has said what became of it, it stays in the due index under this time,
        /// where the sweep finds it again.
        release_at: Timestamp,
        /// The end of the promise.
        promised_by: Timestamp,
    },
    /// The payer has it, on the way they paid.
    Credited {
        /// What was promised.
        terms: Terms,
        /// What was paid.
        amount: Money,
        /// The attempt that succeeded.
        attempt: u32,
        /// Stripe's refund.
        refund: RefundId,
        /// When.
        at: Timestamp,
        /// The end of the promise.
        promised_by: Timestamp,
    },
    /// It could not be refunded and is credit in the payer's wallet instead.
    CreditedToWallet {
        /// What was promised.
        terms: Terms,
        /// What was credited, less what refunds took from it since.
        amount: Money,
        /// Why not refunded.
        reason: WalletReason,
        /// When.
        at: Timestamp,
    },
    /// It could not be refunded and nobody is known to whom a wallet could belong: an operator must act.
    Failed {
        /// What was promised.
        terms: Terms,
        /// What is owed.
        amount: Money,
        /// Why not refunded.
        reason: Failure,
        /// When.
        at: Timestamp,
        /// The number of the next attempt.
        attempt: u32,
    },
    /// The payment was taken back, and the cashback with it.
    Reversed {
        /// Why.
        reason: Reversal,
        /// What was waiting, should the refund that reversed it fail.
        waiting: Waiting,
        /// When.
        at: Timestamp,
    },
}

impl Cashback {
    /// The promise made by a payment on `terms`.
    pub fn held(terms: &Terms, paid_at: Timestamp, now: Timestamp) -> Self {
        Self::Held(Waiting {
            amount: terms.amount,
            release_at: terms.release_at(paid_at).max(now),
            promised_by: terms.promised_by(paid_at),
            attempt: 1,
            terms: terms.clone(),
            review: None,
        })
    }

    /// The same, waiting for a person if there is a suspicion.
    #[must_use]
    pub fn suspected(self, suspicion: Option<Suspicion>) -> Self {
        match self {
            Self::Held(waiting) => Self::Held(Waiting { review: suspicion, ..waiting }),
            Self::None { .. }
            | Self::Frozen(_)
            | Self::Paying { .. }
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => self,
        }
    }

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
                    Self::Reversed { reason: Reversal::Refunded, waiting: less, at: now }
                }
                less => Self::Held(less),
            },
            (Self::Frozen(waiting), Event::Remaining(rest)) => match waiting.reduced(rest)? {
                less if less.amount.is_zero() => {
                    Self::Reversed { reason: Reversal::Refunded, waiting: less, at: now }
                }
                less => Self::Frozen(less),
            },
            // The credit shrinks with the payment; what the payer has spent of it becomes debt.
            (Self::CreditedToWallet { terms, reason, at, .. }, Event::Remaining(rest)) => {
                let amount = waiting::part_of(terms, rest)?;
                Self::CreditedToWallet { terms: terms.clone(), amount, reason: *reason, at: *at }
            }
            (Self::CreditedToWallet { terms, reason, at, .. }, Event::DisputeLost) => {
                let amount = Money::zero(terms.amount.currency());
                Self::CreditedToWallet { terms: terms.clone(), amount, reason: *reason, at: *at }
            }
            (Self::Failed { terms, reason, at, attempt, .. }, Event::Remaining(rest)) => {
                let amount = waiting::part_of(terms, rest)?;
                if amount.is_zero() {
                    let waiting = waiting::again(terms, amount, *attempt, now);
                    Self::Reversed { reason: Reversal::Refunded, waiting, at: now }
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
            (Self::Failed { terms, amount, attempt, .. }, Event::DisputeLost) => {
                let waiting = waiting::again(terms, *amount, *attempt, now);
                Self::Reversed { reason: Reversal::DisputeLost, waiting, at: now }
            }
            // The refund that had reversed it failed: the payer keeps what they bought, and the cashback with it.
            (Self::Reversed { reason: Reversal::Refunded, waiting, .. }, Event::Remaining(rest))
                if !waiting.reduced(rest)?.amount.is_zero() =>
            {
                Self::Held(Waiting { release_at: waiting.release_at.max(now), ..waiting.reduced(rest)? })
            }
            (Self::Held(waiting), Event::DisputeOpened) => Self::Frozen(waiting.clone()),
            (Self::Held(waiting) | Self::Frozen(waiting), Event::DisputeLost) => {
                Self::Reversed { reason: Reversal::DisputeLost, waiting: waiting.clone(), at: now }
            }
            (Self::Frozen(waiting), Event::DisputeWon) => {
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
                    release_at: now.plus_seconds(waiting::RETRY_SECONDS),
                    promised_by: *promised_by,
                    attempt: attempt.saturating_add(1),
                    review: None,
                };
                next.after_bounce(*reason, standing, now)?
            }

            // Nothing to decide: a repetition, news of something that is over, or nothing that concerns a cashback.
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
                | Event::DisputeWon
                | Event::DisputeLost,
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
                | Event::DisputeWon,
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

    /// Its name in the API and in the table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None { .. } => "none",
            Self::Held(Waiting { review: Some(_), .. }) => "in_review",
            Self::Held(_) => "held",
            Self::Frozen(_) => "frozen",
            Self::Paying { .. } => "paying",
            Self::Credited { .. } => "credited",
            Self::CreditedToWallet { .. } => "credited_to_wallet",
            Self::Failed { .. } => "failed",
            Self::Reversed { .. } => "reversed",
        }
    }

    /// When somebody has to look at it next: held until its time, and paying until Stripe has said what became of it.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            // What waits for a person has no time.
            Self::Held(waiting) => waiting.review.is_none().then_some(waiting.release_at),
            Self::Paying { release_at, .. } => Some(*release_at),
            Self::None { .. }
            | Self::Frozen(_)
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => None,
        }
    }

    /// Whether attempt number `attempt`, of `amount`, is being asked of Stripe, and nobody knows yet what became of it. Of any
    /// other, whoever has a key of the account has written the number on a refund of their own.
    pub fn is_asked_for(&self, attempt: u32, amount: Money) -> bool {
        match self {
            Self::Paying { attempt: now, amount: paid, .. } => attempt == *now && amount == *paid,
            // Nobody could be asked; it may have been on its way.
            Self::Failed { attempt: next, amount: owed, reason: Failure::Disconnected, .. } => {
                attempt.checked_add(1) == Some(*next) && amount == *owed
            }
            Self::None { .. }
            | Self::Held(_)
            | Self::Frozen(_)
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => false,
        }
    }

    /// The terms under which it was promised, if it was.
    pub fn terms(&self) -> Option<&Terms> {
        match self {
            Self::None { .. } => None,
            Self::Held(waiting) | Self::Frozen(waiting) | Self::Reversed { waiting, .. } => {
                Some(&waiting.terms)
            }
            Self::Paying { terms, .. }
            | Self::Credited { terms, .. }
            | Self::CreditedToWallet { terms, .. }
            | Self::Failed { terms, .. } => Some(terms),
        }
    }

    /// What the payer is owed or has been given, under which terms; nothing where it was taken back.
    pub fn owed(&self) -> Option<(&Terms, Money)> {
        match self {
            Self::None { .. } | Self::Reversed { .. } => None,
            Self::Held(waiting) | Self::Frozen(waiting) => Some((&waiting.terms, waiting.amount)),
            Self::Paying { terms, amount, .. }
            | Self::Credited { terms, amount, .. }
            | Self::CreditedToWallet { terms, amount, .. }
            | Self::Failed { terms, amount, .. } => Some((terms, *amount)),
        }
    }

    /// What has been given to the payer out of the payment, or may have been: it can no longer be refunded by the
    /// merchant.
    pub fn taken_from_charge(&self) -> Option<Money> {
        match self {
            Self::Paying { amount, .. } | Self::Credited { amount, .. } => Some(*amount),
            Self::None { .. }
            | Self::Held(_)
            | Self::Frozen(_)
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => None,
        }
    }
}
