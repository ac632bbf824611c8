//! What the four services share on the wire: how a call is named, refused, answered and recorded.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use local_wire::{Call, Calls, Clock};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The region in every ARN of the local stack.
pub const REGION: &str = "us-east-1";

/// The account in every ARN and queue URL of the local stack.
pub const ACCOUNT: &str = "000000000000";

/// The largest request body read, in bytes: DynamoDB's limit, the widest of the four services.
pub(crate) const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// An error as AWS answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The error's name in the API's model.
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal with status 400, as nearly all are.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The body that AWS's JSON protocols put it in. SDKs read `message` or `Message`, depending on the
    /// service.
    pub(crate) fn body(&self) -> Value {
        json!({ "__type": self.code, "message": self.message, "Message": self.message })
    }
}

/// The action named in `x-amz-target`, `SendMessage` for `AmazonSQS.SendMessage`; empty when there is none.
pub(crate) fn action(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Reads a request body; none at all is an empty object.
pub(crate) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

/// Reads a request body that is JSON already.
pub(crate) fn read<T: DeserializeOwned>(body: Value) -> Result<T, Refusal> {
    serde_json::from_value(body).map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

/// A JSON answer of the given media type.
pub(crate) fn answer(status: StatusCode, media_type: &'static str, body: &Value) -> Response {
    let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
    (status, media_type, body.to_string()).into_response()
}

/// The queue, function or rule that an ARN names: its last part.
pub(crate) fn last_of_arn(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// Writes one service's calls into the stack's record.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    pub(crate) service: &'static str,
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
}

impl Recorder {
    /// Records a call that consumes no capacity.
    pub(crate) fn record(&self, operation: &str, subject: String, status: StatusCode) {
        self.record_outcome(operation, subject, status, None, (0, 0));
    }

    /// Records a call with the error it ended in, and the write and read units it consumed, in tenths.
    pub(crate) fn record_outcome(
        &self,
        operation: &str,
        subject: String,
        status: StatusCode,
        error: Option<String>,
        (write_units_tenths, read_units_tenths): (u32, u32),
    ) {
        self.calls.record(Call {
            service: self.service,
            operation: operation.to_owned(),
            caller: None,
            subject,
            status: status.as_u16(),
            error,
            write_units_tenths,
            read_units_tenths,
            at_millis: self.clock.epoch_millis(),
        });
    }
}
