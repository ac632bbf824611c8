//! Cover: the merchant's part of a promise is taken when the payment is made, and given back when it is due.
//!
//! A merchant's balance at Stripe is paid out every day, so that two days after a payment nothing is there to
//! refund a cashback from. So the application fee of the payment is larger by what the merchant may have to
//! give back; at the release that much of the fee is refunded to the merchant's balance, and the cashback is
//! refunded from there at once. No more is ever given back than was taken
//! (<https://docs.stripe.com/api/fee_refunds>).

use super::payment::Payment;
use super::state::Checkout;
use crate::domain::campaign::offer::Offer;
use crate::domain::cashback::Cashback;
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Timestamp;

/// What of an application fee is to be given back to the merchant now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// How much of it is to be back then, in all, in minor units.
    pub back_minor: i64,
    /// Since when, or from when on Stripe is asked again.
    pub since: Timestamp,
}

/// What covers the dearest of `offers` for a charge of `charged` with a `fee`: an application fee is less
/// than the charge (<https://docs.stripe.com/connect/direct-charges#collect-fees>).
///
/// # Errors
/// Amounts of two currencies met.
pub(super) fn of_offers<'a>(
    offers: impl Iterator<Item = &'a Offer>,
    charged: Money,
    fee: Money,
) -> Result<i64, MoneyError> {
    let mut dearest = 0;
    for offer in offers {
        if let Offer::Cashback(terms) = offer {
            dearest = terms.merchant_part(terms.amount)?.minor().max(dearest);
        }
    }
    let most = charged.minor().saturating_sub(fee.minor()).saturating_sub(1);
    Ok(dearest.min(most.max(0)))
}

impl Checkout {
    /// What Stripe is asked to take for the platform: its fee and the cover.
    ///
    /// # Errors
    /// It is more than money can be.
    pub fn application_fee(&self) -> Result<Money, MoneyError> {
        self.fee.plus(Money::from_minor(self.cover_minor, self.fee.currency())?)
    }

    /// What the platform holds of the merchant's money for the cashback, in minor units.
    pub fn cover_held_minor(&self) -> i64 {
        self.payment().map_or(0, |payment| self.held_minor(payment))
    }

    /// What of the cover the platform keeps for good, in minor units: the merchant's part of credit that the
    /// platform owes instead.
    pub fn cover_kept_minor(&self) -> i64 {
        self.payment().map_or(0, |payment| kept_minor(payment).min(self.held_minor(payment)))
    }

    /// What of the cover has to go back to the merchant, and since when; none while the cashback waits.
    pub fn cover_due(&self) -> Option<Due> {
        let payment = self.payment()?;
        let since = match &payment.cashback {
            Cashback::Held(_) | Cashback::Frozen(_) | Cashback::Failed { .. } => return None,
            Cashback::None { .. } => payment.charge.paid_at,
            Cashback::Paying { release_at, .. } => *release_at,
            Cashback::Credited { at, .. } | Cashback::CreditedToWallet { at, .. } => *at,
            // A refund or a verdict that took the promise may be undone until then.
            Cashback::Reversed { waiting, at, .. } => waiting.release_at.max(*at),
        };
        let back_minor = self.cover_minor.saturating_sub(self.cover_kept_minor());
        let is_needed_now = payment.cashback.attempt_being_paid().is_some();
        let since = if is_needed_now { since } else { payment.refusals.not_before(since) };
        (back_minor > payment.cover_back_minor).then_some(Due { back_minor, since })
    }

    /// Whether the cashback of `payment` may become credit: its payer is known, can spend it in this market,
    /// and what the merchant promised is covered. Without the merchant's money the platform would owe it.
    pub(super) fn has_wallet(&self, payment: &Payment) -> Result<bool, MoneyError> {
        Ok(self.payer.is_some() && self.country.has_wallets() && self.is_covered(payment)?)
    }

    /// Whether the merchant's part of what `payment` owes its payer is covered.
    fn is_covered(&self, payment: &Payment) -> Result<bool, MoneyError> {
        let Some((terms, amount)) = payment.cashback.owed() else { return Ok(true) };
        let part = amount.minus(payment.platform_part(terms, amount)?)?;
        Ok(part.minor() <= self.held_minor(payment))
    }

    fn held_minor(&self, payment: &Payment) -> i64 {
        self.cover_minor.saturating_sub(payment.cover_back_minor)
    }
}

fn kept_minor(payment: &Payment) -> i64 {
    match &payment.cashback {
        Cashback::CreditedToWallet { terms, amount, .. } => {
            let platform = payment.platform_part(terms, *amount).map_or(0, Money::minor);
            amount.minor().saturating_sub(platform)
        }
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Credited { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => 0,
    }
}
