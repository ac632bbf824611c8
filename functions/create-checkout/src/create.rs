//! `POST /v1/checkouts`

use std::collections::BTreeSet;

use kembali::adapters::http::{Answer, Request, json};
use kembali::adapters::merchant_auth;
use kembali::adapters::store::Written;
use kembali::adapters::stripe::NewSession;
use kembali::domain::checkout::{Checkout, State};
use kembali::domain::ids::{AccountId, CheckoutId, PayerId};
use kembali::domain::market::Method;
use kembali::domain::merchant::{self, Merchant};
use kembali::domain::money::Round;
use kembali::domain::new_checkout::{Content, NewCheckout};
use kembali::domain::offer::offers;
use kembali::domain::view::CheckoutView;
use kembali::fault::{Fault, Kind, Problem};

use crate::CreateCheckout;

impl CreateCheckout {
    /// One read, one Stripe call, one write. Whoever repeats the request gets the same checkout.
    pub(crate) async fn create(&self, request: &Request) -> Answer {
        let key = merchant_auth::key(request)?;
        let new: NewCheckout = request.json()?;
        let id = CheckoutId::of(key.merchant(), &new.reference);
        let (merchant, known) = self.store.merchant_and_checkout(key.merchant(), &id).await?;
        let merchant = merchant_auth::check(&key, merchant)?;
        let content = new.check(merchant.country)?;
        let payer = new.payer.as_ref().map(|payer| self.payer_key.payer(&payer.phone));
        if let Some(known) = known {
            return self.repeat(&known, &content, payer.as_ref()).await;
        }
        let (account, active) = enabled(&merchant)?;
        new.check_expiry(request.at)?;
        let mut methods = new.methods(merchant.country);
        methods.retain(|method| active.contains(method));
        let (checkout, url) = self.open(request, &merchant, account, &methods, id, content, payer).await?;
        match self.store.create_checkout(&checkout).await? {
            Written::Done => json(201, &CheckoutView::from(&checkout).with_url(Some(url))),
            // The same request, twice at the same time: the other one was written.
            Written::Lost => {
                let first = self.store.checkout(&checkout.id).await?;
                let first = first.ok_or_else(|| Fault::Bug("a checkout is gone".to_owned()))?;
                self.repeat(&first, &checkout.content, checkout.payer.as_ref()).await
            }
        }
    }

    /// Makes the offers and opens Stripe's page. Nothing is written yet: should this be the end of the function, the
    /// repetition of the request gets the same session by the same key.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a checkout is made of, each parsed and checked by the caller"
    )]
    async fn open(
        &self,
        request: &Request,
        merchant: &Merchant,
        account: &AccountId,
        methods: &[Method],
        id: CheckoutId,
        content: Content,
        payer: Option<PayerId>,
    ) -> Result<(Checkout, String), Fault> {
        if methods.is_empty() {
            let detail = "None of the ways to pay that accept this amount is active on the Stripe account.";
            return Err(Problem::invalid("amount", detail).into());
        }
        let campaigns = self.campaigns.of(&self.store, merchant.country, request.at).await?;
        let broken = |error| Fault::Bug(format!("price a checkout: {error}"));
        let offers = offers(&campaigns, &merchant.id, content.amount, methods, request.at).map_err(broken)?;
        let fee = content.amount.share(merchant.fee_rate(), Round::Down).map_err(broken)?;
        let new = NewSession { checkout: &id, content: &content, fee, methods, return_url: &self.return_url };
        let session = self.stripe.create_session(account, &new).await?;
        let url = session.url.ok_or_else(|| Fault::Bug("a new session has no page".to_owned()))?;
        let checkout = Checkout {
            id,
            merchant: merchant.id.clone(),
            account: account.clone(),
            country: merchant.country,
            content,
            fee,
            payer,
            session: session.id,
            offers,
            state: State::Open,
            postings: Vec::new(),
            created_at: request.at,
            version: 1,
        };
        Ok((checkout, url))
    }

    /// The same request again gets the same checkout; another one under the same reference is told which field differs.
    async fn repeat(&self, known: &Checkout, content: &Content, payer: Option<&PayerId>) -> Answer {
        known.content.same_as(known.payer.as_ref(), content, payer)?;
        json(200, &self.view(known).await)
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
