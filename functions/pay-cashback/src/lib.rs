//! Pays what is due: cashbacks to payers, and to merchants what their payers paid with credit. Each time:
//! decide, write down that it will be done, ask Stripe, write down how it went.

mod payout;
mod settlement;

use std::convert::Infallible;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::messages::Due;
use kembali::adapters::clients::store::Store;
use kembali::adapters::clients::stripe::Platforms;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::batch::each;
use kembali::adapters::flows::commit::apply;
use kembali::adapters::flows::effects::Effects;
use kembali::adapters::flows::empty_balances::EmptyBalances;
use kembali::adapters::flows::refunds::perform;
use kembali::domain::cashback::Cashback;
use kembali::domain::checkout::payment::Payment;
use kembali::domain::checkout::{Checkout, Event};
use kembali::domain::ids::{CheckoutId, Reference};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct PayCashback {
    store: Store,
    stripe: Platforms,
    effects: Effects,
    empty: EmptyBalances,
}

impl PayCashback {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let aws = Aws::new(environment)?;
        Ok(Self {
            store: Store::new(&aws, environment)?,
            stripe: Platforms::new(environment)?,
            effects: Effects::new(&aws, environment)?,
            empty: EmptyBalances::default(),
        })
    }

    /// Pays a batch, and reports what must come again.
    ///
    /// # Errors
    /// Never: what goes wrong is in the report.
    pub async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Infallible> {
        each(batch, |due, sent_at| async move {
            match due {
                Due::Cashback { checkout } => self.pay(&checkout, sent_at).await,
                Due::Settlement { merchant } => self.settle(&merchant, sent_at).await,
            }
        })
        .await
    }

    async fn pay(&self, id: &CheckoutId, now: Timestamp) -> Result<(), Fault> {
        let checkout = self.store.checkout(id).await?;
        let checkout = checkout.ok_or_else(|| Fault::Bug("a due cashback has no checkout".to_owned()))?;
        let checkout = apply(&self.store, checkout, &Event::Abandoned, now).await?;
        let was_paying = is_paying(&checkout);
        // What a stopped market holds stays in the due index; the sweep finds it when the market goes on.
        let is_stopped = is_held(&checkout) && self.store.policy(checkout.country).await?.stopped.is_some();
        let mut checkout = if is_stopped {
            checkout
        } else {
            apply(&self.store, checkout, &Event::CashbackMatured, now).await?
        };
        for event in self.pay_out(&checkout, was_paying, now).await? {
            checkout = apply(&self.store, checkout, &event, now).await?;
        }
        if let Some(event) = self.move_funding(&checkout, now).await? {
            checkout = apply(&self.store, checkout, &event, now).await?;
        }
        // What hinders a refund does not hinder what the cashback's end requires.
        let (checkout, finished) = self.finish_refunds(checkout, now).await;
        if is_late(&checkout, now) {
            // The metric and its alarm are made from this line.
            tracing::error!(checkout = %checkout.id, late = 1, "a cashback is past its promise");
        }
        self.effects.ensure(&checkout, now).await?;
        finished
    }

    /// A merchant's refund that was begun, and whose function ended before Stripe was asked, is found here by
    /// the sweep: it has taken its part of the cashback already.
    async fn finish_refunds(&self, checkout: Checkout, now: Timestamp) -> (Checkout, Result<(), Fault>) {
        let begun = checkout.payment().into_iter().flat_map(Payment::begun_refunds);
        let begun: Vec<Reference> = begun.map(|(reference, _)| reference.clone()).collect();
        let mut checkout = checkout;
        for reference in begun {
            let before = checkout.clone();
            match perform(&self.store, &self.stripe, checkout, &reference, now, true).await {
                Ok(after) => checkout = after,
                Err(fault) => return (before, Err(fault)),
            }
        }
        (checkout, Ok(()))
    }
}

/// Whether the promise is over and its cashback still on the way.
fn is_late(checkout: &Checkout, now: Timestamp) -> bool {
    checkout.payment().is_some_and(|payment| match &payment.cashback {
        Cashback::Held(waiting) => waiting.promised_by < now,
        Cashback::Paying { promised_by, .. } => *promised_by < now,
        Cashback::None { .. }
        | Cashback::Frozen(_)
        | Cashback::Credited { .. }
        | Cashback::CreditedToWallet { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => false,
    })
}

fn is_held(checkout: &Checkout) -> bool {
    checkout.payment().is_some_and(|payment| matches!(payment.cashback, Cashback::Held(_)))
}

fn is_paying(checkout: &Checkout) -> bool {
    checkout.payment().is_some_and(|payment| matches!(payment.cashback, Cashback::Paying { .. }))
}
