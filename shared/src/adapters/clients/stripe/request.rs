//! One request to Stripe, and what its answer means.

use std::time::Duration;

use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::adapters::config::ConfigError;
use crate::domain::ids::AccountId;
use crate::domain::market::Country;
use crate::fault::{Fault, Kind, Problem};

/// The API version that every request names, so that what we read does not change under us
/// (<https://docs.stripe.com/changelog>).
const API_VERSION: &str = "2026-10-28.endive";

/// Longer than Stripe usually takes, shorter than a function's own time limit.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A list of a hundred objects fits in it many times.
const LARGEST_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// What sends the requests of all platforms.
pub(super) type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The client of one platform.
pub struct Stripe {
    client: HttpClient,
    url: String,
    secret_key: SecretString,
}

/// Why Stripe did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// Stripe will not do it, however often it is asked.
    #[error("Stripe refused: {code}")]
    Refused {
        /// Stripe's `error.code`, or its `error.type`.
        code: String,
    },
    /// It is not known whether Stripe has done it, or it cannot be done just now: ask again with the same
    /// key.
    #[error("Stripe did not answer: {reason}")]
    Unknown {
        /// What happened instead.
        reason: String,
    },
    /// Our key or our way of asking is wrong.
    #[error("Stripe does not understand us: {code}")]
    Misused {
        /// Stripe's `error.code`, or its `error.type`.
        code: String,
    },
    /// The market has no platform to ask.
    #[error("no Stripe platform serves {code}", code = .country.code())]
    NoPlatform {
        /// The market.
        country: Country,
    },
    /// Stripe's answer does not have the form that its documentation gives it.
    #[error("Stripe's answer cannot be read: {field}")]
    NotUnderstood {
        /// The field.
        field: String,
    },
}

/// What Stripe says of an account that has left the platform
/// (<https://docs.stripe.com/error-codes#account-invalid>).
const DISCONNECTED: &str = "account_invalid";

/// What is to be known of a refusal to move money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A balance is too low just now.
    EmptyBalance,
    /// The account is not there, or has left the platform.
    NoAccount,
    /// Asking again is no use until a person has changed something.
    ForGood,
}

impl Refusal {
    /// Reads `code` (<https://docs.stripe.com/error-codes>).
    pub fn of(code: &str) -> Self {
        match code {
            "balance_insufficient" | "insufficient_balance_for_refund" => Self::EmptyBalance,
            DISCONNECTED | "resource_missing" => Self::NoAccount,
            _ => Self::ForGood,
        }
    }
}

impl StripeError {
    /// Whether the account has left the platform: nothing can be asked of it any more.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Refused { code } if code == DISCONNECTED)
    }
}

impl From<StripeError> for Fault {
    fn from(error: StripeError) -> Self {
        match &error {
            StripeError::Refused { code } => {
                let detail = format!("Stripe refused the request ({code}).");
                Problem::new(Kind::RefusedByStripe, detail)
                    .next("Look at the account in Stripe's dashboard, then send the request again.")
                    .into()
            }
            StripeError::Unknown { .. } => Self::Retry(error.to_string()),
            StripeError::Misused { .. }
            | StripeError::NoPlatform { .. }
            | StripeError::NotUnderstood { .. } => Self::Bug(error.to_string()),
        }
    }
}

impl From<crate::domain::stripe::object::NotUnderstood> for StripeError {
    fn from(error: crate::domain::stripe::object::NotUnderstood) -> Self {
        Self::NotUnderstood { field: error.0 }
    }
}

/// The form-encoded parameters of a v1 request, with Stripe's own names: `line_items[0][quantity]`.
pub(super) type Form = Vec<(String, String)>;

/// One call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    /// On whose account; the platform's own if none.
    pub(super) account: Option<&'a AccountId>,
    pub(super) idempotency_key: Option<String>,
    /// A `POST` has one, be it empty.
    pub(super) body: Option<Body>,
}

pub(super) enum Body {
    Form(Form),
    Json(Value),
}

impl<'a> Call<'a> {
    pub(super) fn get(path: impl Into<String>, account: Option<&'a AccountId>) -> Self {
        Self { method: Method::GET, path: path.into(), account, idempotency_key: None, body: None }
    }

    pub(super) fn post(
        path: impl Into<String>,
        account: Option<&'a AccountId>,
        idempotency_key: String,
        body: Body,
    ) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            account,
            idempotency_key: Some(idempotency_key),
            body: Some(body),
        }
    }
}

