//! How Stripe refuses what it would otherwise serve, in its own words.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use local_wire::faults::{Asked, Fault, Peer};

use crate::api;
use crate::error::Error;

/// What the faults on the wire know of the API. The hosted pages are people's business, and are always
/// served. There are no batches.
pub const PEER: Peer = Peer { name, refusal, part: |_, _| None };

fn name(parts: &Parts) -> Option<(&'static str, String)> {
    let path = parts.uri.path();
    let is_api = path.starts_with("/v1/") || path.starts_with("/v2/");
    is_api.then(|| ("stripe", api::operation(parts)))
}

/// None of these is kept under the request's key: it was not carried out
/// (<https://docs.stripe.com/error-low-level#idempotency>).
fn refusal(_: &Asked, parts: &Parts, _: &Bytes, fault: Fault) -> Option<Response> {
    let error = match fault {
        Fault::Throttle => {
            Error::invalid("Request rate limit exceeded.").coded("rate_limit").with_status(429)
        }
        Fault::Unavailable => Error::api("An error occurred with our connection to Stripe's own services."),
        Fault::Conflict => {
            parts.headers.get("idempotency-key")?;
            let message =
                "There is currently another in-progress request using this Idempotent Key.".to_owned();
            Error::idempotency(message).coded("idempotency_key_in_use").with_status(409)
        }
        Fault::Refuse | Fault::LoseReply | Fault::Partly | Fault::Twice | Fault::Crash => return None,
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, error.body("req_refused").to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("request-id"), HeaderValue::from_static("req_refused"));
    Some(response)
}
