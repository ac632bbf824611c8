//! Applies queued Stripe events: to the checkout they speak of, or to the merchant.

mod checkouts;
mod merchants;

use std::convert::Infallible;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::clients::stripe::Platforms;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::batch::each;
use kembali::adapters::flows::effects::Effects;
use kembali::domain::checkout::Event;
use kembali::domain::ids::AccountId;
use kembali::domain::stripe::event::{Kind, StripeEvent};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ApplyStripeEvent {
    store: Store,
    stripe: Platforms,
    effects: Effects,
}

impl ApplyStripeEvent {
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
        })
    }

    /// Applies a batch, and reports what must come again.
    ///
    /// # Errors
    /// Never: what goes wrong is in the report.
    pub async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Infallible> {
        each(batch, |event, sent_at| self.apply(event, sent_at)).await
    }

    async fn apply(&self, event: StripeEvent, now: Timestamp) -> Result<(), Fault> {
        let (account, created) = (event.account.clone(), event.created);
        match (self.apply_readable(event, now).await, account) {
            (Err(Fault::Reject(problem)), Some(account)) => {
                if self.is_set_aside(&account, created).await? {
                    tracing::info!(%account, "an event waits until its account is back");
                    return Ok(());
                }
                Err(Fault::Reject(problem))
            }
            (applied, _) => applied,
        }
    }

    async fn apply_readable(&self, event: StripeEvent, now: Timestamp) -> Result<(), Fault> {
        let Some(event) = self.readable(event).await? else { return Ok(()) };
        let is_news = self.apply_kind(event.account.as_ref(), event.kind, now).await?;
        if event.listed && is_news {
            // The metric and its alarm are made from this line.
            tracing::warn!(event = %event.id, missed = 1, "an event that no webhook had brought");
        }
        Ok(())
    }

    /// What could not be read when it came is asked of Stripe again: what could not read it may be mended.
    /// None if it turns out not to concern us, as nothing does on an account that is no merchant's.
    async fn readable(&self, event: StripeEvent) -> Result<Option<StripeEvent>, Fault> {
        match (&event.kind, &event.account) {
            (Kind::Unreadable { .. }, Some(account)) => {
                let Some(country) = self.store.market_of(account).await? else { return Ok(None) };
                let again = self.stripe.of(country)?.event(account, &event.id).await?;
                Ok(again.map(|again| StripeEvent { listed: event.listed, ..again }))
            }
            _ => Ok(Some(event)),
        }
    }

    /// Whether it was news.
    async fn apply_kind(&self, of: Option<&AccountId>, kind: Kind, now: Timestamp) -> Result<bool, Fault> {
        match kind {
            Kind::ChargeSucceeded { checkout } => self.on_charge_succeeded(of, &checkout, now).await,
            Kind::SessionPaid(page) => self.on_session_paid(of, &page, now).await,
            Kind::SessionFailed(page) => self.on_session_over(of, &page, &Event::PaymentFailed, now).await,
            Kind::SessionExpired(page) => self.on_session_over(of, &page, &Event::Expired, now).await,
            Kind::RefundChanged(refund) => self.on_refund(of, refund, now).await,
            Kind::ChargeRefunded { checkout, charge, refunded } => {
                self.on_charge_refunded(of, &checkout, &charge, refunded, now).await
            }
            Kind::DisputeChanged { charge } => self.on_dispute(of, &charge, now).await,
            Kind::AccountChanged { account } => self.on_account_changed(&account).await,
            Kind::Unreadable { field } => Err(Fault::Bug(format!("a Stripe event cannot be read: {field}"))),
        }
    }
}
