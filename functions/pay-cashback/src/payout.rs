//! What is asked of Stripe for one checkout: cover back to the merchant, the platform's part to the merchant
//! or back, and the refund that is the cashback.

use kembali::adapters::clients::stripe::{NewFeeRefund, NewRefund, Refusal, StripeError, Turn};
use kembali::adapters::flows::empty_balances::Owner;
use kembali::domain::cashback::Cashback;
use kembali::domain::cashback::refund::{Failure, Purpose};
use kembali::domain::checkout::payment::Payment;
use kembali::domain::checkout::{Checkout, Event};
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::PayCashback;

/// What became of the cover.
enum Cover {
    /// It is with the merchant, as this says; none if there was nothing to give back now.
    Returned(Option<Event>),
    /// It is not, as this says, and a cashback that is being paid must wait.
    Refused(Event),
}

impl PayCashback {
    /// Gives cover back to the merchant that is due, has Stripe refund the cashback from there if one is
    /// being paid, and gives what there is to write down.
    pub(crate) async fn pay_out(
        &self,
        checkout: &Checkout,
        may_have_been_asked: bool,
        now: Timestamp,
    ) -> Result<Vec<Event>, Fault> {
        let returned = match self.return_cover(checkout, now).await? {
            Cover::Refused(event) => return Ok(vec![event]),
            Cover::Returned(event) => event,
        };
        let asked = self.ask_stripe(checkout, may_have_been_asked, now).await?;
        // That a refund was made says that its cover was back.
        let says_it = matches!(asked.first(), Some(Event::RefundSeen(_)));
        Ok(returned.filter(|_| !says_it).into_iter().chain(asked).collect())
    }

