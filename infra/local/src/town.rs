//! What people do with the system, by the ways that they have: an operator and merchants through the HTTP API, payers on
//! Stripe's page. The demo tells its story with it.

use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::client::{Client, NoAnswer};
use crate::engine::Unsettled;
use crate::stack::Stack;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// The gateway did not answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The API said no.
    #[error("{method} {path}: {status} {body}")]
    Refused {
        /// The request's method.
        method: String,
        /// The request's path.
        path: String,
        /// The answer's status.
        status: u16,
        /// The answer's body.
        body: Value,
    },
    /// The stack does not come to rest.
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// Stripe said no.
    #[error("at Stripe: {0}")]
    Stripe(String),
    /// The template has no authorizer.
    #[error("the template has no authorizer for operators")]
    NoOperator,
}

/// A stack and its people.
pub struct Town<'a> {
    stack: &'a Stack,
    client: Client,
}

/// A merchant.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The merchant's id.
    pub id: String,
    /// A live key.
    pub key: String,
    /// Stripe's account.
    pub account: String,
}

impl<'a> Town<'a> {
    /// The people of `stack`.
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, client: Client::new(stack.gateway_url()) }
    }

    /// The stack.
    pub fn stack(&self) -> &'a Stack {
        self.stack
    }

    /// Sends a request with `token`.
    ///
    /// # Errors
    /// No answer, or a status other than success.
    pub async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, TownError> {
        let answer = self.client.call(token, method, path, body).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.json());
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        Err(TownError::Refused { method, path, status: answer.status, body: answer.json() })
    }

    /// Sends a request as the operator.
    ///
    /// # Errors
    /// No answer, or a status other than success.
    pub async fn operate(&self, method: &str, path: &str, body: &Value) -> Result<Value, TownError> {
        let token = self.stack.operator_token().ok_or(TownError::NoOperator)?;
        self.call(&token, method, path, Some(body)).await
    }

    /// Opens a market to everybody.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn open_market(&self, country: &str) -> Result<(), TownError> {
        let body = json!({"open_to": {"mode": "open"}});
        self.operate("PUT", &format!("/v1/markets/{country}/rollout"), &body).await.map(|_| ())
    }

    /// Creates a campaign.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn campaign(&self, country: &str, rule: &Value) -> Result<Value, TownError> {
        self.operate("POST", &format!("/v1/markets/{country}/campaigns"), rule).await
    }

    /// Takes a business from its application through Stripe's onboarding.
    ///
    /// # Errors
    /// As [`Self::operate`], or at Stripe.
    pub async fn enabled_shop(&self, country: &str, reference: &str, name: &str) -> Result<Shop, TownError> {
        let application = json!({
            "reference": reference, "name": name, "email": "shop@example.com", "country": country, "fee_bps": 100,
        });
        let merchant = self.operate("POST", "/v1/merchants", &application).await?;
        let (id, key) = (text(&merchant, "/id"), text(&merchant, "/api_key"));
        let link = self.call(&key, "POST", &format!("/v1/merchants/{id}/onboarding-link"), None).await?;
        let account = text(&link, "/account");
        self.stack.settle().await?;
        self.stack.stripe().complete_onboarding(&account).map_err(stripe)?;
        self.stack.settle().await?;
        Ok(Shop { id, key, account })
    }

    /// Asks for a payment.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn checkout(&self, shop: &Shop, body: &Value) -> Result<Value, TownError> {
        self.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await
    }

    /// A checkout as it is now.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn read(&self, shop: &Shop, checkout: &Value) -> Result<Value, TownError> {
        self.call(&shop.key, "GET", &format!("/v1/checkouts/{}", text(checkout, "/id")), None).await
    }

    /// Pays on Stripe's page, and lets everything that follows happen.
    ///
    /// # Errors
    /// At Stripe.
    pub async fn pay(&self, checkout: &Value, with: PayWith) -> Result<(), TownError> {
        let url = text(checkout, "/url");
        let session = url.rsplit('/').next().unwrap_or_default();
        self.stack.stripe().pay(session, with).map_err(stripe)?;
        self.stack.settle().await?;
        Ok(())
    }

    /// Lets hours pass, with everything that happens in them.
    ///
    /// # Errors
    /// The stack does not come to rest.
    pub async fn hours(&self, hours: i64) -> Result<(), TownError> {
        self.stack.advance(hours.saturating_mul(3600)).await?;
        Ok(())
    }
}

fn stripe(error: local_stripe::Error) -> TownError {
    TownError::Stripe(error.message().to_owned())
}

/// The text at `pointer`, or nothing.
pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