/// What sends requests; its connections are kept open.
///
/// # Errors
/// The machine has no root certificates.
pub(super) fn http_client() -> Result<HttpClient, ConfigError> {
    let no_roots = |error: std::io::Error| ConfigError {
        name: "STRIPE_API_URL".to_owned(),
        problem: format!("no root certificates: {error}"),
    };
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(no_roots)?
        .https_or_http()
        .enable_http1()
        .wrap_connector({
            let mut http = HttpConnector::new();
            http.set_nodelay(true);
            http.enforce_http(false);
            http
        });
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

impl Stripe {
    /// The platform with `secret_key`, at `url`.
    pub(super) fn new(client: HttpClient, url: &str, secret_key: SecretString) -> Self {
        Self { client, url: url.trim_end_matches('/').to_owned(), secret_key }
    }

    /// Makes `call` and gives the answer's body.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Value, StripeError> {
        let request = self.request(call)?;
        let unknown = |reason: &str| StripeError::Unknown { reason: reason.to_owned() };
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|_| unknown("no connection"))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST_ANSWER_BYTES).collect().await;
            let body = body.map_err(|_| unknown("the answer broke off"))?.to_bytes();
            Ok::<_, StripeError>((status, body))
        };
        let (status, body) =
            tokio::time::timeout(TIMEOUT, exchange).await.map_err(|_| unknown("timeout"))??;
        let answer: Option<Value> = serde_json::from_slice(&body).ok();
        if status.is_success() {
            answer.ok_or_else(|| StripeError::NotUnderstood { field: "body".to_owned() })
        } else {
            Err(refusal(status, answer.as_ref()))
        }
    }

    fn request(&self, call: Call<'_>) -> Result<Request<Full<Bytes>>, StripeError> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{}{}", self.url, call.path))
            .header("authorization", format!("Bearer {}", self.secret_key.expose_secret()))
            .header("stripe-version", API_VERSION);
        if let Some(account) = call.account {
            request = request.header("stripe-account", account.as_str());
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let body = call.body.map(|body| match body {
            Body::Form(form) => ("application/x-www-form-urlencoded", encode(&form)),
            Body::Json(json) => ("application/json", json.to_string()),
        });
        if let Some((content_type, body)) = &body {
            // The length of an empty body is not sent by itself.
            request = request.header("content-type", *content_type).header("content-length", body.len());
        }
        let body = body.map(|(_, body)| body).unwrap_or_default();
        let unsendable = |_| StripeError::Misused { code: "request cannot be built".to_owned() };
        request.body(Full::new(Bytes::from(body))).map_err(unsendable)
    }

    /// Reads every page of a list.
    pub(super) async fn list(
        &self,
        path: &str,
        filter: &[(String, String)],
        account: Option<&AccountId>,
    ) -> Result<Vec<Value>, StripeError> {
        self.list_as(path, filter, account, |object| Ok(object.clone())).await
    }

    /// Reads every page of a list, and keeps of each object what `read` makes of it: of a long list of large
    /// objects, no more than a page is in memory.
    pub(super) async fn list_as<T>(
        &self,
        path: &str,
        filter: &[(String, String)],
        account: Option<&AccountId>,
        read: impl Fn(&Value) -> Result<T, StripeError>,
    ) -> Result<Vec<T>, StripeError> {
        let mut found: Vec<T> = Vec::new();
        let mut last: Option<String> = None;
        loop {
            let mut query = filter.to_vec();
            query.push(("limit".to_owned(), "100".to_owned()));
            query.extend(last.map(|last| ("starting_after".to_owned(), last)));
            let page = self.send(Call::get(format!("{path}?{}", encode(&query)), account)).await?;
            let objects = page.get("data").and_then(Value::as_array);
            let objects = objects.ok_or_else(|| StripeError::NotUnderstood { field: "data".to_owned() })?;
            last = objects.last().and_then(|object| object.get("id")?.as_str().map(str::to_owned));
            for object in objects {
                found.push(read(object)?);
            }
            let has_more = page.get("has_more").and_then(Value::as_bool).unwrap_or(false);
            if !has_more || objects.is_empty() {
                return Ok(found);
            }
        }
    }
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Stripe({})", self.url)
    }
}

fn encode(form: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// What a status other than success means (<https://docs.stripe.com/error-low-level>). Only Stripe's code is
/// kept: its message may repeat what we sent.
fn refusal(status: StatusCode, answer: Option<&Value>) -> StripeError {
    let error = answer.and_then(|answer| answer.get("error"));
    let text = |name| error.and_then(|error| error.get(name)).and_then(Value::as_str).map(str::to_owned);
    // Some refusals for lack of money have a `message_code` and no `code`.
    let code = text("code")
        .or_else(|| text("message_code"))
        .or_else(|| text("type"))
        .unwrap_or_else(|| status.as_u16().to_string());
    match status.as_u16() {
        409 | 429 | 500.. => StripeError::Unknown { reason: format!("{} {code}", status.as_u16()) },
        401 => StripeError::Misused { code },
        // Our key may not do this; an account that has left us is another matter.
        403 if code != "account_invalid" => StripeError::Misused { code },
        _ if code.starts_with("parameter_") => StripeError::Misused { code },
        _ if text("type").as_deref() == Some("idempotency_error") => StripeError::Misused { code },
        _ => StripeError::Refused { code },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_says_what_and_how_much_it_carries_even_if_that_is_nothing() {
        let stripe = Stripe::new(http_client().unwrap(), "http://localhost", "sk_test_1".into());
        let head = |call: Call<'_>| {
            let request = stripe.request(call).unwrap();
            ["content-type", "content-length"]
                .map(|name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()))
                .map(Option::unwrap_or_default)
        };
        let post = |body| head(Call::post("/v1/checkout/sessions/cs_1/expire", None, "key".to_owned(), body));
        assert_eq!(post(Body::Form(Form::new())), ["application/x-www-form-urlencoded", "0"]);
        let form = vec![("requested".to_owned(), "true".to_owned())];
        assert_eq!(post(Body::Form(form)), ["application/x-www-form-urlencoded", "14"]);
        assert_eq!(post(Body::Json(serde_json::json!({}))), ["application/json", "2"]);
        assert_eq!(head(Call::get("/v1/events", None)), ["", ""]);
    }
}
