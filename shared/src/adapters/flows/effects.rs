//! What a checkout's state requires of the world. It is derived from the state alone, never from having been
//! the one who changed it, so a redelivery that finds nothing to decide still does what is missing.

use crate::adapters::clients::aws::Aws;
use crate::adapters::clients::schedule::Schedules;
use crate::adapters::clients::stripe::Stripe;
use crate::adapters::config::{ConfigError, Environment};
use crate::domain::books::settlement::release_at;
use crate::domain::cashback::Cashback;
use crate::domain::cashback::bucket::Bucket;
use crate::domain::checkout::Checkout;
use crate::domain::money::Money;
use crate::domain::promise::Terms;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// The means to carry effects out.
#[derive(Clone, Debug)]
pub struct Effects {
    schedules: Schedules,
    stripe: Stripe,
}

impl Effects {
    /// Reads the schedules' variables.
    ///
    /// # Errors
    /// One of them is not set.
    pub fn new(aws: &Aws, stripe: &Stripe, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { schedules: Schedules::new(aws, environment)?, stripe: stripe.clone() })
    }

    /// Ensures what `checkout` requires: a schedule for a held cashback and for credit that was spent, and
    /// the platform's money back from one that was not paid, or whose payment was given back since.
    ///
    /// # Errors
    /// EventBridge Scheduler or Stripe did not do it; deliver the message again.
    pub async fn ensure(&self, checkout: &Checkout, now: Timestamp) -> Result<(), Fault> {
        let Some(payment) = checkout.payment() else { return Ok(()) };
        let split = |error| Fault::Bug(format!("split a cashback: {error}"));
        let paid = checkout.charged().map_err(split)?;
        let kept = payment.platform_funding(paid).map_err(split)?;
        if !checkout.wallet.is_empty() {
            self.schedules.ensure(Bucket::of(release_at(payment.charge.paid_at)), now).await?;
        }
        match &payment.cashback {
            Cashback::Held(waiting) if waiting.review.is_none() => {
                self.schedules.ensure(Bucket::of(waiting.release_at), now).await
            }
            Cashback::CreditedToWallet { terms, .. } | Cashback::Failed { terms, .. } => {
                self.take_back(checkout, terms, kept, now).await
            }
            // A refund after the payout takes of the platform's part with it, and one that fails later brings
            // it back.
            Cashback::Credited { terms, amount, .. }
                if kept != terms.platform_part(*amount).map_err(split)? || payment.has_failed_refund() =>
            {
                if terms.has_platform_part() {
                    self.stripe.restore_funding(&checkout.account, &checkout.id, kept, now).await?;
                }
                Ok(())
            }
            // Only an attempt that was made can have moved money. A dispute may be open for months: should it
            // be won, the next attempt sends the platform's part again.
            Cashback::Frozen(waiting) | Cashback::Reversed { waiting, .. } if waiting.attempt > 1 => {
                self.take_back(checkout, &waiting.terms, kept, now).await
            }
            Cashback::None { .. }
            | Cashback::Held(_)
            | Cashback::Frozen(_)
            | Cashback::Paying { .. }
            | Cashback::Credited { .. }
            | Cashback::Reversed { .. } => Ok(()),
        }
    }

    async fn take_back(
        &self,
        checkout: &Checkout,
        terms: &Terms,
        kept: Money,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if terms.has_platform_part() {
            self.stripe.keep_funding(&checkout.id, kept, now).await?;
        }
        Ok(())
    }
}
