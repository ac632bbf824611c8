//! Events about a payment. Each of these says whether the event was news.

use kembali::adapters::clients::stripe::Stripe;
use kembali::adapters::flows::commit::apply;
use kembali::domain::cashback::refund::{Purpose, Refund, StripeRefund};
use kembali::domain::checkout::payment::{AllRefunds, Payment};
use kembali::domain::checkout::{Checkout, Event};
use kembali::domain::ids::{AccountId, ChargeId, CheckoutId, PaymentIntentId, SessionId};
use kembali::domain::money::Money;
use kembali::domain::stripe::event::Page;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::ApplyStripeEvent;

/// How often Stripe is asked for the disputes of a charge while they change.
const TRIES: u32 = 4;

impl ApplyStripeEvent {
    /// A charge names the checkout `id`. Whether it is the charge of that checkout's page, and what it paid,
    /// only the page says.
    pub(crate) async fn on_charge_succeeded(
        &self,
        account: Option<&AccountId>,
        id: &CheckoutId,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some(checkout) = self.load(account, id, false).await? else { return Ok(false) };
        // A page that is not written down was shown to nobody, so nobody has paid on it.
        let Some(session) = checkout.session.clone() else { return Ok(false) };
        self.take_payment(checkout, &session, now).await.map(|is_news| is_news.unwrap_or_default())
    }

    /// A session ended without a payment. Of two sessions that were made for one checkout only one was
    /// written down and shown; that the other one ends is no news.
    pub(crate) async fn on_session_over(
        &self,
        account: Option<&AccountId>,
        page: &Page,
        event: &Event,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let named = match &page.checkout {
            Some(id) => self.load(account, id, true).await?,
            None => None,
        };
        let checkout = match named {
            Some(checkout) if checkout.session.as_ref() == Some(&page.session) => Some(checkout),
            Some(_) | None => self.by_reference(account, page).await?,
        };
        match checkout {
            Some(checkout) => self.commit(checkout, event, now).await.map(|(_, is_news)| is_news),
            None => Ok(false),
        }
    }

    /// A session says that it was paid; how, only the charge says. If the charge's own event came first,
    /// there is nothing to ask.
    pub(crate) async fn on_session_paid(
        &self,
        account: Option<&AccountId>,
        page: &Page,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let named = match &page.checkout {
            Some(id) => self.load(account, id, false).await?,
            None => None,
        };
        let checkout = match named {
            Some(checkout) if checkout.session.as_ref() == Some(&page.session) => checkout,
            named => match (self.by_reference(account, page).await?, named) {
                (Some(checkout), _) => checkout,
                (None, Some(checkout)) if checkout.payment().is_some() => checkout,
                (None, Some(_)) => {
                    return Err(Fault::Bug("a session that is not the checkout's was paid".to_owned()));
                }
                (None, None) => return Ok(false),
            },
        };
        let is_news = self.take_payment(checkout, &page.session, now).await?;
        is_news.ok_or_else(|| Fault::Retry("a session that was paid has no charge yet".to_owned()))
    }

