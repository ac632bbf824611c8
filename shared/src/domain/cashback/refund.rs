//! Refunds on a payment: the merchant's own, and what Stripe says of any.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChargeId, CheckoutId, Reference, RefundId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// By what a merchant's refund is known. Two equal partial refunds are two refunds: never the amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum RefundKey {
    /// Asked for through our API, under the merchant's own reference.
    Requested(Reference),
    /// Made in Stripe's dashboard, known by Stripe's id.
    Dashboard(RefundId),
}

impl From<RefundKey> for String {
    fn from(key: RefundKey) -> Self {
        match key {
            RefundKey::Requested(reference) => format!("api:{reference}"),
            RefundKey::Dashboard(id) => format!("stripe:{id}"),
        }
    }
}

impl TryFrom<String> for RefundKey {
    type Error = crate::domain::ids::InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.strip_prefix("stripe:") {
            Some(id) => RefundId::parse(id).map(Self::Dashboard),
            None => Reference::parse(text.strip_prefix("api:").unwrap_or_default()).map(Self::Requested),
        }
    }
}

/// A merchant's refund on a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much of the charge, through Stripe; nothing if all of it went to the wallet.
    pub amount: Money,
    /// How much went back to the payer's wallet, in minor units. What was paid first is given back last:
    /// wallet credit comes back once the whole charge has been given back.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub to_wallet_minor: i64,
    /// How much of what was asked for the payer has already, as cashback of what is given back, in minor
    /// units.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub had_as_cashback_minor: i64,
    /// Where it stands.
    pub state: RefundState,
}

impl Refund {
    /// What the merchant asked for, in minor units.
    pub fn asked_minor(&self) -> i64 {
        self.amount.minor().saturating_add(self.to_wallet_minor).saturating_add(self.had_as_cashback_minor)
    }

    /// Whether `seen`, whose metadata says so, is this one, which was asked for. Whoever has a key of the
    /// account can write our metadata on another one; that is then a refund like any made in the dashboard.
    pub fn is(&self, seen: &StripeRefund) -> bool {
        self.amount == seen.amount && self.state.id().is_none_or(|known| *known == seen.id)
    }
}

/// Where a refund stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// Written down, and Stripe is being asked.
    Requested {
        /// Since when.
        since: Timestamp,
    },
    /// Stripe has accepted it, and waits for money on the merchant's balance: nothing has moved.
    Waiting {
        /// Stripe's refund.
        id: RefundId,
    },
    /// Stripe has accepted it and waits for the payer's bank.
    Pending {
        /// Stripe's refund.
        id: RefundId,
    },
    /// Stripe has sent it to the payer; that it has arrived nobody tells.
    Succeeded {
        /// Stripe's refund.
        id: RefundId,
    },
    /// Stripe was not asked: all of it went to the payer's wallet, or was with the payer as cashback.
    Returned,
    /// The payer does not have it, and the money is with the merchant again.
    Failed {
        /// Why.
        reason: Failure,
        /// Stripe's refund, if it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<RefundId>,
    },
}

/// What Stripe says of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `pending`, and no money has moved: the balance is too low (<https://docs.stripe.com/refunds>).
    Waiting,
    /// `pending` or `requires_action`.
    Pending,
    /// `succeeded`.
    Succeeded,
    /// `failed` or `canceled`.
    Failed(Failure),
}

/// Why a refund failed: Stripe's `failure_reason` (<https://docs.stripe.com/refunds#failed-refunds>), and our
/// own reading of a request it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The merchant's balance was too low.
    InsufficientFunds,
    /// Our own reading: the platform's balance was too low to send its part, or to give cover back, first.
    PlatformFunds,
    /// Our own reading: Stripe moves no money from the platform to this merchant. An account lacks the
    /// capability, or a border is between the two (<https://docs.stripe.com/connect/account-capabilities>).
    NoTransfer,
    /// The card is gone.
    ExpiredOrCanceledCard,
    /// The card is gone.
    LostOrStolenCard,
    /// The payer's bank said no.
    Declined,
    /// The merchant stopped it.
    MerchantRequest,
    /// The payment was disputed meanwhile.
    ChargeForPendingRefundDisputed,
    /// Stripe refused the request: the payment is refunded already, too old, or disputed.
    Refused,
    /// Our own reading: the account has left the platform while a refund may have been on its way, and Stripe
    /// cannot be asked about it any more (<https://docs.stripe.com/error-codes#account-invalid>).
    Disconnected,
    /// Stripe does not say, or says something new.
    #[serde(other)]
    Unknown,
}

impl Failure {
    /// Reads Stripe's word for it.
    pub fn from_stripe(reason: &str) -> Self {
        match reason {
            "insufficient_funds" => Self::InsufficientFunds,
            "expired_or_canceled_card" => Self::ExpiredOrCanceledCard,
            "lost_or_stolen_card" => Self::LostOrStolenCard,
            "declined" => Self::Declined,
            "merchant_request" => Self::MerchantRequest,
            "charge_for_pending_refund_disputed" => Self::ChargeForPendingRefundDisputed,
            _ => Self::Unknown,
        }
    }