    /// Moves the platform's part of a cashback to where it belongs now, if that is due.
    pub(crate) async fn move_funding(
        &self,
        checkout: &Checkout,
        now: Timestamp,
    ) -> Result<Option<Event>, Fault> {
        let due = checkout.funding_due(now);
        let due = due.map_err(|error| Fault::Bug(format!("what is to be moved: {error}")))?;
        let Some((amount, payment)) = due.zip(checkout.payment()) else { return Ok(None) };
        let stripe = self.stripe.of(checkout.country)?;
        let turn = Turn::AfterRefusals(payment.refusals.times);
        match stripe.restore_funding(&checkout.account, &checkout.id, amount, turn).await {
            Ok(()) => Ok(Some(Event::FundingMoved { there_minor: amount.minor() })),
            Err(StripeError::Refused { code }) => {
                tell_refused_funding(checkout, &code);
                Ok(Some(Event::MoveRefused))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Gives cover back to the merchant that is due: for a cashback that is refunded from there next, or
    /// since nothing is promised any more.
    async fn return_cover(&self, checkout: &Checkout, now: Timestamp) -> Result<Cover, Fault> {
        let due = checkout.cover_due().filter(|due| due.since <= now);
        let Some((due, payment)) = due.zip(checkout.payment()) else { return Ok(Cover::Returned(None)) };
        let attempt = payment.cashback.attempt_being_paid();
        let refused = |reason| {
            let event =
                attempt.map_or(Event::MoveRefused, |attempt| Event::CashbackRefused { attempt, reason });
            Ok(Cover::Refused(event))
        };
        let owner = Owner::Platform(checkout.country);
        let missing_minor = due.back_minor.saturating_sub(payment.cover_back_minor);
        if self.empty.is_too_low(&owner, missing_minor, now) {
            return refused(Failure::PlatformFunds);
        }
        let new = NewFeeRefund {
            checkout: &checkout.id,
            charge: &payment.charge.charge,
            back_minor: due.back_minor,
            turn: attempt.map_or(Turn::AfterRefusals(payment.refusals.times), Turn::Attempt),
        };
        match self.stripe.of(checkout.country)?.give_fee_back(&new).await {
            Ok(()) => Ok(Cover::Returned(Some(Event::CoverReturned { back_minor: due.back_minor }))),
            Err(StripeError::Refused { code }) => {
                // The metric and its alarm are made from this line.
                tracing::error!(checkout = %checkout.id, code, cover = 1, "Stripe does not give cover back");
                match Refusal::of(&code) {
                    Refusal::EmptyBalance => {
                        self.empty.note(owner, missing_minor, now);
                        refused(Failure::PlatformFunds)
                    }
                    Refusal::NoAccount => refused(Failure::Refused),
                    Refusal::ForGood => refused(Failure::NoTransfer),
                }
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
        let refused = |reason| Event::CashbackRefused { attempt: *attempt, reason };
        let stripe = self.stripe.of(checkout.country)?;
        let (account, charge) = (&checkout.account, &payment.charge.charge);
        let purpose = Purpose::Cashback { checkout: checkout.id.clone(), attempt: *attempt };
        let new = NewRefund { charge, amount: *amount, purpose: &purpose };
        if may_have_been_asked {
            match stripe.find_refund(account, &new, |id| payment.knows(id)).await {
                Ok(Some(found)) => return Ok(vec![Event::RefundSeen(found)]),
                Ok(None) => {}
                // It may be on its way all the same.
                Err(error) if error.is_disconnected() => return Ok(vec![refused(Failure::Disconnected)]),
                Err(error) => return Err(error.into()),
            }
        }
        let platform = payment.platform_part(terms, *amount);
        let platform = platform.map_err(|error| Fault::Bug(format!("split a cashback: {error}")))?;
        // The platform's part is there before the refund: the rest is what the balance must have.
        let (owner, own_minor) =
            (Owner::Merchant(account.clone()), amount.minor().saturating_sub(platform.minor()));
        if self.empty.is_too_low(&owner, own_minor, now) {
            return Ok(vec![refused(Failure::InsufficientFunds)]);
        }
        if terms.has_platform_part() {
            let may_have_been_sent = may_have_been_asked || *attempt > 1;
            let hindered = self.fund(checkout, platform, *attempt, may_have_been_sent, now).await?;
            if let Some(reason) = hindered {
                return Ok(vec![refused(reason)]);
            }
        }
        match stripe.create_refund(account, &new).await {
            Ok(refund) => Ok(vec![Event::RefundSeen(refund)]),
            // Nothing can be asked there any more, and nothing was: it can become credit.
            Err(error) if error.is_disconnected() => Ok(vec![refused(Failure::Refused)]),
            Err(StripeError::Refused { code }) => {
                tracing::warn!(checkout = %checkout.id, code, "Stripe refused a cashback");
                if Refusal::of(&code) == Refusal::EmptyBalance {
                    self.empty.note(owner, own_minor, now);
                    return Ok(vec![refused(Failure::InsufficientFunds)]);
                }
                let mut news = self.news_of(checkout, payment, &code).await?;
                news.push(refused(Failure::Refused));
                Ok(news)
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
        let stripe = self.stripe.of(checkout.country)?;
        let owner = Owner::Platform(checkout.country);
        let there = if may_have_been_sent {
            match stripe.keep_funding(&checkout.id, platform, Turn::Attempt(attempt)).await {
                Ok(sent) => sent.there,
                // What is too much there is taken from the merchant's balance, as the refund itself would be.
                Err(StripeError::Refused { code }) if Refusal::of(&code) == Refusal::EmptyBalance => {
                    return Ok(Some(Failure::InsufficientFunds));
                }
                Err(StripeError::Refused { code }) => {
                    tell_refused_funding(checkout, &code);
                    return Ok(Some(Failure::NoTransfer));
                }
                Err(error) => return Err(error.into()),
            }
        } else {
            0
        };
        let missing_minor = platform.minor().saturating_sub(there);
        if missing_minor > 0 && self.empty.is_too_low(&owner, missing_minor, now) {
            return Ok(Some(Failure::PlatformFunds));
        }
        match stripe.fund_cashback(&checkout.account, &checkout.id, platform, attempt, there).await {
            Ok(()) => Ok(None),
            // Stripe would repeat the refusal under the same key for a day, so the next try is another
            // attempt.
            Err(StripeError::Refused { code }) => {
                tell_refused_funding(checkout, &code);
                Ok(Some(match Refusal::of(&code) {
                    Refusal::EmptyBalance => {
                        self.empty.note(owner, missing_minor, now);
                        Failure::PlatformFunds
                    }
                    // It will not come back within the promise.
                    Refusal::NoAccount => Failure::Refused,
                    Refusal::ForGood => Failure::NoTransfer,
                }))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What a refused refund tells besides. The payment may have been refunded or disputed without us, and
    /// the event that says so still be on its way: without that news a payment that was given back would earn
    /// wallet credit on top.
    async fn news_of(&self, checkout: &Checkout, payment: &Payment, code: &str) -> Result<Vec<Event>, Fault> {
        let stripe = self.stripe.of(checkout.country)?;
        let (account, charge) = (&checkout.account, &payment.charge.charge);
        Ok(match code {
            "charge_disputed" | "refund_disputed_payment" => {
                vec![Event::DisputesSeen(stripe.disputes(account, charge).await?)]
            }
            _ => stripe.refunds(account, charge).await?.into_iter().map(Event::RefundSeen).collect(),
        })
    }
}

/// The metric and its alarm are made from this line.
fn tell_refused_funding(checkout: &Checkout, code: &str) {
    tracing::error!(checkout = %checkout.id, code, funding = 1, "Stripe does not move the platform's part");
}
