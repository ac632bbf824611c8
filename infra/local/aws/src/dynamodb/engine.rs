//! dynoxide by the names of the API's actions: JSON in, JSON out.

use std::path::Path;

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::Error;
use super::transcript::Transcript;

/// The tables. Cloning shares them.
#[derive(Clone)]
pub(super) struct Engine {
    database: Database,
    transcript: Option<Transcript>,
}

impl Engine {
    /// Opens the database in the file at `path`, or an empty one in memory.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Error> {
        // Of a file the items may be there already, and no transcript would say how they came.
        let (database, transcript) = match path {
            Some(path) => (Database::new(&path.to_string_lossy())?, None),
            None => (Database::memory()?, Transcript::open()?),
        };
        Ok(Self { database, transcript })
    }

    /// Runs one action. dynoxide blocks on SQLite meanwhile.
    pub(super) fn run(&self, action: &str, request: Value) -> Result<Value, DynoxideError> {
        match &self.transcript {
            Some(transcript) => {
                transcript.run(action, request, |request| run(&self.database, action, request))
            }
            None => run(&self.database, action, request),
        }
    }

    /// The item with this key, if there is one: a look of our own, which no caller asked for.
    pub(super) fn read_item(&self, table: &str, key: &Value) -> Option<Value> {
        let request = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
        run(&self.database, "GetItem", request).ok()?.get("Item").cloned()
    }
}

fn run(database: &Database, action: &str, request: Value) -> Result<Value, DynoxideError> {
    match action {
        "CreateTable" => call(request, |request| database.create_table(request)),
        "DeleteTable" => call(request, |request| database.delete_table(request)),
        "DescribeTable" => call(request, |request| database.describe_table(request)),
        "ListTables" => call(request, |request| database.list_tables(request)),
        "PutItem" => call(request, |request| database.put_item(request)),
        "GetItem" => call(request, |request| database.get_item(request)),
        "UpdateItem" => call(request, |request| database.update_item(request)),
        "DeleteItem" => call(request, |request| database.delete_item(request)),
        "Query" => call(request, |request| database.query(request)),
        "Scan" => call(request, |request| database.scan(request)),
        "BatchGetItem" => call(request, |request| database.batch_get_item(request)),
        "BatchWriteItem" => call(request, |request| database.batch_write_item(request)),
        "TransactGetItems" => call(request, |request| database.transact_get_items(request)),
        "TransactWriteItems" => call(request, |request| database.transact_write_items(request)),
        "UpdateTimeToLive" => call(request, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => call(request, |request| database.describe_time_to_live(request)),
        other => Err(DynoxideError::ValidationException(format!("{other} does not exist here."))),
    }
}

fn call<Request: DeserializeOwned, Answer: Serialize>(
    request: Value,
    act: impl FnOnce(Request) -> dynoxide::Result<Answer>,
) -> Result<Value, DynoxideError> {
    let request = serde_json::from_value(request).map_err(|error| invalid(&error.to_string()))?;
    serde_json::to_value(act(request)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// dynoxide checks some rules while it reads a request, and marks what it has to say with the error's kind.
fn invalid(said: &str) -> DynoxideError {
    match said.split_once(':') {
        Some((kind, message)) if kind.starts_with("SERIALIZATION") => {
            DynoxideError::SerializationException(message.to_owned())
        }
        Some((kind, message)) if kind.starts_with("VALIDATION") => {
            DynoxideError::ValidationException(message.to_owned())
        }
        Some(_) | None => DynoxideError::ValidationException(said.to_owned()),
    }
}
