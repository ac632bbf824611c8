//! The front: every request measured and recorded, every write's effect kept.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use dynoxide::DynoxideError;
use serde_json::{Value, json};

use super::capacity::{self, Units};
use super::changes::Images;
use super::error::Error;
use super::in_flight::Conflict;
use super::service::DynamoDb;
use super::tables::{self, Touched, place};
use crate::wire::{self, MAX_BODY_BYTES, Refusal};

const MEDIA_TYPE: &str = "application/x-amz-json-1.0";
const CAPACITY_MODE: &str = "ReturnConsumedCapacity";

/// What came of a request.
struct Done {
    result: Result<Value, DynoxideError>,
    units: Units,
    subject: String,
}

async fn handle(State(dynamodb): State<DynamoDb>, headers: HeaderMap, body: Bytes) -> Response {
    let action = wire::action(&headers);
    let request: Value = match wire::parse(&body) {
        Ok(request) => request,
        Err(refusal) => {
            dynamodb.recorder.record(&action, String::new(), refusal.status);
            return wire::answer(refusal.status, MEDIA_TYPE, &refusal.body());
        }
    };
    // From its arrival to its answer a request is in the way of others, also while it waits for its turn to
    // write.
    let touched = dynamodb.tables().touched(&action, &request);
    let held = dynamodb.in_flight.arrive(&action, &touched);
    // SQLite blocks, and with a file it waits for the disk: the workers that run the functions must not.
    let answered = tokio::task::spawn_blocking(move || match held {
        // A caller who hangs up leaves the request to be carried out, and its items held meanwhile.
        Ok(held) => {
            let answer = dynamodb.answer(&action, request);
            drop(held);
            answer
        }
        Err(conflict) => dynamodb.reject(&action, &touched, &conflict),
    })
    .await;
    answered.unwrap_or_else(|_| {
        let refusal = Refusal::new("InternalServerError", "The local DynamoDB failed.");
        wire::answer(StatusCode::INTERNAL_SERVER_ERROR, MEDIA_TYPE, &refusal.body())
    })
}

