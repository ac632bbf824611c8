//! A payment: what Stripe took, and everything that happened to it since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::disputes::{Dispute, Disputes};
use super::moves::{Funding, Refusals};
use crate::domain::cashback::refund::{Refund, RefundKey, RefundState};
use crate::domain::cashback::{Cashback, Rest};
use crate::domain::ids::{ChargeId, PaymentIntentId, Reference, RefundId};
use crate::domain::market::{CardFunding, Method, Tender};
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::promise::{OnRefund, Terms};
use crate::domain::time::Timestamp;

/// How many refunds of a payment are kept one by one. With all that they book they are a small part of the
/// 400 KB that an item may have.
pub const REFUNDS_KEPT: usize = 100;

/// What Stripe said was refunded of a charge in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllRefunds {
    /// How much, our own cashback included, in minor units.
    pub minor: i64,
    /// When the news came for which it was asked.
    pub at: Timestamp,
}

/// A payment and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What Stripe took.
    #[serde(flatten)]
    pub charge: Charge,
    /// The merchant's refunds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundKey, Refund>,
    /// What Stripe said was refunded in all, where there are more refunds than are kept one by one. What is
    /// [beyond](Payment::refunded_beyond_minor) those follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_refunds: Option<AllRefunds>,
    /// Our own refunds that were a cashback and did not reach the payer. What is told of them once more is no
    /// news; what only says that it is one of ours is the merchant's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub bounced: BTreeSet<RefundId>,
    /// How much of the cover has gone back to the merchant, in minor units.
    #[serde(rename = "back", default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub cover_back_minor: i64,
    /// What is to be moved of the platform's part of the cashback.
    #[serde(rename = "platform_part", default, skip_serializing_if = "Funding::is_nothing")]
    pub funding: Funding,
    /// Stripe's refusals to move cover or funding.
    #[serde(default, skip_serializing_if = "Refusals::is_none")]
    pub refusals: Refusals,
    /// Its disputes.
    #[serde(flatten)]
    pub disputes: Disputes,
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
    /// Whether the card is credit or debit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<CardFunding>,
    /// When.
    pub paid_at: Timestamp,
}

/// What of a payment can still be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refundable {
    /// What was paid and not given back: what a merchant can ask to refund.
    pub price: Money,
    /// The cashback that the payer has of it.
    pub cashback: Money,
    /// What a refund before the release would have done to it.
    on_refund: OnRefund,
}

impl Refundable {
    /// What of `part` of the price the payer has already: its share of the cashback, or all of it where a
    /// refund of any part ends it. Rounded so that nobody gains by giving back in many parts.
    ///
    /// # Errors
    /// Another currency.
    pub fn cashback_of(&self, part: Money) -> Result<Money, MoneyError> {
        match self.on_refund {
            _ if self.price.is_zero() => Ok(Money::zero(part.currency())),
            OnRefund::Cancel => part.at_most(self.cashback),
            OnRefund::Proportional => {
                part.minus(part.proportion(self.price.minus(self.cashback)?, self.price, Round::Down)?)
            }
        }
    }
}

impl Charge {
    /// What was paid with, the finest first; empty for a method that is none of ours.
    pub fn tenders(&self) -> &'static [Tender] {
        self.method.map_or(&[], |method| Tender::paid_with(method, self.funding))
    }
}

impl Payment {
    /// What refunds and lost disputes leave of `paid`, never less than nothing: one that was asked for here
    /// and one made in Stripe's dashboard may ask for more than there is, until Stripe refuses one of them.
    /// Refunds that failed leave it whole, and so does a dispute that is open.
    ///
    /// # Errors
    /// A refund in another currency.
    pub fn left_of(&self, paid: Money) -> Result<Money, MoneyError> {
        let lost = Money::from_minor(self.disputes.lost_minor().max(0), paid.currency())?;
        let beyond = Money::from_minor(self.refunded_beyond_minor(), paid.currency())?;
        self.refunds
            .values()
            .filter(|refund| refund.state.counts())
            .map(|refund| refund.amount)
            .chain([lost, beyond])
            .try_fold(paid, |left, amount| left.minus(amount.at_most(left)?))
    }

    /// Whether no more refunds are kept one by one. A merchant makes what is to follow in Stripe's dashboard.
    pub fn is_full_of_refunds(&self) -> bool {
        self.refunds.len() >= REFUNDS_KEPT
    }

    /// What was refunded beyond the refunds that are kept one by one and the cashback, in minor units. What
    /// is on its way counts as seen: Stripe says more of it, and then the sum is read again.
    pub fn refunded_beyond_minor(&self) -> i64 {
        let Some(all) = self.all_refunds else { return 0 };
        let kept = self.refunds.values().filter(|refund| refund.state.counts()).map(|refund| refund.amount);
        let known = kept.chain(self.cashback.taken_from_charge()).map(Money::minor);
        known.fold(all.minor, i64::saturating_sub).max(0)
    }

    /// How much of the merchant's refunds the payer was to have as cashback instead. If that cashback does
    /// not arrive, the payer is owed this of it in any case: it is the price of what was given back.
    ///
    /// # Errors
    /// It is more than money can be.
    pub fn netted(&self, paid: Money) -> Result<Money, MoneyError> {
        let refunds = self.refunds.values().filter(|refund| refund.state.counts());
        let minor = refunds.fold(0_i64, |sum, refund| sum.saturating_add(refund.had_as_cashback_minor));
        Money::from_minor(minor, paid.currency())
    }

