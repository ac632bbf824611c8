//! What batches have in common, and deleting.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::queue::{HandleError, Queue};
use super::refusals::handle_refused;
use super::service::Sqs;
use crate::wire::Refusal;

/// The most messages a receive or a batch may name.
pub(super) const MAX_MESSAGES: usize = 10;
/// The longest id of an entry.
const MAX_ID_CHARS: usize = 80;

/// A batch request for one queue.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<E> {
    pub(super) queue_url: String,
    #[serde(default = "Vec::new")]
    pub(super) entries: Vec<E>,
}

impl<E> Batch<E> {
    /// Checks what is wrong with a batch as a whole; `id` is the name the caller gave an entry.
    pub(super) fn check(&self, id: impl Fn(&E) -> &str) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Err(Refusal::new(
                "EmptyBatchRequest",
                "There should be at least one entry in the request.",
            ));
        }
        let count = self.entries.len();
        if count > MAX_MESSAGES {
            return Err(Refusal::new(
                "TooManyEntriesInBatchRequest",
                format!("Maximum number of entries per request are {MAX_MESSAGES}. You have sent {count}."),
            ));
        }
        let ids: BTreeSet<&str> = self.entries.iter().map(id).collect();
        if ids.len() < count {
            return Err(Refusal::new(
                "BatchEntryIdsNotDistinct",
                "Two or more batch entries have the same Id.",
            ));
        }
        if !ids.iter().all(|id| is_entry_id(id)) {
            return Err(Refusal::new(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
            ));
        }
        Ok(())
    }
}

fn is_entry_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !id.is_empty() && id.len() <= MAX_ID_CHARS && id.bytes().all(allowed)
}

/// What became of each entry.
#[derive(Default)]
pub(super) struct Outcomes {
    successful: Vec<Value>,
    failed: Vec<Value>,
}

impl Outcomes {
    pub(super) fn add(&mut self, id: &str, outcome: Result<Value, Refusal>) {
        match outcome {
            Ok(mut answer) => {
                if let Value::Object(answer) = &mut answer {
                    answer.insert("Id".to_owned(), json!(id));
                }
                self.successful.push(answer);
            }
            Err(refusal) => self.failed.push(json!({
                "Id": id,
                "SenderFault": true,
                "Code": refusal.code,
                "Message": refusal.message,
            })),
        }
    }

    pub(super) fn answer(self) -> Value {
        json!({ "Successful": self.successful, "Failed": self.failed })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    pub(super) queue_url: String,
    pub(super) receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteEntry {
    id: String,
    receipt_handle: String,
}

impl Sqs {
    pub(super) fn delete_message_batch(&self, request: Batch<DeleteEntry>) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_url, |queue, _| {
            request.check(|entry| &entry.id)?;
            let mut outcomes = Outcomes::default();
            for entry in &request.entries {
                outcomes.add(&entry.id, delete(queue, &entry.receipt_handle).map(|()| json!({})));
            }
            Ok(outcomes.answer())
        })
    }
}

/// Deletes a message. That it is gone already, or has been received again since, is no error.
pub(super) fn delete(queue: &mut Queue, receipt_handle: &str) -> Result<(), Refusal> {
    match queue.delete(receipt_handle) {
        Ok(()) | Err(HandleError::Unknown) => Ok(()),
        Err(error @ (HandleError::Malformed | HandleError::NotInFlight)) => {
            Err(handle_refused(error, receipt_handle))
        }
    }
}
