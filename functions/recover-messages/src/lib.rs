//! Brings back what was lost on the way: by itself, every half hour, the events that no webhook brought, and
//! for an operator the messages that were given up.

mod about;
mod dead_letters;
mod missed;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::auth::require_operator;
use kembali::adapters::edge::http::{Answer, Request, answer, no_route};
use kembali::fault::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use dead_letters::GivenUp;
use missed::Missed;
pub use missed::Recovered;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct RecoverMessages {
    missed: Missed,
    given_up: GivenUp,
}

/// What was done.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Done {
    /// A request was answered.
    Answered(Box<ApiGatewayV2httpResponse>),
    /// Stripe's list was read.
    Recovered(Recovered),
}

impl RecoverMessages {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let aws = Aws::new(environment)?;
        Ok(Self { missed: Missed::new(&aws, environment)?, given_up: GivenUp::new(&aws, environment)? })
    }

    /// Answers a request, or takes the half-hourly event.
    ///
    /// # Errors
    /// The event cannot be read, or the table did not answer.
    pub async fn handle(&self, event: Value) -> Result<Done, Fault> {
        if event.get("requestContext").is_none() {
            return Ok(Done::Recovered(Box::pin(self.missed.recover(read(event)?)).await?));
        }
        let Ok(response) =
            answer(read::<ApiGatewayV2httpRequest>(event)?, async |request| self.route(request).await).await;
        Ok(Done::Answered(Box::new(response)))
    }

    async fn route(&self, request: &Request) -> Answer {
        require_operator(request)?;
        match request.route.as_str() {
            "GET /v1/dead-letters" => self.given_up.list(request).await,
            "POST /v1/dead-letters/{queue}/redrive" => self.given_up.redrive(request).await,
            "POST /v1/dead-letters/{queue}/discard" => self.given_up.discard(request).await,
            _ => Err(no_route(request)),
        }
    }
}

fn read<T: DeserializeOwned>(event: Value) -> Result<T, Fault> {
    serde_json::from_value(event).map_err(|_| Fault::Bug("an event cannot be read".to_owned()))
}
