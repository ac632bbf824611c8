//! An answer in the place of a service's own.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

use crate::wire;

/// An answer that each service's SDK finds the error's name in: in the body, or in a header.
pub(super) fn answer(status: StatusCode, code: &'static str, body: &Value) -> Response {
    let mut response = wire::answer(status, "application/x-amz-json-1.0", body);
    if !code.is_empty() {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(code));
    }
    response
}
