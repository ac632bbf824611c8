//! What a checkout's state requires of the world. It is derived from the state alone, never from having been
//! the one who changed it, so a redelivery that finds nothing to decide still does what is missing.

use crate::adapters::clients::aws::Aws;
use crate::adapters::clients::schedule::Schedules;
use crate::adapters::config::{ConfigError, Environment};
use crate::domain::books::settlement::release_at;
use crate::domain::cashback::Cashback;
use crate::domain::cashback::bucket::Bucket;
use crate::domain::checkout::Checkout;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// The means to carry effects out.
#[derive(Clone, Debug)]
pub struct Effects {
    schedules: Schedules,
}

impl Effects {
    /// Reads the schedules' variables.
    ///
    /// # Errors
    /// One of them is not set.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { schedules: Schedules::new(aws, environment)? })
    }

    /// Ensures what `checkout` requires: a schedule for a held cashback, for credit that was spent, and for
    /// the platform's part of a cashback where it is not where it belongs.
    ///
    /// # Errors
    /// EventBridge Scheduler did not do it; deliver the message again.
    pub async fn ensure(&self, checkout: &Checkout, now: Timestamp) -> Result<(), Fault> {
        let Some(payment) = checkout.payment() else { return Ok(()) };
        if !checkout.wallet.is_empty() {
            self.schedules.ensure(Bucket::of(release_at(payment.charge.paid_at)), now).await?;
        }
        if let Some(due_at) = checkout.funding_due_at() {
            self.schedules.ensure(Bucket::of(due_at), now).await?;
        }
        match &payment.cashback {
            Cashback::Held(waiting) if waiting.review.is_none() => {
                self.schedules.ensure(Bucket::of(waiting.release_at), now).await
            }
            Cashback::None { .. }
            | Cashback::Held(_)
            | Cashback::Frozen(_)
            | Cashback::Paying { .. }
            | Cashback::Credited { .. }
            | Cashback::CreditedToWallet { .. }
            | Cashback::Failed { .. }
            | Cashback::Reversed { .. } => Ok(()),
        }
    }
}
