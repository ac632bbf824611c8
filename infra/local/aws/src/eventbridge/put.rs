//! `PutEvents`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::service::{BusEvent, DEFAULT_BUS, EventBridge};
use crate::wire::{self, MAX_BODY_BYTES, Refusal};

const MEDIA_TYPE: &str = "application/x-amz-json-1.1";
const MAX_ENTRIES: usize = 10;
/// The largest request: the sum of its entries as AWS counts them.
const MAX_REQUEST_BYTES: usize = 1_048_576;
/// What an entry's time counts for in that sum.
const TIME_BYTES: usize = 14;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    source: String,
    #[serde(default)]
    detail_type: String,
    #[serde(default)]
    detail: String,
    event_bus_name: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    /// Seconds since the epoch, possibly with a fraction.
    time: Option<Number>,
}

async fn handle(State(bridge): State<EventBridge>, headers: HeaderMap, body: Bytes) -> Response {
    let action = wire::action(&headers);
    let request: Result<PutEvents, Refusal> = match action.as_str() {
        "PutEvents" => wire::parse(&body),
        other => Err(Refusal::new("UnknownOperationException", format!("{other} does not exist here."))),
    };
    let subject = request.as_ref().map(subject).unwrap_or_default();
    let result = request.and_then(|request| bridge.put_events(request));
    let status = result.as_ref().map_or_else(|refusal| refusal.status, |_| StatusCode::OK);
    bridge.recorder.record(&action, subject, status);
    wire::answer(status, MEDIA_TYPE, &result.unwrap_or_else(|refusal| refusal.body()))
}

/// What the events are about: their types.
fn subject(request: &PutEvents) -> String {
    let types: Vec<&str> = request.entries.iter().map(|entry| entry.detail_type.as_str()).collect();
    types.join(", ")
}

impl EventBridge {
    /// What answers the SDK: AWS JSON 1.1 on `POST /`, the action `PutEvents` alone.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", post(handle))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    fn put_events(&self, request: PutEvents) -> Result<Value, Refusal> {
        let count = request.entries.len();
        if count == 0 || count > MAX_ENTRIES {
            return Err(Refusal::new(
                "ValidationException",
                format!("{count} entries were sent: a request has from 1 to {MAX_ENTRIES}."),
            ));
        }
        if request.entries.iter().map(Entry::bytes).sum::<usize>() > MAX_REQUEST_BYTES {
            let message = "Total size of the entries in the request is over the limit.";
            return Err(Refusal::new("ValidationException", message));
        }
        let outcomes: Vec<Result<String, Refusal>> =
            request.entries.into_iter().map(|entry| self.put(entry)).collect();
        let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        let entries: Vec<Value> = outcomes.into_iter().map(told).collect();
        Ok(json!({ "FailedEntryCount": failed, "Entries": entries }))
    }

    /// Puts one event on its bus, and answers its id.
    fn put(&self, entry: Entry) -> Result<String, Refusal> {
        let mut event = entry.read(self.clock.epoch_millis())?;
        let mut state = self.lock();
        if !state.buses.contains(&event.bus) {
            let message = format!("Event bus {} does not exist.", event.bus);
            return Err(Refusal::new("ResourceNotFoundException", message));
        }
        event.id = self.ids.fresh("event");
        let id = event.id.clone();
        state.keep(event);
        Ok(id)
    }
}

fn told(outcome: Result<String, Refusal>) -> Value {
    match outcome {
        Ok(id) => json!({ "EventId": id }),
        Err(refusal) => json!({ "ErrorCode": refusal.code, "ErrorMessage": refusal.message }),
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let time = self.time.as_ref().map_or(0, |_| TIME_BYTES);
        let resources: usize = self.resources.iter().map(String::len).sum();
        time + self.source.len() + self.detail_type.len() + self.detail.len() + resources
    }

    /// The event this entry describes, still without an id.
    fn read(self, now_millis: i64) -> Result<BusEvent, Refusal> {
        for (name, value) in
            [("Source", &self.source), ("DetailType", &self.detail_type), ("Detail", &self.detail)]
        {
            if value.is_empty() {
                let message =
                    format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
                return Err(Refusal::new("InvalidArgument", message));
            }
        }
        let detail: Value = serde_json::from_str(&self.detail)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| Refusal::new("MalformedDetail", "Detail is malformed."))?;
        Ok(BusEvent {
            id: String::new(),
            bus: bus_name(self.event_bus_name.as_deref().unwrap_or(DEFAULT_BUS)),
            source: self.source,
            detail_type: self.detail_type,
            detail,
            resources: self.resources,
            time_millis: self.time.as_ref().and_then(millis_of).unwrap_or(now_millis),
        })
    }
}

/// A bus is named by its name or its ARN.
fn bus_name(written: &str) -> String {
    written.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The milliseconds of a number of seconds, read from its digits.
fn millis_of(seconds: &Number) -> Option<i64> {
    let written = seconds.to_string();
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let millis: i64 = fraction.chars().chain("000".chars()).take(3).collect::<String>().parse().ok()?;
    let at = Timestamp::from_second(whole.parse().ok()?).ok()?;
    Some(at.as_millisecond().saturating_add(millis))
}
