//! What was asked of the tables and what they answered, in order, for another DynamoDB to be asked the same:
//! `tests/another_dynamodb` does.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::DynoxideError;
use serde::Serialize;
use serde_json::Value;

/// Names the directory into which each database writes a file of its own. Not set: nothing is written.
const VARIABLE: &str = "LOCAL_DYNAMODB_TRANSCRIPTS";

/// A file of lines. Who has it is the only one who asks meanwhile, so the lines stand in the order of their
/// effects. Cloning shares it.
#[derive(Clone)]
pub(super) struct Transcript(Arc<Mutex<File>>);

#[derive(Serialize)]
struct Line<'a> {
    action: &'a str,
    request: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl Transcript {
    /// A new file in the directory that [`VARIABLE`] names.
    pub(super) fn open() -> std::io::Result<Option<Self>> {
        static OPENED: AtomicUsize = AtomicUsize::new(0);
        let Some(directory) = std::env::var_os(VARIABLE) else { return Ok(None) };
        let name = format!("{}-{}.jsonl", process::id(), OPENED.fetch_add(1, Ordering::Relaxed));
        let file = File::create(PathBuf::from(directory).join(name))?;
        Ok(Some(Self(Arc::new(Mutex::new(file)))))
    }

    /// Has `act` answer, and writes both down.
    pub(super) fn run(
        &self,
        action: &str,
        request: Value,
        act: impl FnOnce(Value) -> Result<Value, DynoxideError>,
    ) -> Result<Value, DynoxideError> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(request.clone());
        let error =
            result.as_ref().err().map(|error| serde_json::from_str(&error.to_json()).unwrap_or_default());
        let line = Line { action, request: &request, answer: result.as_ref().ok(), error };
        let written = serde_json::to_vec(&line).map_err(std::io::Error::other).and_then(|mut line| {
            line.push(b'\n');
            file.write_all(&line)
        });
        written.map_err(|error| {
            DynoxideError::InternalServerError(format!("the transcript could not be written: {error}"))
        })?;
        result
    }
}
