//! What an operator decides for a market: to whom it is open, and which campaigns run in it.

mod campaigns;
mod rollout;

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::aws::Aws;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::http::{Answer, Request, no_route, refuse, respond};
use kembali::adapters::merchant_auth::operator;
use kembali::adapters::store::Store;
use kembali::domain::market::Country;
use kembali::fault::Fault;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ManageMarket {
    store: Store,
}

impl ManageMarket {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { store: Store::new(&Aws::new(environment)?, environment)? })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never: what goes wrong is told in the answer.
    pub async fn handle(
        &self,
        event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpResponse, Infallible> {
        Ok(match Request::parse(event) {
            Ok(request) => respond(&request, Box::pin(self.route(&request)).await),
            Err(problem) => refuse(&problem),
        })
    }

    async fn route(&self, request: &Request) -> Answer {
        operator(request)?;
        match request.route.as_str() {
            "GET /v1/markets/{country}/rollout" => self.read_rollout(request).await,
            "PUT /v1/markets/{country}/rollout" => self.set_rollout(request).await,
            "POST /v1/markets/{country}/campaigns" => self.create_campaign(request).await,
            "GET /v1/markets/{country}/campaigns" => self.list_campaigns(request).await,
            "GET /v1/markets/{country}/campaigns/{campaign}" => self.read_campaign(request).await,
            "POST /v1/markets/{country}/campaigns/{campaign}/pause" => self.set_paused(request, true).await,
            "POST /v1/markets/{country}/campaigns/{campaign}/resume" => self.set_paused(request, false).await,
            _ => Err(no_route(request)),
        }
    }
}

fn country(request: &Request) -> Result<Country, Fault> {
    request.path("country", |code| Country::parse(code).ok_or(()))
}
