//! What went wrong, as the API tells it and as a person reads it.

use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::client::{NoAnswer, Response};

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    status: u16,
    title: String,
    detail: String,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    next: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, title: &str, detail: impl Into<String>) -> Self {
        let (status, title) = (status.as_u16(), title.to_owned());
        Self { status, title, detail: detail.into(), field: None, next: None }
    }

    /// There is no such thing.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// The local stack itself is at fault.
    pub(super) fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The local stack is in trouble", detail)
    }

    /// A field of a form of this page cannot be used.
    pub(super) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "A field cannot be accepted", detail)
        }
    }

    /// Stripe's stand-in refused what a person at Stripe's dashboard asked for.
    pub(super) fn at_stripe(error: &local_stripe::Error) -> Self {
        Self::new(StatusCode::CONFLICT, "Stripe's stand-in refused", error.message())
    }

    /// Says what to do next.
    pub(super) fn with_next(self, next: &str) -> Self {
        Self { next: Some(next.to_owned()), ..self }
    }

    /// The same about a part that was sent inside of `outer`: its field is called as if it had been sent
    /// alone.
    pub(super) fn within(self, outer: &str) -> Self {
        let inner = |field: String| match field.strip_prefix(outer).and_then(|rest| rest.strip_prefix('.')) {
            Some(inner) => inner.to_owned(),
            None => field,
        };
        Self { field: self.field.map(inner), ..self }
    }

    /// The problem in an answer of the API that is no success.
    pub(super) fn of(answer: &Response) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_else(|_| {
            // The gateway's own refusals have a message and nothing else.
            let message = answer.json().get("message").and_then(Value::as_str).map(str::to_owned);
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
            Self::new(status, "The API refused", message.unwrap_or_else(|| format!("It answered {status}.")))
        })
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY)
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// The field at fault, as the API calls it.
    pub(super) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Whether the form's field `name` is at fault, or a part of it.
    pub(super) fn is_about(&self, name: &str) -> bool {
        self.field.as_deref().is_some_and(|field| field.split(['.', '[']).any(|part| part == name))
    }

    /// The box at the top of a page.
    pub(super) fn alert(&self) -> Markup {
        html! {
            div.alert role="alert" {
                p {
                    strong { (self.title) }
                    @if let Some(field) = &self.field { ": " code { (field) } }
                    span.quiet { " · " (self.status) }
                }
                p { (self.detail) }
                @if let Some(next) = &self.next { p.quiet { (next) } }
            }
        }
    }
}

impl From<NoAnswer> for Problem {
    fn from(error: NoAnswer) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "The API does not answer", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(body: &str) -> Problem {
        Problem::of(&Response { status: 422, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn the_field_is_found_in_its_path() {
        let body = r#"{"type":"t","title":"T","status":422,"detail":"d","field":"reward.percent"}"#;
        let problem = problem(body);
        assert!(problem.is_about("percent") && problem.is_about("reward") && !problem.is_about("amount"));
    }

    #[test]
    fn any_refusal_is_a_problem_and_nothing_in_it_is_markup() {
        assert_eq!(problem(r#"{"message":"Unauthorized"}"#).detail, "Unauthorized");
        assert_eq!(problem("<html>").status(), StatusCode::UNPROCESSABLE_ENTITY);
        let alert = Problem::not_found("<script>").alert().into_string();
        assert!(alert.contains("&lt;script&gt;"), "{alert}");
    }
}
