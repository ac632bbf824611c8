//! Takes a merchant from application to enabled, and says at every step what is missing.

mod apply;
mod insiders;
mod keys;
mod onboarding;
mod suspension;
mod view;

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::{Store, Written};
use kembali::adapters::clients::stripe::Platforms;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, answer, no_route, not_found};
use kembali::domain::ids::MerchantId;
use kembali::domain::merchant::{Impossible, Merchant};
use kembali::domain::payer::PayerKey;
use kembali::fault::{Fault, Kind, Problem};

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct EnableMerchant {
    store: Store,
    stripe: Platforms,
    payer_key: PayerKey,
    onboarding_url: String,
}

impl EnableMerchant {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(&Aws::new(environment)?, environment)?,
            stripe: Platforms::new(environment)?,
            payer_key: PayerKey::new(environment.required("PAYER_HASH_KEY")?),
            onboarding_url: environment.required("ONBOARDING_URL")?.to_owned(),
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
            "POST /v1/merchants" => self.apply(request).await,
            "GET /v1/merchants/{merchant}" => self.read(request).await,
            "POST /v1/merchants/{merchant}/onboarding-link" => self.onboarding_link(request).await,
            "POST /v1/merchants/{merchant}/keys" => self.rotate_key(request).await,
            "POST /v1/merchants/{merchant}/keys/reset" => self.reset_keys(request).await,
            "POST /v1/merchants/{merchant}/suspend" => self.suspend(request).await,
            "POST /v1/merchants/{merchant}/resume" => self.resume(request).await,
            "PUT /v1/merchants/{merchant}/insiders" => self.set_insiders(request).await,
            _ => Err(no_route(request)),
        }
    }

    /// The merchant in the path, if the request carries a key of theirs.
    async fn own_merchant(&self, request: &Request) -> Result<Merchant, Fault> {
        let id = request.path("merchant", MerchantId::parse)?;
        let merchant = auth::merchant(&self.store, request).await?;
        if merchant.id == id { Ok(merchant) } else { Err(not_found("merchant")) }
    }

    /// The merchant in the path, for an operator.
    async fn any_merchant(&self, request: &Request) -> Result<Merchant, Fault> {
        auth::require_operator(request)?;
        let id = request.path("merchant", MerchantId::parse)?;
        self.store.merchant(&id).await?.ok_or_else(|| not_found("merchant"))
    }

    /// Writes `next`, which was made from version `expected`.
    async fn save(&self, next: Merchant, expected: u64) -> Result<Merchant, Fault> {
        match self.store.put_merchant(&next, expected).await? {
            Written::Done => Ok(next),
            Written::Lost => Err(Fault::Retry("the merchant changed meanwhile".to_owned())),
        }
    }
}

fn impossible(error: Impossible) -> Fault {
    Problem::new(Kind::WrongState, format!("{error}."))
        .next("Read the merchant: its `state` says where it stands.")
        .into()
}
