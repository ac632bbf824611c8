//! `POST /v1/checkouts`

use std::collections::BTreeSet;

use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::checkout::new_checkout::NewCheckout;
use kembali::domain::checkout::order::Order;
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::checkout::{Checkout, State};
use kembali::domain::ids::{AccountId, CheckoutId, PayerId};
use kembali::domain::market::{Country, Method};
use kembali::domain::merchant;
use kembali::domain::merchant::Merchant;
use kembali::domain::payer::{Consent, Payer};
use kembali::fault::{Kind, Problem};

use crate::CreateCheckout;

impl CreateCheckout {
    /// One read, one Stripe call, one write. Whoever repeats the request gets the same checkout, and whoever
    /// sends another one under the same reference is told which field differs. An order for which Stripe
    /// refused a page is placed again.
    pub(crate) async fn create(&self, request: &Request) -> Answer {
        let key = auth::key(request)?;
        let new: NewCheckout = request.json()?;
        let id = CheckoutId::of(key.merchant(), &new.reference);
        // The market is the merchant's, and the merchant is being read: the payer is looked for in each
        // market.
        let payers: Vec<_> = Country::ALL.iter().map(|&country| self.payer(&new, country)).collect();
        let payers: Vec<PayerId> = payers.into_iter().flatten().collect();
        let seen = self.store.seen(key.merchant(), &id, &payers).await?;
        let merchant = auth::check(&key, seen.merchant)?;
        let country = merchant.country;
        let content = new.check(country)?;
        let payer = self.payer(&new, country);
        self.check_consent(&new, &merchant, payer.as_ref())?;
        let mut refused = None;
        if let Some(known) = seen.checkout {
            known.is_for(&content, payer.as_ref())?;
            if !known.has_been_refused() {
                return self.repeat(known, request).await;
            }
            refused = Some(known);
        }
        let (account, active) = enabled(&merchant)?;
        new.check_expiry(request.at)?;
        let payer = payer.map(|id| {
            let known = seen.payers.into_iter().find(|known| known.id == id);
            known.unwrap_or_else(|| Payer::new(id, country))
        });
        let order = Order { id, merchant: &merchant, account, active, content, payer, at: request.at };
        if order.methods(order.content.amount).is_empty() {
            let detail = "None of the ways to pay that accept this amount is active on the Stripe account.";
            let next = "Send an amount that can be paid, or activate more ways to pay in Stripe's dashboard.";
            return Err(Problem::invalid("amount", detail, next).into());
        }
        self.place(order, refused, request).await
    }

    /// That the platform testifies that the payer wants to spend credit on this order.
    fn check_consent(
        &self,
        new: &NewCheckout,
        merchant: &Merchant,
        payer: Option<&PayerId>,
    ) -> Result<(), Problem> {
        let testimony = new.payer.as_ref().and_then(|payer| payer.wallet_consent.as_ref());
        let (Some(payer), Some(testimony)) = (payer, testimony) else { return Ok(()) };
        let (reference, amount) = (&new.reference, new.amount);
        let consent = Consent { payer, merchant: &merchant.id, reference, amount };
        if self.payer_key.confirms(&consent, testimony) {
            return Ok(());
        }
        let detail = "The platform does not testify that this payer pays this order with credit.";
        let next = "The platform gets it for one payer, merchant, reference and amount from wallet-consents.";
        Err(Problem::invalid("payer.wallet_consent", detail, next))
    }

    fn payer(&self, new: &NewCheckout, country: Country) -> Option<PayerId> {
        new.payer.as_ref().map(|payer| self.payer_key.payer(&payer.phone, country))
    }

    /// The same request again gets the same checkout.
    pub(crate) async fn repeat(&self, known: Checkout, request: &Request) -> Answer {
        if known.state == State::Open && known.session.is_none() {
            let (checkout, url) = self.open_written(known, request.at).await?;
            return json(200, &CheckoutView::from(&checkout).with_url(url));
        }
        // Whoever repeats it wants the page: an answer without it would be one that nobody can pay by.
        json(200, &self.with_page(&known).await?)
    }
}

fn enabled(merchant: &Merchant) -> Result<(&AccountId, &BTreeSet<Method>), Problem> {
    match &merchant.state {
        merchant::State::Enabled { account, methods } => Ok((account, methods)),
        merchant::State::Waitlisted
        | merchant::State::Invited
        | merchant::State::Onboarding { .. }
        | merchant::State::InReview { .. }
        | merchant::State::Restricted { .. }
        | merchant::State::Suspended { .. }
        | merchant::State::Closed { .. } => {
            let detail = format!("The merchant is {}, not enabled.", merchant.state.name());
            Err(Problem::new(Kind::Forbidden, detail)
                .next(format!("GET /v1/merchants/{} says what is missing.", merchant.id)))
        }
    }
}
