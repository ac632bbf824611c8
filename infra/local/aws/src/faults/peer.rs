//! How the four services refuse what they would otherwise serve, or serve in part, in their own words.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use local_wire::faults::{Asked, Fault, Peer};
use serde_json::{Value, json};

use super::answer::answer;
use super::part::part;
use crate::dynamodb::Conflict;
use crate::wire::{self, Refusal};

/// What the faults on the wire know of these services.
pub const PEER: Peer = Peer { name, refusal, part };

fn name(parts: &Parts) -> Option<(&'static str, String)> {
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let service = match target.split('.').next().unwrap_or_default() {
        "AmazonSQS" => "sqs",
        "AWSEvents" => "eventbridge",
        "" => return Some(("scheduler", on_schedules(&parts.method, parts.uri.path())?.to_owned())),
        _ => "dynamodb",
    };
    Some((service, wire::action(&parts.headers)))
}

/// The scheduler's operations are told by method and path.
fn on_schedules(method: &Method, path: &str) -> Option<&'static str> {
    let mut segments = path.trim_start_matches('/').split('/');
    let (collection, name) = (segments.next()?, segments.next());
    match (collection, method.as_str(), name) {
        ("schedules", "GET", None) => Some("ListSchedules"),
        ("schedules", "GET", Some(_)) => Some("GetSchedule"),
        ("schedules", "POST", Some(_)) => Some("CreateSchedule"),
        ("schedules", "PUT", Some(_)) => Some("UpdateSchedule"),
        ("schedules", "DELETE", Some(_)) => Some("DeleteSchedule"),
        ("schedule-groups", "GET", None) => Some("ListScheduleGroups"),
        ("schedule-groups", "GET", Some(_)) => Some("GetScheduleGroup"),
        ("schedule-groups", "POST", Some(_)) => Some("CreateScheduleGroup"),
        ("schedule-groups", "DELETE", Some(_)) => Some("DeleteScheduleGroup"),
        _ => None,
    }
}

fn refusal(asked: &Asked, _: &Parts, body: &Bytes, fault: Fault) -> Option<Response> {
    let refusal = match fault {
        Fault::Throttle => throttled(asked.service),
        Fault::Unavailable => failed(asked.service),
        Fault::Conflict => return conflict(asked, body),
        Fault::Refuse | Fault::LoseReply | Fault::Partly | Fault::Twice | Fault::Crash => return None,
    };
    Some(answer(refusal.status, refusal.code, &refusal.body()))
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>,
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>.
fn throttled(service: &str) -> Refusal {
    match service {
        "sqs" => Refusal::new("RequestThrottled", "The request was denied due to request throttling."),
        "scheduler" => {
            Refusal::new("ThrottlingException", "Rate exceeded").with_status(StatusCode::TOO_MANY_REQUESTS)
        }
        _ => Refusal::new("ThrottlingException", "Rate exceeded"),
    }
}

fn failed(service: &str) -> Refusal {
    let code = match service {
        "sqs" => "InternalFailure",
        "scheduler" => "InternalServerException",
        "eventbridge" => "InternalException",
        _ => "InternalServerError",
    };
    Refusal::new(code, "Something failed here.").with_status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What meets another request: a schedule of the same name, a transaction, or a write whose condition another
/// one made untrue. That there is nothing yet (`attribute_not_exists`) cannot be made untrue by nobody: such
/// a write meets a transaction.
fn conflict(asked: &Asked, body: &Bytes) -> Option<Response> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let condition = request.get("ConditionExpression").and_then(Value::as_str);
    let body = match (asked.service, asked.operation.as_str()) {
        ("scheduler", "CreateSchedule") => {
            let refusal = Refusal::new("ConflictException", "The schedule already exists.");
            return Some(answer(StatusCode::CONFLICT, refusal.code, &refusal.body()));
        }
        ("dynamodb", "TransactWriteItems" | "TransactGetItems") => {
            let items = request.get("TransactItems").and_then(Value::as_array).map_or(0, Vec::len);
            Conflict::Transaction(vec![true; items]).body()
        }
        ("dynamodb", "PutItem" | "UpdateItem" | "DeleteItem") => match condition {
            Some(condition) if !condition.starts_with("attribute_not_exists") => json!({
                "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "message": "The conditional request failed",
            }),
            Some(_) | None => Conflict::Write.body(),
        },
        _ => return None,
    };
    Some(answer(StatusCode::BAD_REQUEST, "", &body))
}