    /// Asks Stripe by which charge `session` was paid, and writes it down; none if it was not paid. If that
    /// is known, there is nothing to ask.
    async fn take_payment(
        &self,
        checkout: Checkout,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<Option<bool>, Fault> {
        if checkout.payment().is_some() {
            return self.effects.ensure(&checkout, now).await.map(|()| Some(false));
        }
        let stripe = self.stripe.of(checkout.country)?;
        let Some(paid) = stripe.charge_of_session(&checkout.account, session).await? else {
            return Ok(None);
        };
        let event = Event::Paid { charge: paid.charge, amount: paid.amount, fee: paid.fee };
        self.commit(checkout, &event, now).await.map(|(_, is_news)| Some(is_news))
    }

    /// A refund of ours names its checkout; one made in Stripe's dashboard is found by its charge. So is one
    /// on which somebody has written the name of a checkout whose charge it is not taken from.
    pub(crate) async fn on_refund(
        &self,
        account: Option<&AccountId>,
        refund: StripeRefund,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        // Of something that has no charge, such as a customer's cash balance, and so is no payment of ours.
        let Some(charge) = refund.charge.clone() else { return Ok(false) };
        let named = match &refund.purpose {
            Purpose::Cashback { checkout, .. } | Purpose::Merchant { checkout, .. } => Some(checkout.clone()),
            Purpose::Dashboard => None,
        };
        let named = match named {
            Some(id) => self.load(account, &id, true).await?.filter(|checkout| took(checkout, &charge)),
            None => None,
        };
        let checkout = match named {
            Some(checkout) => Some(checkout),
            None => self.of_charge(account, &charge).await?,
        };
        match checkout {
            Some(checkout) => {
                let (checkout, is_news) = self.commit(checkout, &Event::RefundSeen(refund), now).await?;
                Ok(self.count_refunds(checkout, now).await? || is_news)
            }
            None => Ok(false),
        }
    }

    /// Something happened to a dispute of a charge: Stripe is asked for all of them, and once more after each
    /// change that was written, since somebody who asked earlier may write later.
    pub(crate) async fn on_dispute(
        &self,
        account: Option<&AccountId>,
        charge: &ChargeId,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some(mut checkout) = self.of_charge(account, charge).await? else { return Ok(false) };
        let (stripe, mut was_news) = (self.stripe.of(checkout.country)?, false);
        for _ in 0..TRIES {
            let disputes = stripe.disputes(&checkout.account, charge).await?;
            let (next, is_news) = self.commit(checkout, &Event::DisputesSeen(disputes), now).await?;
            if !is_news {
                return Ok(was_news);
            }
            (checkout, was_news) = (next, true);
        }
        Err(Fault::Retry("the disputes of a charge keep changing".to_owned()))
    }

    /// The checkout that a charge paid. Our checkout is in the charge's metadata, unless somebody has changed
    /// that: then the session knows that it was paid on.
    async fn of_charge(
        &self,
        account: Option<&AccountId>,
        charge: &ChargeId,
    ) -> Result<Option<Checkout>, Fault> {
        let Some(on) = account else { return Ok(None) };
        let Some(country) = self.store.market_of(on).await? else { return Ok(None) };
        let stripe = self.stripe.of(country)?;
        let origin = stripe.origin_of_charge(on, charge).await?;
        if let Some(id) = origin.checkout
            && let Some(checkout) = self.load(account, &id, true).await?
            && took(&checkout, charge)
        {
            return Ok(Some(checkout));
        }
        match origin.payment_intent {
            Some(payment_intent) => self.paid_on(stripe, on, &payment_intent).await,
            None => Ok(None),
        }
    }

    /// The checkout on whose page a payment was made, if it is one of ours.
    async fn paid_on(
        &self,
        stripe: &Stripe,
        account: &AccountId,
        payment_intent: &PaymentIntentId,
    ) -> Result<Option<Checkout>, Fault> {
        let Some((session, reference)) = stripe.session_of_payment(account, payment_intent).await? else {
            return Ok(None);
        };
        let page = Page { checkout: None, reference: Some(reference), session };
        self.by_reference(Some(account), &page).await
    }

    /// The checkout that a session was made for, by what nobody can change in it; none if it was not made by
    /// us.
    async fn by_reference(
        &self,
        account: Option<&AccountId>,
        page: &Page,
    ) -> Result<Option<Checkout>, Fault> {
        let (Some(on), Some(reference)) = (account, &page.reference) else { return Ok(None) };
        let Some(merchant) = self.store.merchant_of(on).await? else { return Ok(None) };
        let id = CheckoutId::of(&merchant.id, reference);
        let checkout = self.load(account, &id, true).await?;
        Ok(checkout.filter(|checkout| checkout.session.as_ref() == Some(&page.session)))
    }

    /// `refunded` is a total: if it is what we know of, there is nothing to do; if not, Stripe is asked for
    /// every refund.
    pub(crate) async fn on_charge_refunded(
        &self,
        account: Option<&AccountId>,
        id: &CheckoutId,
        charge: &ChargeId,
        refunded: Money,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some(mut checkout) = self.load(account, id, false).await? else { return Ok(false) };
        if known_refunds(&checkout)? == Some(refunded) {
            return self.effects.ensure(&checkout, now).await.map(|()| false);
        }
        let mut is_news = false;
        let stripe = self.stripe.of(checkout.country)?;
        // Of very many, only the sum is read.
        let is_full = checkout.payment().is_some_and(Payment::is_full_of_refunds);
        let refunds = if is_full { Vec::new() } else { stripe.refunds(&checkout.account, charge).await? };
        for refund in refunds {
            let (next, changed) = self.commit(checkout, &Event::RefundSeen(refund), now).await?;
            checkout = next;
            is_news |= changed;
        }
        Ok(self.count_refunds(checkout, now).await? || is_news)
    }

    /// Where a payment has more refunds than are kept one by one, Stripe is asked for their sum with each
    /// piece of news.
    async fn count_refunds(&self, checkout: Checkout, now: Timestamp) -> Result<bool, Fault> {
        let Some(payment) = checkout.payment().filter(|payment| payment.is_full_of_refunds()) else {
            return Ok(false);
        };
        let stripe = self.stripe.of(checkout.country)?;
        let refunded = stripe.refunded_of_charge(&checkout.account, &payment.charge.charge).await?;
        let all = AllRefunds { minor: refunded.minor(), at: now };
        self.commit(checkout, &Event::RefundsCounted(all), now).await.map(|(_, is_news)| is_news)
    }

    /// The checkout after `event`, and whether that changed it.
    async fn commit(
        &self,
        checkout: Checkout,
        event: &Event,
        now: Timestamp,
    ) -> Result<(Checkout, bool), Fault> {
        let version = checkout.version;
        let checkout = apply(&self.store, checkout, event, now).await?;
        self.effects.ensure(&checkout, now).await?;
        let is_news = checkout.version != version;
        Ok((checkout, is_news))
    }

    /// The checkout, if it may hear of an event on `account`. One that is not there yet is still being
    /// written, so the event comes again, and ends where a person sees it; only the expiry of a session that
    /// nobody was shown (`may_be_missing`) is no loss.
    async fn load(
        &self,
        account: Option<&AccountId>,
        id: &CheckoutId,
        may_be_missing: bool,
    ) -> Result<Option<Checkout>, Fault> {
        let Some(checkout) = self.store.checkout(id).await? else {
            return if may_be_missing {
                Ok(None)
            } else {
                Err(Fault::Retry(format!("no checkout {id} yet")))
            };
        };
        if account != Some(&checkout.account) {
            tracing::warn!(checkout = %id, "an event of another account names this checkout; it is left out");
            return Ok(None);
        }
        Ok(Some(checkout))
    }
}

/// Whether `checkout` was paid by `charge`, as far as we know.
fn took(checkout: &Checkout, charge: &ChargeId) -> bool {
    checkout.payment().is_some_and(|payment| payment.charge.charge == *charge)
}

/// The sum of all refunds that we know Stripe has made on the charge, our cashback among them. `None` for a
/// checkout that is not paid as far as we know.
fn known_refunds(checkout: &Checkout) -> Result<Option<Money>, Fault> {
    let Some(payment) = checkout.payment() else { return Ok(None) };
    let none = Money::zero(checkout.content.amount.currency());
    let is_made = |refund: &&Refund| refund.state.counts() && refund.state.id().is_some();
    let refunds = payment.refunds.values().filter(is_made).map(|refund| refund.amount);
    let beyond = Money::from_minor(payment.refunded_beyond_minor(), none.currency()).unwrap_or(none);
    refunds
        .chain([beyond])
        .chain(payment.cashback.taken_from_charge())
        .try_fold(none, Money::plus)
        .map(Some)
        .map_err(|error| Fault::Bug(format!("add refunds: {error}")))
}
