//! What an operator decides for a market: to whom it is open, which campaigns run in it, what becomes of
//! cashbacks that wait for a person, and what is given or taken by hand.

mod adjustments;
mod campaigns;
mod consents;
mod payers;
mod policy;
mod reviews;
mod rollout;
mod simulate;
mod versions;
mod view;
mod wallet;

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth::require_operator;
use kembali::adapters::edge::http::{Answer, Request, answer, no_route};
use kembali::adapters::flows::effects::Effects;
use kembali::domain::checkout::Verdict;
use kembali::domain::payer::PayerKey;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ManageMarket {
    store: Store,
    effects: Effects,
    payer_key: PayerKey,
}

impl ManageMarket {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let aws = Aws::new(environment)?;
        Ok(Self {
            store: Store::new(&aws, environment)?,
            effects: Effects::new(&aws, environment)?,
            payer_key: PayerKey::new(environment.required("PAYER_HASH_KEY")?),
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
        require_operator(request)?;
        match request.route.as_str() {
            "GET /v1/markets/{country}/rollout" => self.read_rollout(request).await,
            "PUT /v1/markets/{country}/rollout" => self.set_rollout(request).await,
            "POST /v1/markets/{country}/campaigns" => self.create_campaign(request).await,
            "GET /v1/markets/{country}/campaigns" => self.list_campaigns(request).await,
            "POST /v1/markets/{country}/campaigns/simulate" => self.simulate(request).await,
            "GET /v1/markets/{country}/campaigns/{campaign}" => self.read_campaign(request).await,
            "POST /v1/markets/{country}/campaigns/{campaign}/pause" => self.set_paused(request, true).await,
            "POST /v1/markets/{country}/campaigns/{campaign}/resume" => self.set_paused(request, false).await,
            "PUT /v1/markets/{country}/campaigns/{campaign}" => self.change_campaign(request).await,
            "GET /v1/markets/{country}/campaigns/{campaign}/versions" => self.list_versions(request).await,
            "POST /v1/markets/{country}/campaigns/{campaign}/end" => self.end_campaign(request).await,
            "GET /v1/markets/{country}/policy" => self.read_policy(request).await,
            "POST /v1/markets/{country}/policy/stop" => self.stop(request).await,
            "POST /v1/markets/{country}/policy/resume" => self.go_on(request).await,
            "PUT /v1/markets/{country}/policy/screening" => self.set_screening(request).await,
            "GET /v1/markets/{country}/reviews" => self.list_reviews(request).await,
            "POST /v1/markets/{country}/adjustments" => self.adjust(request).await,
            "POST /v1/markets/{country}/wallet-consents" => self.testify(request).await,
            "POST /v1/cashbacks/{checkout}/approve" => self.decide(request, Verdict::Approve).await,
            "POST /v1/cashbacks/{checkout}/reject" => self.decide(request, Verdict::Reject).await,
            "POST /v1/cashbacks/{checkout}/retry" => self.decide(request, Verdict::Retry).await,
            "POST /v1/cashbacks/{checkout}/write-off" => self.decide(request, Verdict::WriteOff).await,
            "GET /v1/payers/{phone}/cashback" => self.read_payer(request).await,
            _ => Err(no_route(request)),
        }
    }
}
