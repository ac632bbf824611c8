//! Creates, reads, lists, expires and refunds a merchant's checkouts.

mod campaigns;
mod create;
mod expire;
mod place;
mod read;
mod refund;

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::clients::stripe::{Platforms, StripeError};
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, answer, no_route, not_found};
use kembali::domain::checkout::view::{CheckoutView, what_next};
use kembali::domain::checkout::{Checkout, State};
use kembali::domain::ids::CheckoutId;
use kembali::domain::payer::PayerKey;
use kembali::fault::Fault;

use campaigns::Campaigns;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct CreateCheckout {
    store: Store,
    stripe: Platforms,
    campaigns: Campaigns,
    payer_key: PayerKey,
    return_url: String,
}

impl CreateCheckout {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(&Aws::new(environment)?, environment)?,
            stripe: Platforms::new(environment)?,
            campaigns: Campaigns::default(),
            payer_key: PayerKey::new(environment.required("PAYER_HASH_KEY")?),
            return_url: environment.required("RETURN_URL")?.to_owned(),
        })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never: what goes wrong is told in the answer.
    pub async fn handle(
        &self,
        event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpResponse, Infallible> {
        answer(event, async |request| self.route(request).await).await
    }

    async fn route(&self, request: &Request) -> Answer {
        match request.route.as_str() {
            "POST /v1/checkouts" => self.create(request).await,
            "GET /v1/checkouts" => self.list(request).await,
            "GET /v1/checkouts/{checkout}" => self.read(request).await,
            "POST /v1/checkouts/{checkout}/expire" => self.expire(request).await,
            "POST /v1/checkouts/{checkout}/refunds" => self.refund(request).await,
            _ => Err(no_route(request)),
        }
    }

    /// A checkout with the page on which it can be paid, which Stripe keeps, or with what to do if there is
    /// none any more.
    async fn with_page(&self, checkout: &Checkout) -> Result<CheckoutView, StripeError> {
        let view = CheckoutView::from(checkout);
        match checkout.session.as_ref().filter(|_| checkout.state == State::Open) {
            Some(session) => {
                let stripe = self.stripe.of(checkout.country)?;
                Ok(view.with_url(stripe.session(&checkout.account, session).await?.url))
            }
            None => Ok(CheckoutView { next: what_next(checkout), ..view }),
        }
    }

    /// The same for whoever wants to know how it stands: if Stripe does not answer, the rest is told without
    /// the page.
    async fn view(&self, checkout: &Checkout) -> CheckoutView {
        self.with_page(checkout).await.unwrap_or_else(|error| {
            tracing::warn!(checkout = %checkout.id, %error, "no page to show");
            CheckoutView::from(checkout)
        })
    }

    /// The checkout in the path, if it is the caller's. Another merchant's does not exist for them.
    async fn own_checkout(&self, request: &Request) -> Result<Checkout, Fault> {
        let key = auth::key(request)?;
        let id = request.path("checkout", CheckoutId::parse)?;
        let seen = self.store.seen(key.merchant(), &id, &[]).await?;
        let merchant = auth::check(&key, seen.merchant)?;
        seen.checkout.filter(|checkout| checkout.merchant == merchant.id).ok_or_else(|| not_found("checkout"))
    }
}
