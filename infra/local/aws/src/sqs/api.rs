//! The SQS API: AWS JSON 1.0 in, the queue's own words out.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::batch::MAX_MESSAGES;
use super::message::{Message, md5_of_attributes};
use super::queue::Queue;
use super::refusals::{handle_refused, invalid};
use super::service::{Sqs, queue_arn};
use super::url::{name_of_url, url};
use super::{batch, send};
use crate::ids::uuid_of;
use crate::wire::{self, ACCOUNT, MAX_BODY_BYTES, Refusal, last_of_arn};

const MEDIA_TYPE: &str = "application/x-amz-json-1.0";
/// Twelve hours.
const MAX_VISIBILITY_SECONDS: i64 = 43_200;

async fn handle(State(sqs): State<Sqs>, headers: HeaderMap, body: Bytes) -> Response {
    let action = wire::action(&headers);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let request: Result<Value, Refusal> = wire::parse(&body);
    let subject = request.as_ref().map(subject).unwrap_or_default();
    let result = request.and_then(|request| sqs.call(&action, host, request));
    let status = result.as_ref().map_or_else(|refusal| refusal.status, |_| StatusCode::OK);
    sqs.recorder.record(&action, subject, status);
    match result {
        Ok(answer) => wire::answer(status, MEDIA_TYPE, &answer),
        Err(refusal) => refused(&refusal),
    }
}

/// The queue a request is about.
fn subject(request: &Value) -> String {
    let text = |member: &str| request.get(member).and_then(Value::as_str);
    let queue = text("QueueUrl").map(name_of_url).or(text("QueueName"));
    queue.or(text("SourceArn").map(last_of_arn)).unwrap_or_default().to_owned()
}

/// SQS once spoke the Query protocol, and SDKs still tell its errors by the codes of then, which come in a
/// header.
fn refused(refusal: &Refusal) -> Response {
    let mut body = refusal.body();
    if let Some(kind) = body.get_mut("__type") {
        *kind = json!(format!("com.amazonaws.sqs#{}", refusal.code));
    }
    let mut response = wire::answer(refusal.status, MEDIA_TYPE, &body);
    let code = query_code(refusal.code);
    if let Ok(code) = HeaderValue::from_str(&format!("{code};Sender")) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-query-error"), code);
    }
    response
}

fn query_code(code: &str) -> String {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "MessageNotInflight"
        | "UnsupportedOperation"
        | "EmptyBatchRequest"
        | "BatchRequestTooLong"
        | "BatchEntryIdsNotDistinct"
        | "InvalidBatchEntryId"
        | "TooManyEntriesInBatchRequest" => {
            format!("AWS.SimpleQueueService.{code}")
        }
        other => other.to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueRequest {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receive {
    queue_url: String,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<i64>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeVisibility {
    queue_url: String,
    receipt_handle: String,
    visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetQueueUrl {
    queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetQueueAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListQueues {
    #[serde(default)]
    queue_name_prefix: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StartMoveTask {
    source_arn: String,
    destination_arn: Option<String>,
}

impl Sqs {
    /// What answers the SDK: AWS JSON 1.0 on `POST /`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", post(handle))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    fn call(&self, action: &str, host: &str, request: Value) -> Result<Value, Refusal> {
        match action {
            "SendMessage" => self.send_message(wire::read(request)?),
            "SendMessageBatch" => self.send_message_batch(wire::read(request)?),
            "ReceiveMessage" => self.receive_message(&wire::read(request)?),
            "DeleteMessage" => self.delete_message(&wire::read(request)?),
            "DeleteMessageBatch" => self.delete_message_batch(wire::read(request)?),
            "ChangeMessageVisibility" => self.change_message_visibility(&wire::read(request)?),
            "GetQueueUrl" => self.get_queue_url(&wire::read(request)?, host),
            "GetQueueAttributes" => self.get_queue_attributes(&wire::read(request)?),
            "ListQueues" => Ok(self.list_queues(&wire::read(request)?, host)),
            "PurgeQueue" => self.purge_queue(&wire::read(request)?),
            "StartMessageMoveTask" => self.start_message_move_task(&wire::read(request)?),
            other => Err(Refusal::new("UnsupportedOperation", format!("{other} does not exist here."))),
        }
    }

    fn receive_message(&self, request: &Receive) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_url, |_, _| Ok(()))?;
        let max = request.max_number_of_messages.unwrap_or(1);
        if max == 0 || max > MAX_MESSAGES {
            return Err(invalid(format!(
                "Value {max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            )));
        }
        request.visibility_timeout.map_or(Ok(()), check_visibility)?;
        let received = self.receive_for(name_of_url(&request.queue_url), max, request.visibility_timeout);
        if received.is_empty() {
            return Ok(json!({}));
        }
        Ok(json!({ "Messages": received.iter().map(|message| request.shown(message)).collect::<Vec<_>>() }))
    }

    fn delete_message(&self, request: &batch::Delete) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_url, |queue, _| {
            batch::delete(queue, &request.receipt_handle)?;
            Ok(json!({}))
        })
    }

    fn change_message_visibility(&self, request: &ChangeVisibility) -> Result<Value, Refusal> {
        check_visibility(request.visibility_timeout)?;
        self.with_queue(&request.queue_url, |queue, now| {
            queue
                .change_visibility(&request.receipt_handle, request.visibility_timeout, now)
                .map_err(|error| handle_refused(error, &request.receipt_handle))?;
            Ok(json!({}))
        })
    }

    fn get_queue_url(&self, request: &GetQueueUrl, host: &str) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_name, |queue, _| {
            Ok(json!({ "QueueUrl": url(host, &queue.spec.name) }))
        })
    }

    fn list_queues(&self, request: &ListQueues, host: &str) -> Value {
        let queues = self.lock();
        let named = queues.keys().filter(|name| name.starts_with(&request.queue_name_prefix));
        json!({ "QueueUrls": named.map(|name| url(host, name)).collect::<Vec<_>>() })
    }

    fn get_queue_attributes(&self, request: &GetQueueAttributes) -> Result<Value, Refusal> {
        let mut all = self.with_queue(&request.queue_url, |queue, now| Ok(attributes_of(queue, now)))?;
        if let Value::Object(attributes) = &mut all {
            attributes.retain(|name, _| asks_for(&request.attribute_names, name));
        }
        Ok(json!({ "Attributes": all }))
    }

    fn purge_queue(&self, request: &QueueRequest) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_url, |queue, _| {
            queue.purge();
            Ok(json!({}))
        })
    }

    /// Moves everything at once: the task is over when its handle is answered.
    fn start_message_move_task(&self, request: &StartMoveTask) -> Result<Value, Refusal> {
        let source = last_of_arn(&request.source_arn);
        let destination = request.destination_arn.as_deref().map(last_of_arn);
        {
            let queues = self.lock();
            if !queues.contains_key(source) || destination.is_some_and(|name| !queues.contains_key(name)) {
                let message = "The resource that you specified for the SourceArn parameter doesn't exist.";
                return Err(
                    Refusal::new("ResourceNotFoundException", message).with_status(StatusCode::NOT_FOUND)
                );
            }
            let mut policies = queues.values().filter_map(|queue| queue.spec.redrive.as_ref());
            if !policies.any(|redrive| redrive.dead_letter_queue == source) {
                return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
            }
        }
        self.move_messages(source, destination);
        Ok(json!({ "TaskHandle": uuid_of(&self.ids.fresh("move task")) }))
    }
}

