//! A function's answer as an HTTP response.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

/// The gateway's own answers.
pub(super) fn message(status: StatusCode, message: &str) -> Response {
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, content_type, json!({ "message": message }).to_string()).into_response()
}

/// The authorizer's refusal.
pub(super) fn unauthorized() -> Response {
    let mut response = message(StatusCode::UNAUTHORIZED, "Unauthorized");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Reads a function's answer. `None`: it is not one that API Gateway understands.
pub(super) fn read(answer: &[u8]) -> Option<Response> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match answer.as_object() {
        Some(fields) if fields.contains_key("statusCode") => structured(fields),
        Some(_) | None => inferred(answer.as_str().map_or_else(|| answer.to_string(), str::to_owned)),
    }
}

/// An answer without a status code is a body of JSON.
fn inferred(body: String) -> Option<Response> {
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).ok()
}

fn structured(fields: &Map<String, Value>) -> Option<Response> {
    let status = u16::try_from(fields.get("statusCode")?.as_u64()?).ok()?;
    let mut response = Response::builder().status(status);
    for (name, value) in headers(fields)? {
        response = response.header(name, value);
    }
    for cookie in fields.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        response = response.header(header::SET_COOKIE, cookie.as_str()?);
    }
    if response.headers_ref().is_some_and(|headers| !headers.contains_key(header::CONTENT_TYPE)) {
        response = response.header(header::CONTENT_TYPE, "text/plain;charset=UTF-8");
    }
    response.body(body(fields)?).ok()
}

/// Single and multiple values alike.
fn headers(fields: &Map<String, Value>) -> Option<Vec<(&str, String)>> {
    let object = |name: &str| fields.get(name).and_then(Value::as_object).into_iter().flatten();
    let mut headers = Vec::new();
    for (name, value) in object("headers") {
        headers.push((name.as_str(), scalar(value)?));
    }
    for (name, values) in object("multiValueHeaders") {
        for value in values.as_array()? {
            headers.push((name.as_str(), scalar(value)?));
        }
    }
    Some(headers)
}

fn body(fields: &Map<String, Value>) -> Option<Body> {
    let text = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(body) => body.as_str()?,
    };
    if fields.get("isBase64Encoded").and_then(Value::as_bool) == Some(true) {
        Some(Body::from(BASE64.decode(text.as_bytes()).ok()?))
    } else {
        Some(Body::from(text.to_owned()))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
