//! Verifies a Stripe webhook and queues what it says. Stripe is thanked only when the queue has it.

use std::convert::Infallible;

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::queue::Queue;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::http::{Answer, Request, answer, json};
use kembali::domain::stripe::event::{Kind as StripeKind, Parsed, parse};
use kembali::domain::stripe::signature::Secrets;
use kembali::fault::{Kind, Problem};
use serde_json::json;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ReceiveStripeEvent {
    secrets: Secrets,
    events: Queue,
    livemode: bool,
}

impl ReceiveStripeEvent {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            secrets: environment.parsed("STRIPE_WEBHOOK_SECRETS", Secrets::parse)?,
            events: Queue::new(&Aws::new(environment)?, environment, "STRIPE_EVENTS_QUEUE_URL")?,
            livemode: environment.parsed("LIVEMODE", str::parse)?,
        })
    }

    /// Answers one delivery.
    ///
    /// # Errors
    /// Never: what goes wrong is told in the answer, and Stripe delivers again.
    pub async fn handle(
        &self,
        event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpResponse, Infallible> {
        answer(event, async |request| self.receive(request).await).await
    }

    async fn receive(&self, request: &Request) -> Answer {
        let header = request.header("stripe-signature").unwrap_or_default();
        self.secrets.verify(header, request.raw_body(), request.at).map_err(|error| {
            Problem::new(Kind::BadSignature, format!("{error}."))
                .field("Stripe-Signature")
                .next("Sign the body as Stripe does, with the endpoint's own secret, and send it at once.")
        })?;
        let event = match parse(request.raw_body()) {
            Ok(Parsed::Ours(event)) => event,
            Ok(Parsed::NotOurs { event_type }) => {
                tracing::debug!(event_type, "not ours");
                return json(200, &json!({"received": true, "used": false}));
            }
            Err(error) => {
                let problem = Problem::new(Kind::MalformedRequest, "The body is no event of Stripe's.");
                return Err(problem.field(error.0).next("Send an event as Stripe's API writes it.").into());
            }
        };
        // A Connect endpoint in live mode is sent test events too (https://docs.stripe.com/connect/webhooks):
        // no error.
        if event.livemode != self.livemode {
            tracing::info!(event = %event.id, "of the other mode");
            return json(200, &json!({"received": true, "used": false}));
        }
        if let StripeKind::Unreadable { field } = &event.kind {
            // The metric and its alarm are made from this line.
            tracing::error!(event = %event.id, field, unreadable = 1, "a Stripe event cannot be read");
        }
        self.events.send(&*event).await?;
        json(200, &json!({"received": true, "used": true}))
    }
}