impl Receive {
    /// A message with the attributes this request asks for.
    fn shown(&self, message: &Message) -> Value {
        let mut system = json!({
            "SenderId": ACCOUNT,
            "SentTimestamp": message.sent_timestamp_millis.to_string(),
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "ApproximateFirstReceiveTimestamp": message.first_received_millis.unwrap_or_default().to_string(),
        });
        if let (Value::Object(system), Some(source)) = (&mut system, &message.dead_letter_source) {
            system.insert("DeadLetterQueueSourceArn".to_owned(), json!(queue_arn(source)));
        }
        if let Value::Object(system) = &mut system {
            system.retain(|name, _| {
                asks_for(&self.attribute_names, name) || asks_for(&self.message_system_attribute_names, name)
            });
        }
        let mut attributes = message.attributes.clone();
        attributes.retain(|name, _| asks_for(&self.message_attribute_names, name));
        let mut shown = json!({
            "MessageId": message.message_id,
            "ReceiptHandle": message.receipt_handle,
            "MD5OfBody": message.md5_of_body,
            "Body": message.body,
            "Attributes": system,
        });
        if let (Value::Object(shown), Some(md5)) = (&mut shown, md5_of_attributes(&attributes)) {
            shown.insert("MD5OfMessageAttributes".to_owned(), json!(md5));
            shown.insert("MessageAttributes".to_owned(), json!(attributes));
        }
        shown
    }
}

fn attributes_of(queue: &mut Queue, now_millis: i64) -> Value {
    let counts = queue.counts(now_millis);
    let mut attributes = json!({
        "QueueArn": queue_arn(&queue.spec.name),
        "ApproximateNumberOfMessages": counts.visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible": counts.in_flight.to_string(),
        "ApproximateNumberOfMessagesDelayed": counts.delayed.to_string(),
        "DelaySeconds": "0",
        "MaximumMessageSize": send::MAX_MESSAGE_BYTES.to_string(),
        "MessageRetentionPeriod": queue.spec.retention_seconds.to_string(),
        "VisibilityTimeout": queue.spec.visibility_timeout_seconds.to_string(),
    });
    if let (Value::Object(attributes), Some(redrive)) = (&mut attributes, &queue.spec.redrive) {
        let policy = json!({
            "deadLetterTargetArn": queue_arn(&redrive.dead_letter_queue),
            "maxReceiveCount": redrive.max_receive_count,
        });
        attributes.insert("RedrivePolicy".to_owned(), json!(policy.to_string()));
    }
    attributes
}

/// Whether a list of names asks for `name`: by itself, by `All`, or by a prefix as in `trace.*`.
fn asks_for(names: &[String], name: &str) -> bool {
    names.iter().any(|asked| {
        asked == "All"
            || asked == name
            || asked.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
    })
}

fn check_visibility(seconds: i64) -> Result<(), Refusal> {
    if (0..=MAX_VISIBILITY_SECONDS).contains(&seconds) {
        return Ok(());
    }
    Err(invalid(format!(
        "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200."
    )))
}