impl DynamoDb {
    /// What answers the SDK: AWS JSON 1.0 on `POST /`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", post(handle))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    /// Creates a table from the JSON of a `CreateTable` request. One that exists with the same keys and
    /// indexes is fine; its stream, which the file does not remember, is then as described here.
    ///
    /// # Errors
    /// The request is not valid, or a table of this name exists with other keys or indexes.
    pub fn create_table(&self, create_table_request: Value) -> Result<(), Error> {
        match self.call("CreateTable", create_table_request.clone()) {
            Ok(_) => Ok(()),
            Err(DynoxideError::ResourceInUseException(_)) => {
                let name = tables::name(&create_table_request);
                let described = self.engine.run("DescribeTable", json!({ "TableName": name }))?;
                if !tables::same_schema(&create_table_request, &described) {
                    return Err(Error::TableDiffers(name.to_owned()));
                }
                self.declare(&create_table_request);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Performs a request and discards what it cost.
    fn call(&self, action: &str, request: Value) -> Result<Value, DynoxideError> {
        self.perform(action, request).result
    }

    fn answer(&self, action: &str, request: Value) -> Response {
        let done = self.perform(action, request);
        let (status, body) = match &done.result {
            Ok(answer) => (StatusCode::OK, answer.clone()),
            Err(error) => {
                let status = StatusCode::from_u16(error.status_code());
                let body = serde_json::from_str(&error.to_json()).unwrap_or_default();
                (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
            }
        };
        let Units { write_tenths, read_tenths } = done.units;
        let error = done.result.is_err().then(|| name_of(&body));
        self.recorder.record_outcome(action, done.subject, status, error, (write_tenths, read_tenths));
        wire::answer(status, MEDIA_TYPE, &body)
    }

    /// Answers a request that met a transaction.
    fn reject(&self, action: &str, touched: &[Touched], conflict: &Conflict) -> Response {
        let before: Vec<Option<Value>> =
            touched.iter().map(|item| self.engine.read_item(&item.table, &item.key)).collect();
        let Units { write_tenths, read_tenths } = capacity::conflicting(action, &before);
        let (status, body) = (StatusCode::BAD_REQUEST, conflict.body());
        let subject = subject(touched, &Value::Null);
        self.recorder.record_outcome(
            action,
            subject,
            status,
            Some(name_of(&body)),
            (write_tenths, read_tenths),
        );
        wire::answer(status, MEDIA_TYPE, &body)
    }

    /// Performs a request, with the consumed capacity measured whether or not its caller wants to know.
    fn perform(&self, action: &str, mut request: Value) -> Done {
        let asked = request.get(CAPACITY_MODE).is_some_and(|mode| *mode != json!("NONE"));
        if let (false, true, Value::Object(request)) = (asked, capacity::is_measured(action), &mut request) {
            request.insert(CAPACITY_MODE.to_owned(), json!("INDEXES"));
        }
        let mut done = match action {
            "CreateTable" => self.create(request),
            action if capacity::is_write(action) => self.write(action, request),
            action => self.read(action, request),
        };
        if let Ok(answer) = &mut done.result {
            done.units = capacity::measured(action, answer);
            if let (false, Value::Object(answer)) = (asked, answer) {
                answer.remove("ConsumedCapacity");
            }
        }
        done
    }

    fn read(&self, action: &str, request: Value) -> Done {
        let subject = subject(&self.tables().touched(action, &request), &request);
        let mut result = self.engine.run(action, request.clone());
        if let Ok(answer) = &mut result {
            self.lag.hide(&request, answer, self.clock.epoch_seconds());
        }
        Done { result, units: Units::default(), subject }
    }

    /// Creates a table, whose stream is the front's business and none of dynoxide's.
    fn create(&self, request: Value) -> Done {
        let subject = place(&request);
        let mut without_stream = request.clone();
        if let Value::Object(members) = &mut without_stream {
            members.remove("StreamSpecification");
        }
        let result = self.engine.run("CreateTable", without_stream);
        if result.is_ok() {
            self.declare(&request);
        }
        Done { result, units: Units::default(), subject }
    }

    /// Writes, and records what has changed. The lock makes this the only write meanwhile.
    fn write(&self, action: &str, request: Value) -> Done {
        let mut changes = self.lock();
        let touched = self.tables().touched(action, &request);
        let subject = subject(&touched, &request);
        let read = |item: &Touched| self.engine.read_item(&item.table, &item.key);
        let before: Vec<Option<Value>> = touched.iter().map(read).collect();
        let answer = match self.engine.run(action, request) {
            Ok(answer) => answer,
            Err(error) => {
                let units = capacity::refused(&error, &before);
                return Done { result: Err(error), units, subject };
            }
        };
        let at_seconds = self.clock.epoch_seconds();
        self.lag.wrote(&touched, at_seconds);
        let mut recorded = Ok(());
        for (item, old) in touched.iter().zip(before) {
            let images = Images { new: read(item), old };
            let view = self.tables().get(&item.table).and_then(|table| table.view.clone());
            if let Some(view) = view.filter(|_| images.old != images.new) {
                recorded = recorded.and(changes.record(item, &view, images, at_seconds));
            }
        }
        let result = recorded.map(|()| answer).map_err(|error| {
            DynoxideError::InternalServerError(format!("the change could not be recorded: {error}"))
        });
        Done { result, units: Units::default(), subject }
    }
}

/// What a request is about: the partition keys of its items, or its table and index.
fn subject(touched: &[Touched], request: &Value) -> String {
    if touched.is_empty() {
        return place(request);
    }
    let partitions: Vec<&str> = touched.iter().map(|item| item.partition.as_str()).collect();
    partitions.join(", ")
}

/// The name of an error, or of a cancelled transaction the reasons that it was cancelled for.
fn name_of(error: &Value) -> String {
    let reasons = error.get("CancellationReasons").and_then(Value::as_array).into_iter().flatten();
    let codes: BTreeSet<&str> = reasons.filter_map(|reason| reason.get("Code")?.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().filter(|code| *code != "None").collect();
    if !codes.is_empty() {
        return codes.join(", ");
    }
    let name = error.get("__type").and_then(Value::as_str).unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().to_owned()
}
