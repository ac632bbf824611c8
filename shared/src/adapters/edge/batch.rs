//! A batch of messages of which some may fail.

use std::convert::Infallible;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use serde::de::DeserializeOwned;

use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// Has `work` do each message of a batch, with the time at which it was sent, and reports what must come
/// again.
///
/// # Errors
/// Never: what goes wrong is in the report.
pub async fn each<T, Work>(
    batch: SqsEvent,
    work: impl Fn(T, Timestamp) -> Work,
) -> Result<SqsBatchResponse, Infallible>
where
    T: DeserializeOwned,
    Work: Future<Output = Result<(), Fault>>,
{
    let mut report = Report::default();
    for message in batch.records {
        let result = match read(&message) {
            // The work's future is large, and lives on the heap once.
            Ok((body, sent_at)) => Box::pin(work(body, sent_at)).await,
            Err(fault) => Err(fault),
        };
        report.add(message, result);
    }
    Ok(report.0)
}

/// Reads a message: its body, and when it was sent.
///
/// # Errors
/// The message is not one of ours; the queue keeps it for a person.
fn read<T: DeserializeOwned>(message: &SqsMessage) -> Result<(T, Timestamp), Fault> {
    let body = message.body.as_deref().unwrap_or_default();
    let body = serde_json::from_str(body).map_err(|_| Fault::Bug("a message cannot be read".to_owned()))?;
    let sent = message.attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
    let sent = sent.ok_or_else(|| Fault::Bug("a message has no SentTimestamp".to_owned()))?;
    Ok((body, Timestamp::from_epoch_millis(sent)))
}

/// Which messages must come again. One that fails does not hold up the others.
#[derive(Debug, Default)]
struct Report(SqsBatchResponse);

impl Report {
    /// Adds how `message` went. A fault is logged here, once. Whatever it is, the message comes again and
    /// ends, if it never succeeds, in the dead-letter queue, where nothing is lost and an alarm rings: nobody
    /// else would hear of it.
    fn add(&mut self, message: SqsMessage, result: Result<(), Fault>) {
        let Err(fault) = result else { return };
        let message_id = message.message_id.unwrap_or_default();
        match &fault {
            Fault::Reject(problem) => tracing::warn!(message_id, problem = %problem, "message refused"),
            Fault::Retry(reason) => tracing::warn!(message_id, reason, "message will come again"),
            Fault::Bug(reason) => tracing::error!(message_id, reason, "message needs a person"),
        }
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        self.0.batch_item_failures.push(failure);
    }
}