    /// For people to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "the merchant's balance was too low",
            Self::PlatformFunds => "the platform's balance was too low",
            Self::NoTransfer => "Stripe moves no money from the platform to the merchant",
            Self::ExpiredOrCanceledCard | Self::LostOrStolenCard => "the card is gone",
            Self::Declined => "the payer's bank said no",
            Self::MerchantRequest => "the merchant stopped it",
            Self::ChargeForPendingRefundDisputed => "the payment was disputed meanwhile",
            Self::Refused => "Stripe refused it",
            Self::Disconnected => "the account has left the platform, and nobody can ask what became of it",
            Self::Unknown => "Stripe does not say why",
        }
    }

    /// Whether the same refund may succeed a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Self::InsufficientFunds | Self::PlatformFunds => true,
            Self::ExpiredOrCanceledCard
            | Self::LostOrStolenCard
            | Self::Declined
            | Self::NoTransfer
            | Self::MerchantRequest
            | Self::ChargeForPendingRefundDisputed
            | Self::Refused
            | Self::Disconnected
            | Self::Unknown => false,
        }
    }

    /// Whether a cashback that failed so for good may become credit that the platform owes. What may still
    /// arrive may not: the payer would have it twice. Nor what the merchant has a part in and can bring
    /// about, by an empty balance, a refund that it stops, or an account that leaves: everybody's campaign
    /// would be the platform's.
    pub fn may_become_credit(self, merchant_has_part: bool) -> bool {
        match self {
            Self::InsufficientFunds | Self::Disconnected => false,
            Self::MerchantRequest | Self::NoTransfer | Self::Refused => !merchant_has_part,
            Self::PlatformFunds
            | Self::ExpiredOrCanceledCard
            | Self::LostOrStolenCard
            | Self::Declined
            | Self::ChargeForPendingRefundDisputed
            | Self::Unknown => true,
        }
    }
}

/// What a refund is for, from the metadata we gave it. A refund without it was made in Stripe's dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// Our own cashback. It is no refund of the merchant's and takes nothing back.
    Cashback {
        /// Of which checkout.
        checkout: CheckoutId,
        /// Which attempt.
        attempt: u32,
    },
    /// The merchant's refund, asked for through our API.
    Merchant {
        /// Of which checkout.
        checkout: CheckoutId,
        /// The merchant's reference for it.
        reference: Reference,
    },
    /// Made without us.
    Dashboard,
}

/// A refund as Stripe shows it, in an answer or in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeRefund {
    /// Stripe's id.
    pub id: RefundId,
    /// The charge it is taken from, when Stripe names it.
    pub charge: Option<ChargeId>,
    /// How much.
    pub amount: Money,
    /// What became of it.
    pub outcome: Outcome,
    /// What it is for.
    pub purpose: Purpose,
}

impl RefundState {
    /// The state after Stripe has said `outcome` of refund `id`. News may come in any order: a refund that
    /// has succeeded is not pending again, and one that has failed stays failed.
    #[must_use]
    pub fn on(&self, id: &RefundId, outcome: Outcome) -> Self {
        match (self, outcome) {
            (Self::Requested { .. } | Self::Waiting { .. }, Outcome::Waiting) => {
                Self::Waiting { id: id.clone() }
            }
            (Self::Requested { .. } | Self::Waiting { .. } | Self::Pending { .. }, Outcome::Pending) => {
                Self::Pending { id: id.clone() }
            }
            (
                Self::Requested { .. } | Self::Waiting { .. } | Self::Pending { .. } | Self::Succeeded { .. },
                Outcome::Succeeded,
            ) => Self::Succeeded { id: id.clone() },
            (
                Self::Requested { .. } | Self::Waiting { .. } | Self::Pending { .. } | Self::Succeeded { .. },
                Outcome::Failed(reason),
            ) => Self::Failed { reason, id: Some(id.clone()) },
            // Of what nobody could be asked about there is news after all.
            (Self::Failed { .. }, Outcome::Waiting) if self.is_unknown() => Self::Waiting { id: id.clone() },
            (Self::Failed { .. }, Outcome::Pending) if self.is_unknown() => Self::Pending { id: id.clone() },
            (Self::Failed { .. }, Outcome::Succeeded) if self.is_unknown() => {
                Self::Succeeded { id: id.clone() }
            }
            (Self::Pending { .. }, Outcome::Waiting)
            | (Self::Succeeded { .. }, Outcome::Waiting | Outcome::Pending)
            | (
                Self::Failed { .. } | Self::Returned,
                Outcome::Waiting | Outcome::Pending | Outcome::Succeeded | Outcome::Failed(_),
            ) => self.clone(),
        }
    }

    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Waiting { .. } | Self::Pending { .. } => "pending",
            Self::Succeeded { .. } | Self::Returned => "succeeded",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether the money is, or may be, on its way to the payer.
    pub fn counts(&self) -> bool {
        match self {
            Self::Requested { .. }
            | Self::Waiting { .. }
            | Self::Pending { .. }
            | Self::Succeeded { .. }
            | Self::Returned => true,
            Self::Failed { .. } => self.is_unknown(),
        }
    }

    /// Whether Stripe may have it, and nobody can ask: it ended for us, and may be with the payer all the
    /// same.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Failed { reason: Failure::Disconnected, id: None })
    }

    /// Whether the money was sent to the payer, or is in the wallet.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Succeeded { .. } | Self::Returned => true,
            Self::Requested { .. } | Self::Waiting { .. } | Self::Pending { .. } | Self::Failed { .. } => {
                false
            }
        }
    }

    /// Stripe's id of it, where it is kept.
    pub fn id(&self) -> Option<&RefundId> {
        match self {
            Self::Waiting { id } | Self::Pending { id } | Self::Succeeded { id } => Some(id),
            Self::Failed { id, .. } => id.as_ref(),
            Self::Requested { .. } | Self::Returned => None,
        }
    }

    /// Whether Stripe has moved the money.
    pub fn moved(&self) -> bool {
        match self {
            Self::Pending { .. } | Self::Succeeded { .. } | Self::Returned => true,
            Self::Requested { .. } | Self::Waiting { .. } | Self::Failed { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests;
