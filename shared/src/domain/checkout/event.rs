//! What happens to a checkout, and why it may not.

use serde::{Deserialize, Serialize};

use super::disputes::Disputes;
use super::payment::{AllRefunds, Charge};
use crate::domain::cashback::Suspicion;
use crate::domain::cashback::refund::{Failure, RefundKey, StripeRefund};
use crate::domain::ids::SessionId;
use crate::domain::money::{Money, MoneyError};
use crate::fault::Fault;

/// What happens to a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Stripe took the money.
    Paid {
        /// The charge.
        charge: Charge,
        /// Its amount.
        amount: Money,
        /// What of it is the platform's fee.
        fee: Money,
    },
    /// Stripe made the page.
    SessionOpened {
        /// Stripe's session.
        session: SessionId,
    },
    /// Somebody says that nobody ever made the page; whether it is so is decided here.
    Abandoned,
    /// Stripe refused to make the page.
    PageRefused,
    /// The session expired.
    Expired,
    /// The payment was begun and failed.
    PaymentFailed,
    /// The merchant asks for a refund; whether it may has been [decided](crate::domain::decision).
    RefundRequested {
        /// By what it is known.
        key: RefundKey,
        /// How much.
        amount: Money,
    },
    /// Stripe will not make a refund that the merchant asked for.
    RefundRefused {
        /// By what it is known.
        key: RefundKey,
        /// Why.
        reason: Failure,
    },
    /// Stripe says something of a refund, ours or the merchant's.
    RefundSeen(StripeRefund),
    /// What Stripe says was refunded of the charge in all: of more refunds than are kept one by one, only
    /// that is known.
    RefundsCounted(AllRefunds),
    /// The cashback's time may have come.
    CashbackMatured,
    /// A person has decided on a cashback that waits for one.
    CashbackDecided(Verdict),
    /// Stripe will not make the refund that a cashback is.
    CashbackRefused {
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: Failure,
    },
    /// Stripe has given cover back to the merchant.
    CoverReturned {
        /// How much of the application fee is back, in all, in minor units.
        back_minor: i64,
    },
    /// Stripe has moved the platform's part of the cashback, or says that it is where it belongs.
    FundingMoved {
        /// How much of it is with the merchant, in minor units.
        there_minor: i64,
    },
    /// Stripe will not move cover or funding now, which no attempt to pay a cashback needs.
    MoveRefused,
    /// All disputes of the payment, as Stripe has them now.
    DisputesSeen(Disputes),
}

/// What a person decides on a cashback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A suspicious one is good.
    Approve,
    /// A suspicious one is not.
    Reject,
    /// A failed one is tried again.
    Retry,
    /// A failed one is given up.
    WriteOff,
}

/// What has been seen around a checkout that decides with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insight {
    /// Who paid belongs to the merchant.
    pub own_merchant: bool,
    /// The payment looks suspicious.
    pub suspicion: Option<Suspicion>,
    /// The payer owes cashback.
    pub payer_owes: bool,
}

/// Why an event was not applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It speaks of something that we have not heard of yet: deliver it again.
    #[error("{event} for a checkout that is {state}")]
    TooEarly {
        /// The event.
        event: &'static str,
        /// The state.
        state: &'static str,
    },
    /// It contradicts what we know: a person must look.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Amounts that do not fit together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooEarly { .. } => Self::Retry(refused.to_string()),
            Refused::Contradiction(_) | Refused::Money(_) => Self::Bug(refused.to_string()),
        }
    }
}

impl Event {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Paid { .. } => "payment",
            Self::SessionOpened { .. } => "page",
            Self::Abandoned => "page that was never made",
            Self::PageRefused => "page that was refused",
            Self::Expired => "expiry",
            Self::PaymentFailed => "failure",
            Self::RefundRequested { .. } => "refund request",
            Self::RefundRefused { .. } => "refused refund",
            Self::RefundSeen(_) => "refund",
            Self::RefundsCounted(_) => "sum of all refunds",
            Self::CashbackMatured => "release",
            Self::CashbackDecided(_) => "decision on a cashback",
            Self::CashbackRefused { .. } => "refused cashback",
            Self::CoverReturned { .. } => "returned cover",
            Self::FundingMoved { .. } => "moved funding",
            Self::MoveRefused => "refused move",
            Self::DisputesSeen(_) => "disputes",
        }
    }
}
