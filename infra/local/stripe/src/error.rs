//! Stripe's error object.

use std::fmt;

use serde_json::{Map, Value, json};

/// A refusal, as Stripe words it: an HTTP status and the fields of the `error` object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl Error {
    /// A request that cannot be carried out: status 400, type `invalid_request_error`, no code.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { status: 400, kind: "invalid_request_error", code: None, param: None, message: message.into() }
    }

    /// An object that does not exist, or not on this account: status 404, code `resource_missing`.
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        let error = Self::invalid(format!("No such {what}: '{id}'")).coded("resource_missing");
        Self { status: 404, ..error }.at("id")
    }

    /// An account that the platform has no access to, or no longer: status 403, code `account_invalid`
    /// (<https://docs.stripe.com/error-codes#account-invalid>).
    pub(crate) fn no_access(key: &str, account: &str) -> Self {
        let message = format!(
            "The provided key '{key}' does not have access to account '{account}' (or that account does not exist). \
             Application access may have been revoked.",
        );
        Self { status: 403, ..Self::invalid(message).coded("account_invalid") }
    }

    /// A required parameter that is absent.
    pub(crate) fn param_missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).coded("parameter_missing").at(param)
    }

    /// A card that does not work: status 402, type `card_error`.
    pub(crate) fn card(message: impl Into<String>) -> Self {
        Self { status: 402, kind: "card_error", ..Self::invalid(message) }
    }

    /// The stand-in itself failed: status 500, type `api_error`.
    pub(crate) fn api(message: impl Into<String>) -> Self {
        Self { status: 500, kind: "api_error", ..Self::invalid(message) }
    }

    /// An idempotency key that was used for something else.
    pub(crate) fn idempotency(message: String) -> Self {
        Self { kind: "idempotency_error", ..Self::invalid(message) }
    }

    /// The same refusal with a machine-readable `code`.
    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// The same refusal, about the parameter `param`.
    pub(crate) fn at(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The same refusal under another HTTP status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The HTTP status Stripe answers with.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The machine-readable code, such as `charge_already_refunded`.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The sentence for a person.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The JSON body.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert(
                "doc_url".to_owned(),
                json!(format!("https://docs.stripe.com/error-codes/{}", code.replace('_', "-"))),
            );
        }
        error.insert("message".to_owned(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), json!(param));
        }
        error.insert(
            "request_log_url".to_owned(),
            json!(format!("https://dashboard.stripe.com/logs/{request_id}")),
        );
        error.insert("type".to_owned(), json!(self.kind));
        json!({ "error": error })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code.unwrap_or(self.kind), self.message)
    }
}

impl std::error::Error for Error {}
