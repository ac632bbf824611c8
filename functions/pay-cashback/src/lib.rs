//! Pays what is due: cashbacks to payers, and to merchants what their payers paid with credit. Each time:
//! decide, write down that it will be done, ask Stripe, write down how it went.

mod settlement;

use std::convert::Infallible;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::messages::Due;
use kembali::adapters::clients::store::Store;
use kembali::adapters::clients::stripe::{NewFeeRefund, NewRefund, Stripe, StripeError};
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::batch::each;
use kembali::adapters::flows::commit::apply;
use kembali::adapters::flows::effects::Effects;
use kembali::adapters::flows::refunds::perform;
use kembali::domain::cashback::Cashback;
use kembali::domain::cashback::refund::{Failure, Purpose};
use kembali::domain::checkout::payment::Payment;
use kembali::domain::checkout::{Checkout, Event};
use kembali::domain::ids::{AccountId, ChargeId, CheckoutId, Reference};
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct PayCashback {
    store: Store,
    stripe: Stripe,
    effects: Effects,
}

impl PayCashback {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let aws = Aws::new(environment)?;
        let stripe = Stripe::new(environment)?;
        Ok(Self {
            store: Store::new(&aws, environment)?,
            effects: Effects::new(&aws, &stripe, environment)?,
            stripe,
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

    /// Gives cover back to the merchant that is due, has Stripe refund the cashback from there if one is
    /// being paid, and gives what there is to write down.
    async fn pay_out(
        &self,
        checkout: &Checkout,
        may_have_been_asked: bool,
        now: Timestamp,
    ) -> Result<Vec<Event>, Fault> {
        let returned = match self.return_cover(checkout, now).await? {
            Cover::Hindered(attempt) => {
                let hindered = Event::CashbackRefused { attempt, reason: Failure::PlatformFunds };
                return Ok(vec![hindered]);
            }
            Cover::Returned(event) => event,
        };
        let asked = self.ask_stripe(checkout, may_have_been_asked, now).await?;
        // That a refund was made says that its cover was back.
        let says_it = matches!(asked.first(), Some(Event::RefundSeen(_)));
        Ok(returned.filter(|_| !says_it).into_iter().chain(asked).collect())
    }

    /// Gives cover back to the merchant that is due: for a cashback that is refunded from there next, or
    /// since nothing is promised any more.
    async fn return_cover(&self, checkout: &Checkout, now: Timestamp) -> Result<Cover, Fault> {
        let due = checkout.cover_due().filter(|due| due.since <= now);
        let Some((due, payment)) = due.zip(checkout.payment()) else { return Ok(Cover::Returned(None)) };
        let attempt = payment.cashback.attempt_being_paid();
        let new = NewFeeRefund {
            checkout: &checkout.id,
            charge: &payment.charge.charge,
            back_minor: due.back_minor,
            attempt,
        };
        match self.stripe.give_fee_back(&new, now).await {
            Ok(()) => Ok(Cover::Returned(Some(Event::CoverReturned { back_minor: due.back_minor }))),
            Err(StripeError::Refused { code }) => {
                // The metric and its alarm are made from this line.
                tracing::error!(checkout = %checkout.id, code, cover = 1, "Stripe does not give cover back");
                Ok(attempt.map_or(Cover::Returned(None), Cover::Hindered))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Has Stripe refund a cashback that is being paid, and gives what Stripe said of it. If an earlier
    /// invocation may have asked already, Stripe is first asked what it knows: its memory of a key ends after
    /// a day, that of a refund never.
    async fn ask_stripe(
        &self,
        checkout: &Checkout,
        may_have_been_asked: bool,
        now: Timestamp,
    ) -> Result<Vec<Event>, Fault> {
        let Some(payment) = checkout.payment() else { return Ok(Vec::new()) };
        let Cashback::Paying { terms, amount, attempt, .. } = &payment.cashback else {
            return Ok(Vec::new());
        };
        let (account, charge) = (&checkout.account, &payment.charge.charge);
        let purpose = Purpose::Cashback { checkout: checkout.id.clone(), attempt: *attempt };
        let new = NewRefund { charge, amount: *amount, purpose: &purpose };
        if may_have_been_asked {
            match self.stripe.find_refund(account, &new, |id| payment.knows(id)).await {
                Ok(Some(found)) => return Ok(vec![Event::RefundSeen(found)]),
                Ok(None) => {}
                // It may be on its way all the same.
                Err(error) if error.is_disconnected() => {
                    let reason = Failure::Disconnected;
                    return Ok(vec![Event::CashbackRefused { attempt: *attempt, reason }]);
                }
                Err(error) => return Err(error.into()),
            }
        }
        let platform = payment.platform_part(terms, *amount);
        let platform = platform.map_err(|error| Fault::Bug(format!("split a cashback: {error}")))?;
        if terms.has_platform_part() {
            let may_have_been_sent = may_have_been_asked || *attempt > 1;
            let hindered = self.fund(checkout, platform, *attempt, may_have_been_sent, now).await?;
            if let Some(reason) = hindered {
                return Ok(vec![Event::CashbackRefused { attempt: *attempt, reason }]);
            }
        }
        match self.stripe.create_refund(account, &new).await {
            Ok(refund) => Ok(vec![Event::RefundSeen(refund)]),
            // Nothing can be asked there any more, and nothing was: it can become credit.
            Err(error) if error.is_disconnected() => {
                Ok(vec![Event::CashbackRefused { attempt: *attempt, reason: Failure::Refused }])
            }
            Err(StripeError::Refused { code }) => {
                tracing::warn!(checkout = %checkout.id, code, "Stripe refused a cashback");
                self.refused(account, charge, *attempt, &code).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes sure that the merchant has the platform's part, no less and no more, and gives what hinders it.
    async fn fund(
        &self,
        checkout: &Checkout,
        platform: Money,
        attempt: u32,
        may_have_been_sent: bool,
        now: Timestamp,
    ) -> Result<Option<Failure>, Fault> {
        let there = if may_have_been_sent {
            match self.stripe.keep_funding(&checkout.id, platform, now).await {
                Ok(sent) => sent.there,
                // What is too much there is taken from the merchant's balance, as the refund itself would be.
                Err(StripeError::Refused { .. }) => return Ok(Some(Failure::InsufficientFunds)),
                Err(error) => return Err(error.into()),
            }
        } else {
            0
        };
        match self.stripe.fund_cashback(&checkout.account, &checkout.id, platform, attempt, there).await {
            Ok(()) => Ok(None),
            // Our own balance, not the payer's card. Stripe would repeat the refusal under the same key for a
            // day, so the next try is another attempt.
            Err(StripeError::Refused { code }) => {
                tracing::error!(checkout = %checkout.id, code, "Stripe refused the platform's part");
                // An account that has left will not come back within the promise.
                let has_left = ["resource_missing", "account_invalid"].contains(&code.as_str());
                Ok(Some(if has_left { Failure::Refused } else { Failure::PlatformFunds }))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What a refusal tells. The payment may have been refunded or disputed without us, and the event that
    /// says so still be on its way: without that news a payment that was given back would earn wallet credit
    /// on top.
    async fn refused(
        &self,
        account: &AccountId,
        charge: &ChargeId,
        attempt: u32,
        code: &str,
    ) -> Result<Vec<Event>, Fault> {
        let refused = |reason| Event::CashbackRefused { attempt, reason };
        Ok(match code {
            "balance_insufficient" | "insufficient_balance_for_refund" => {
                vec![refused(Failure::InsufficientFunds)]
            }
            "charge_disputed" | "refund_disputed_payment" => {
                let disputes = self.stripe.disputes(account, charge).await?;
                vec![Event::DisputesSeen(disputes), refused(Failure::Refused)]
            }
            _ => {
                let refunds = self.stripe.refunds(account, charge).await?.into_iter().map(Event::RefundSeen);
                refunds.chain([refused(Failure::Refused)]).collect()
            }
        })
    }
}

/// What became of the cover.
enum Cover {
    /// It is with the merchant, as this says; none if there was nothing to give back now.
    Returned(Option<Event>),
    /// It is not, so that this attempt to pay the cashback must wait.
    Hindered(u32),
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
