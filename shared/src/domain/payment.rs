//! A payment: what Stripe took, and everything that happened to it since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::campaign::Funding;
use super::cashback::Cashback;
use super::ids::{ChargeId, PaymentIntentId, Reference};
use super::market::Method;
use super::money::{Money, MoneyError, Round};
use super::refund::{Refund, RefundKey, RefundState};
use super::time::Timestamp;

/// A payment and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What Stripe took.
    #[serde(flatten)]
    pub charge: Charge,
    /// The merchant's refunds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundKey, Refund>,
    /// Whether it is or was disputed.
    #[serde(default, skip_serializing_if = "Dispute::is_none")]
    pub dispute: Dispute,
    /// The cashback.
    pub cashback: Cashback,
}

/// A charge that succeeded, as Stripe shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Stripe's charge.
    pub charge: ChargeId,
    /// Stripe's payment intent.
    pub payment_intent: PaymentIntentId,
    /// How it was paid; none of ours if Stripe offered one more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The card's fingerprint: the same card has the same on this platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// When.
    pub paid_at: Timestamp,
}

/// Whether a payment is disputed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// It never was.
    #[default]
    None,
    /// It is.
    Open,
    /// It was, and the merchant kept the money.
    Won,
    /// It was, and the payer has the money.
    Lost,
}

impl Dispute {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Payment {
    /// What the merchant's refunds leave of `paid`, never less than nothing: one that was asked for here and one made in
    /// Stripe's dashboard may ask for more than there is, until Stripe refuses one of them. Refunds that failed leave it
    /// whole.
    ///
    /// # Errors
    /// A refund in another currency.
    pub fn left_of(&self, paid: Money) -> Result<Money, MoneyError> {
        self.refunds
            .values()
            .filter(|refund| refund.state.counts())
            .try_fold(paid, |left, refund| left.minus(refund.amount.at_most(left)?))
    }

    /// The merchant's refunds that are written down and of which Stripe has said nothing yet, and since when.
    pub fn begun_refunds(&self) -> impl Iterator<Item = (&Reference, Timestamp)> {
        self.refunds.iter().filter_map(|(key, refund)| match (key, &refund.state) {
            (RefundKey::Requested(reference), RefundState::Requested { since }) => Some((reference, *since)),
            (RefundKey::Requested(_) | RefundKey::Dashboard(_), _) => None,
        })
    }

    /// How much of the platform's money belongs with the merchant, for a cashback that the platform funds and the payer
    /// has. What the merchant gives back of the rest of the payment, it gives back of this in proportion: otherwise a
    /// refund after the payout would leave the merchant with the platform's money.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn platform_funding(&self, paid: Money) -> Result<Money, MoneyError> {
        let none = Money::zero(paid.currency());
        let Cashback::Credited { terms, amount, .. } = &self.cashback else { return Ok(none) };
        match (terms.funding, self.dispute) {
            (Funding::Merchant, _) | (Funding::Platform, Dispute::Lost) => Ok(none),
            (Funding::Platform, Dispute::None | Dispute::Open | Dispute::Won) => {
                let left = self.left_of(paid)?;
                let (rest, whole) = (left.minus(amount.at_most(left)?)?, paid.minus(*amount)?);
                if whole.is_zero() { Ok(*amount) } else { amount.proportion(rest, whole, Round::Down) }
            }
        }
    }

    /// Where it stands, in the word that people use for it.
    pub fn status(&self, paid: Money) -> &'static str {
        match self.dispute {
            Dispute::Open => "disputed",
            Dispute::Won => "won",
            Dispute::Lost => "lost",
            Dispute::None => match self.left_of(paid) {
                Ok(left) if left == paid => "paid",
                Ok(left) if !left.is_zero() => "partly_refunded",
                Ok(_) | Err(_) => "refunded",
            },
        }
    }
}
