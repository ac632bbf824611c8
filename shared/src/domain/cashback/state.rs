//! Where a cashback stands, and what that says about it.

use serde::{Deserialize, Serialize};

use super::event::{Reversal, WalletReason};
use super::refund::Failure;
use super::suspicion::Suspicion;
use super::waiting::Waiting;
use crate::domain::ids::RefundId;
use crate::domain::money::Money;
use crate::domain::promise::{NoCashback, Terms};
use crate::domain::time::Timestamp;

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
        /// When it was released. Until Stripe has said what became of it, it stays in the due index under
        /// this time, where the sweep finds it again.
        release_at: Timestamp,
        /// The end of the promise.
        promised_by: Timestamp,
        /// How many attempts in a row have met an empty balance before this one.
        #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_none_of")]
        refusals: u32,
    },
    /// Stripe has sent it to the payer, on the way they paid.
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
            refusals: 0,
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

    /// When somebody has to look at it next: held until its time, and paying until Stripe has said what
    /// became of it.
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

    /// Whether attempt number `attempt`, of `amount`, is being asked of Stripe, and nobody knows yet what
    /// became of it. Of any other, whoever has a key of the account has written the number on a refund of
    /// their own.
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

    /// The number of the attempt that Stripe is being asked for, if it is.
    pub fn attempt_being_paid(&self) -> Option<u32> {
        match self {
            Self::Paying { attempt, .. } => Some(*attempt),
            Self::None { .. }
            | Self::Held(_)
            | Self::Frozen(_)
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => None,
        }
    }

    /// How many attempts in a row have met an empty balance before the one that is being made, or was made.
    pub(super) fn refusals(&self) -> u32 {
        match self {
            Self::Held(waiting) | Self::Frozen(waiting) => waiting.refusals,
            Self::Paying { refusals, .. } => *refusals,
            Self::None { .. }
            | Self::Credited { .. }
            | Self::CreditedToWallet { .. }
            | Self::Failed { .. }
            | Self::Reversed { .. } => 0,
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

    /// What has been given to the payer out of the payment, or may have been: it can no longer be refunded by
    /// the merchant.
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
