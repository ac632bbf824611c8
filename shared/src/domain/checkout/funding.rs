//! Funding: the platform's part of a cashback is transferred to the merchant, from whom the payer is
//! refunded.
//!
//! Refunds, disputes and failures change how much of it belongs there. What is to be moved is written down
//! here, and stays due until Stripe has moved it: to send money, the platform needs a balance, and to take it
//! back, the merchant does.

use super::moves::Funding;
use super::payment::Payment;
use super::state::{Checkout, State};
use crate::domain::cashback::Cashback;
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Timestamp;

/// The platform's part of a cashback.
struct Part {
    /// How much of it belongs with the merchant.
    wanted: Money,
    /// How much attempts may have sent.
    sent: Money,
}

impl Payment {
    /// The platform's part, where `paid` was paid; none while no attempt to pay a cashback was made, or the
    /// next one sees to it.
    fn part(&self, paid: Money) -> Result<Option<Part>, MoneyError> {
        let (terms, amount) = match &self.cashback {
            Cashback::None { .. } | Cashback::Held(_) | Cashback::Paying { .. } => return Ok(None),
            // A dispute may be open for months: should it be won, the next attempt sends the part again.
            Cashback::Frozen(waiting) | Cashback::Reversed { waiting, .. } if waiting.attempt == 1 => {
                return Ok(None);
            }
            Cashback::Frozen(waiting) | Cashback::Reversed { waiting, .. } => {
                (&waiting.terms, waiting.terms.amount)
            }
            Cashback::Credited { terms, amount, .. } => (terms, *amount),
            Cashback::CreditedToWallet { terms, .. } | Cashback::Failed { terms, .. } => {
                (terms, terms.amount)
            }
        };
        if !terms.has_platform_part() {
            return Ok(None);
        }
        Ok(Some(Part { wanted: self.platform_funding(paid)?, sent: terms.platform_part(amount)? }))
    }

    /// Writes down whether what belongs with the merchant is there.
    fn note_funding(&mut self, paid: Money, now: Timestamp) -> Result<(), MoneyError> {
        self.funding = match self.part(paid)? {
            None => Funding::default(),
            Some(Part { wanted, sent }) => {
                let is_right = self.funding.there_minor.unwrap_or(sent.minor()) == wanted.minor();
                let since = self.funding.wrong_since.unwrap_or(now);
                Funding { wrong_since: (!is_right).then_some(since), ..self.funding }
            }
        };
        Ok(())
    }
}

impl Checkout {
    /// How much of the platform's money is to be with the merchant; none if it is there, or waits for Stripe
    /// to be asked again.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn funding_due(&self, now: Timestamp) -> Result<Option<Money>, MoneyError> {
        let Some(payment) = self.payment() else { return Ok(None) };
        if self.funding_due_at().is_none_or(|due_at| due_at > now) {
            return Ok(None);
        }
        Ok(payment.part(self.charged()?)?.map(|part| part.wanted))
    }

    /// When the platform's part of the cashback is to be moved to where it belongs; none if it is there.
    pub fn funding_due_at(&self) -> Option<Timestamp> {
        let payment = self.payment()?;
        payment.funding.wrong_since.map(|since| payment.refusals.not_before(since))
    }

    /// The same checkout, with what is to be moved written down.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub(in crate::domain) fn with_funding_noted(mut self, now: Timestamp) -> Result<Self, MoneyError> {
        let paid = self.charged()?;
        if let State::Paid(payment) = &mut self.state {
            payment.note_funding(paid, now)?;
        }
        Ok(self)
    }
}
