//! What people do with the system, by the ways that they have: an operator and merchants through the HTTP
//! API, payers on Stripe's page. The demo tells its story with it.

use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::client::{Client, NoAnswer, Response, encoded};
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
    /// A request that ran beside others did not come to its end.
    #[error("a request was interrupted: {0}")]
    Interrupted(String),
    /// The template has no authorizer.
    #[error("the template has no authorizer for operators")]
    NoOperator,
}

/// A stack and its people. The demo, the benches and the tests all live here.
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
        Self::with(stack, Client::new(stack.gateway_url()))
    }

    /// The people of `stack`, who speak through `client`: its connections are shared.
    pub fn with(stack: &'a Stack, client: Client) -> Self {
        Self { stack, client }
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
        success(method, path, &self.client.call(token, method, path, body).await?)
    }

    /// Sends a request as the operator.
    ///
    /// # Errors
    /// No answer, or a status other than success.
    pub async fn operate(&self, method: &str, path: &str, body: &Value) -> Result<Value, TownError> {
        let token = self.stack.operator_token().ok_or(TownError::NoOperator)?;
        self.call(&token, method, path, Some(body)).await
    }

    /// Reads something as the operator.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn look_up(&self, path: &str) -> Result<Value, TownError> {
        let token = self.stack.operator_token().ok_or(TownError::NoOperator)?;
        self.call(&token, "GET", path, None).await
    }

    /// What a payer has, owes and has had in a market.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn wallet(&self, phone: &str, country: &str) -> Result<Value, TownError> {
        self.look_up(&format!("/v1/payers/{}/cashback?country={country}", encoded(phone))).await
    }

    /// An order whose payer has agreed, in the platform's chat, to pay a part of it with credit.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn agreed(&self, shop: &Shop, country: &str, order: Value) -> Result<Value, TownError> {
        let consent = json!({
            "phone": order.pointer("/payer/phone"), "merchant": shop.id, "reference": order.get("reference"),
            "amount": order.get("amount"),
        });
        let path = format!("/v1/markets/{country}/wallet-consents");
        let answer = self.operate("POST", &path, &consent).await?;
        let mut order = order;
        if let Some(payer) = order.pointer_mut("/payer").and_then(Value::as_object_mut) {
            payer.insert("wallet_consent".to_owned(), json!(text(&answer, "/wallet_consent")));
        }
        Ok(order)
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
        let applicant = self.applicant(country, reference, name).await?;
        self.enable(applicant).await
    }

    /// A business that has applied.
    ///
    /// # Errors
    /// As [`Self::operate`].
    pub async fn applicant(&self, country: &str, reference: &str, name: &str) -> Result<Shop, TownError> {
        let application = json!({
            "reference": reference, "name": name, "email": "shop@example.com", "country": country, "fee_bps": 100,
        });
        let merchant = self.operate("POST", "/v1/merchants", &application).await?;
        Ok(Shop { id: text(&merchant, "/id"), key: text(&merchant, "/api_key"), account: String::new() })
    }

    /// Takes an applicant through Stripe's onboarding.
    ///
    /// # Errors
    /// As [`Self::call`], or at Stripe.
    pub async fn enable(&self, applicant: Shop) -> Result<Shop, TownError> {
        let path = format!("/v1/merchants/{}/onboarding-link", applicant.id);
        let link = self.call(&applicant.key, "POST", &path, None).await?;
        let account = text(&link, "/account");
        self.stack.settle().await?;
        self.stack.stripe().complete_onboarding(&account).map_err(stripe)?;
        self.stack.settle().await?;
        Ok(Shop { account, ..applicant })
    }

    /// Asks for a payment.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn checkout(&self, shop: &Shop, body: &Value) -> Result<Value, TownError> {
        self.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await
    }

    /// Asks for many payments at the same time; the answers come in the order of the requests.
    ///
    /// # Errors
    /// As [`Self::call`], for the first that has no success.
    pub async fn checkouts_at_once(&self, shop: &Shop, bodies: Vec<Value>) -> Result<Vec<Value>, TownError> {
        let requests = bodies.into_iter().map(|body| {
            let (client, key) = (self.client.clone(), shop.key.clone());
            tokio::spawn(async move { client.call(&key, "POST", "/v1/checkouts", Some(&body)).await })
        });
        let requests: Vec<_> = requests.collect();
        let mut checkouts = Vec::new();
        for request in requests {
            let answer = request.await.map_err(|error| TownError::Interrupted(error.to_string()))??;
            checkouts.push(success("POST", "/v1/checkouts", &answer)?);
        }
        Ok(checkouts)
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
        self.stack.stripe().pay(&session_of(checkout), with).map_err(stripe)?;
        self.stack.settle().await?;
        Ok(())
    }

    /// The merchant refunds `value`, or all that is left, under `reference`, and everything that follows
    /// happens.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn refund(
        &self,
        shop: &Shop,
        checkout: &Value,
        reference: &str,
        value: Option<&str>,
    ) -> Result<Value, TownError> {
        let answer = self.ask_refund(shop, checkout, reference, value).await?;
        success("POST", &refunds_of(checkout), &answer)
    }

    /// The same, with the answer whatever it is.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn ask_refund(
        &self,
        shop: &Shop,
        checkout: &Value,
        reference: &str,
        value: Option<&str>,
    ) -> Result<Response, TownError> {
        let mut body = json!({"reference": reference});
        if let (Some(value), Some(fields)) = (value, body.as_object_mut()) {
            let currency = text(checkout, "/amount/currency");
            fields.insert("amount".to_owned(), json!({"value": value, "currency": currency}));
        }
        let answer = self.client.call(&shop.key, "POST", &refunds_of(checkout), Some(&body)).await?;
        self.stack.settle().await?;
        Ok(answer)
    }

    /// The merchant closes a page that nobody has paid on.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn expire(&self, shop: &Shop, checkout: &Value) -> Result<(), TownError> {
        let path = format!("/v1/checkouts/{}/expire", text(checkout, "/id"));
        self.call(&shop.key, "POST", &path, None).await?;
        self.stack.settle().await?;
        Ok(())
    }

    /// The payer disputes a payment at the bank. Gives the dispute's id.
    ///
    /// # Errors
    /// At Stripe.
    pub async fn dispute(&self, shop: &Shop, checkout: &Value) -> Result<String, TownError> {
        let charge = text(&self.read(shop, checkout).await?, "/payment/charge");
        let dispute = self.stack.stripe().dispute(&charge).map_err(stripe)?;
        self.stack.settle().await?;
        Ok(dispute)
    }

    /// The bank decides a dispute.
    ///
    /// # Errors
    /// At Stripe.
    pub async fn close_dispute(&self, dispute: &str, won: bool) -> Result<(), TownError> {
        self.stack.stripe().close_dispute(dispute, won).map_err(stripe)?;
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

fn success(method: &str, path: &str, answer: &Response) -> Result<Value, TownError> {
    if (200..300).contains(&answer.status) {
        return Ok(answer.json());
    }
    let (method, path) = (method.to_owned(), path.to_owned());
    Err(TownError::Refused { method, path, status: answer.status, body: answer.json() })
}

fn refunds_of(checkout: &Value) -> String {
    format!("/v1/checkouts/{}/refunds", text(checkout, "/id"))
}

fn stripe(error: local_stripe::Error) -> TownError {
    TownError::Stripe(error.message().to_owned())
}

/// The session in a checkout's URL.
pub fn session_of(checkout: &Value) -> String {
    text(checkout, "/url").rsplit('/').next().unwrap_or_default().to_owned()
}

/// The text at `pointer`, or nothing.
pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
