//! What happens to a cashback, and the reasons that stay with it.

use serde::{Deserialize, Serialize};

use super::refund::Failure;
use crate::domain::ids::RefundId;
use crate::domain::money::Money;

/// Why a cashback became wallet credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletReason {
    /// It could not be refunded.
    Unrefundable(Failure),
    /// The payer owed cashback: what is owed is taken from the credit, and never asked of the payer.
    PayerOwes,
}

/// Why a cashback was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    /// The merchant gave the money back.
    Refunded,
    /// The payer's bank took the money back.
    DisputeLost,
    /// A person has looked at it and said no.
    Rejected,
    /// It could not be paid, and a person has given it up.
    WrittenOff,
}

impl Reversal {
    /// For the payer to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Refunded => "the payment was refunded",
            Self::DisputeLost => "the payment was charged back",
            Self::Rejected => "it was looked at and rejected",
            Self::WrittenOff => "it could not be paid",
        }
    }
}

/// What happens to a cashback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody says its time has come; whether it has is decided here.
    Matured {
        /// Whether the payer owes cashback that was spent before its payment was taken back, and it can
        /// become credit instead.
        payer_owes: bool,
    },
    /// A person has looked at a suspicious one and found it good.
    Approved,
    /// A person has looked at a suspicious one and said no.
    Rejected,
    /// A person has a failed one tried again.
    Retried,
    /// A person gives a failed one up.
    WrittenOff,
    /// Refunds and lost disputes leave this much of the payment.
    Remaining(Rest),
    /// Stripe says that our refund reached the payer.
    Settled {
        /// Which attempt.
        attempt: u32,
        /// Stripe's refund.
        refund: RefundId,
    },
    /// Stripe says that our refund did not reach the payer, and never will.
    Bounced {
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: Failure,
        /// What the payment looks like now.
        standing: Standing,
    },
    /// The payer disputes the payment.
    DisputeOpened,
    /// No dispute is open any more. What they took is in what [remains](Self::Remaining).
    DisputesOver,
}

/// What refunds and lost disputes leave of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// What is left of the charge.
    pub left: Money,
    /// How much of that belongs to what was given back: the payer was to have it as cashback.
    pub netted: Money,
    /// What was paid.
    pub paid: Money,
    /// Whether a payer's bank took a part of it for good.
    pub is_charged_back: bool,
}

impl Rest {
    /// Why nothing is left.
    pub(super) fn reversal(&self) -> Reversal {
        if self.is_charged_back { Reversal::DisputeLost } else { Reversal::Refunded }
    }
}

/// What the rest of the payment looks like when our refund bounces: it decides whether the payer is still
/// owed anything, and how it can reach them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What refunds and lost disputes leave of it.
    pub rest: Rest,
    /// Whether a dispute is open.
    pub is_disputed: bool,
    /// Whether a wallet can take it: the payer is known, and the platform has the merchant's part of it.
    pub has_wallet: bool,
}