    /// What is left of `paid`, as a cashback wants to know it.
    ///
    /// # Errors
    /// A refund in another currency.
    pub fn rest_of(&self, paid: Money) -> Result<Rest, MoneyError> {
        let is_charged_back = self.disputes.lost_minor() > 0;
        Ok(Rest { left: self.left_of(paid)?, netted: self.netted(paid)?, paid, is_charged_back })
    }

    /// What can still be given back of `paid`. What the payer has of it as cashback is no longer with the
    /// merchant: it counts as given back with the part of the price that it belongs to.
    ///
    /// # Errors
    /// A refund in another currency.
    pub fn refundable(&self, paid: Money) -> Result<Refundable, MoneyError> {
        let left = self.left_of(paid)?;
        let none = Money::zero(paid.currency());
        let (Some(taken), Some(terms)) = (self.cashback.taken_from_charge(), self.cashback.terms()) else {
            return Ok(Refundable { price: left, cashback: none, on_refund: OnRefund::Proportional });
        };
        let cashback = taken.minus(self.netted(paid)?.at_most(taken)?)?;
        let price = left.minus(taken.at_most(left)?)?.plus(cashback)?;
        Ok(Refundable { price, cashback, on_refund: terms.on_refund })
    }

    /// Whether the payer has back all that was paid: what is left of it, they have as cashback.
    ///
    /// # Errors
    /// A refund in another currency.
    pub fn is_given_back(&self, paid: Money) -> Result<bool, MoneyError> {
        let Refundable { price, cashback, .. } = self.refundable(paid)?;
        Ok(price.is_zero() || (price == cashback && self.left_of(paid)? != paid))
    }

    /// The merchant's refunds that are written down and of which Stripe has said nothing yet, and since when.
    pub fn begun_refunds(&self) -> impl Iterator<Item = (&Reference, Timestamp)> {
        self.refunds.iter().filter_map(|(key, refund)| match (key, &refund.state) {
            (RefundKey::Requested(reference), RefundState::Requested { since }) => Some((reference, *since)),
            (RefundKey::Requested(_) | RefundKey::Dashboard(_), _) => None,
        })
    }

    /// Whether Stripe's id is that of a refund which is told of already, or of a cashback that bounced.
    pub fn knows(&self, id: &RefundId) -> bool {
        self.bounced.contains(id) || self.refunds.values().any(|refund| refund.state.id() == Some(id))
    }

    /// The platform's part of a cashback of `amount` that the payer does not have yet. What was netted of
    /// refunds is the price of what was given back, and the merchant's alone.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn platform_part(&self, terms: &Terms, amount: Money) -> Result<Money, MoneyError> {
        terms.platform_part(amount.minus(self.netted(amount)?.at_most(amount)?)?)
    }

    /// How much of the platform's money belongs with the merchant, for a cashback that the platform funds and
    /// the payer has. What the merchant gives back of the rest of the payment after the payout, it gives back
    /// of this in proportion: otherwise a refund would leave the merchant with the platform's money. What was
    /// given back before has made the cashback smaller already; how much was left then is what such a
    /// cashback belongs to, to a coin or two.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn platform_funding(&self, paid: Money) -> Result<Money, MoneyError> {
        let none = Money::zero(paid.currency());
        let Cashback::Credited { terms, amount, .. } = &self.cashback else { return Ok(none) };
        let left = self.left_of(paid)?;
        if left.is_zero() {
            return Ok(none);
        }
        let part = terms.platform_part(*amount)?;
        let left_then = paid.proportion(*amount, terms.amount, Round::Down)?;
        let (rest, whole) = (left.minus(amount.at_most(left)?)?, left_then.minus(*amount)?);
        let part =
            if whole.is_zero() { part } else { part.proportion(rest.at_most(whole)?, whole, Round::Down)? };
        // What was netted was never the platform's.
        part.at_most(self.platform_part(terms, *amount)?)
    }

    /// What refunds gave back to the payer's wallet, in minor units: with the charge, once the payer has
    /// that.
    pub fn returned_to_wallet_minor(&self) -> i64 {
        self.to_wallet_minor(|refund| refund.state.is_done())
    }

    /// What refunds gave back, or are about to give back, to the payer's wallet, in minor units.
    pub fn claimed_of_wallet_minor(&self) -> i64 {
        self.to_wallet_minor(|refund| refund.state.counts())
    }

    fn to_wallet_minor(&self, which: impl Fn(&Refund) -> bool) -> i64 {
        let refunds = self.refunds.values().filter(|refund| which(refund));
        refunds.fold(0, |sum, refund| sum.saturating_add(refund.to_wallet_minor))
    }

    /// Where it stands, in the word that people use for it, for a charge of `paid` beside `credit_minor` of
    /// credit.
    pub fn status(&self, paid: Money, credit_minor: i64) -> &'static str {
        let is_whole_credit_back = self.claimed_of_wallet_minor() >= credit_minor;
        match self.disputes.standing() {
            Dispute::Open => "disputed",
            Dispute::Won => "won",
            Dispute::Lost => "lost",
            Dispute::None => match (self.left_of(paid), self.is_given_back(paid)) {
                (Ok(left), _) if left == paid && self.claimed_of_wallet_minor() == 0 => "paid",
                (_, Ok(true)) if is_whole_credit_back => "refunded",
                (Ok(_) | Err(_), _) => "partly_refunded",
            },
        }
    }
}

#[cfg(test)]
mod tests;
