//! A function that is told a table's changes, in order.

use std::collections::BTreeMap;

use local_wire::Clock;
use serde_json::{Value, json};

use super::batch::failures;
use crate::aws::Aws;
use crate::functions::Functions;
use crate::names::{function_arn, stream_arn};
use crate::template::StreamTrigger;

/// The longest wait before a batch is tried again.
const MAX_WAIT_SECONDS: i64 = 60;

/// A table's changes, the function that reads them, and how far the reading has come.
pub(super) struct Reader {
    function: String,
    trigger: StreamTrigger,
    /// The most changes in the next batch.
    batch_size: usize,
    /// How often the batch at hand has failed.
    failed_attempts: u32,
    /// When it may be tried again.
    next_at_millis: i64,
}

impl Reader {
    pub(super) fn new(function: &str, trigger: &StreamTrigger) -> Self {
        let mut reader = Self {
            function: function.to_owned(),
            trigger: trigger.clone(),
            batch_size: 0,
            failed_attempts: 0,
            next_at_millis: 0,
        };
        reader.start_over();
        reader
    }

    /// When a batch that failed may be tried again; a time that has passed if none did.
    /// Or when the changes that wait for others have waited long enough.
    pub(super) fn next_due_millis(&self, aws: &Aws) -> i64 {
        let oldest = aws.dynamodb.changes_for(&self.trigger.table, &self.function, 1);
        self.next_at_millis.max(oldest.first().map_or(0, |oldest| self.window_end_millis(oldest)))
    }

    /// A batch that is not full waits so long after its oldest change.
    fn window_end_millis(&self, oldest: &Value) -> i64 {
        let changed_at = oldest.pointer("/dynamodb/ApproximateCreationDateTime").and_then(Value::as_i64);
        let window_end = changed_at.unwrap_or_default().saturating_add(self.trigger.window_seconds.into());
        window_end.saturating_mul(1000)
    }

    /// Tells the function one batch of changes, up to the first that fails. A batch whose first change fails
    /// is halved and tried again, later and later, and given up in the end. Answers how many changes were
    /// told.
    pub(super) async fn read(&mut self, clock: &Clock, aws: &Aws, functions: &Functions) -> usize {
        if self.next_at_millis > clock.epoch_millis() {
            return 0;
        }
        let changes = aws.dynamodb.changes_for(&self.trigger.table, &self.function, self.batch_size);
        let Some(oldest) = changes.first() else { return 0 };
        if changes.len() < self.batch_size && self.window_end_millis(oldest) > clock.epoch_millis() {
            return 0;
        }
        let payload = json!({ "Records": changes }).to_string().into_bytes();
        let answer = functions.invoke(&self.function, payload).await;
        let sequence: Vec<String> = changes.iter().map(sequence_number).collect();
        let first_failed = failures(answer, self.trigger.reports_failures, &sequence).into_iter().min();
        let told = first_failed.unwrap_or(sequence.len());
        if told > 0 {
            self.acknowledge(aws, sequence.get(..told).unwrap_or_default());
        } else if self.trigger.bisects && sequence.len() > 1 {
            self.batch_size = sequence.len() / 2;
        } else {
            self.fail(clock, aws, &sequence);
        }
        sequence.len()
    }

    fn fail(&mut self, clock: &Clock, aws: &Aws, sequence: &[String]) {
        self.failed_attempts += 1;
        if self.trigger.retries.is_some_and(|retries| self.failed_attempts > retries) {
            if let Some(queue) = &self.trigger.on_failure {
                aws.sqs.send(queue, &self.given_up(sequence).to_string(), BTreeMap::new());
            }
            self.acknowledge(aws, sequence);
            return;
        }
        let wait_seconds = 1_i64.checked_shl(self.failed_attempts - 1).unwrap_or(MAX_WAIT_SECONDS);
        self.next_at_millis = clock.epoch_millis() + wait_seconds.clamp(1, MAX_WAIT_SECONDS) * 1000;
    }

    fn acknowledge(&mut self, aws: &Aws, sequence: &[String]) {
        if let Some(last) = sequence.last() {
            aws.dynamodb.acknowledge_by(&self.trigger.table, &self.function, last);
        }
        self.start_over();
    }

    fn start_over(&mut self) {
        self.batch_size = usize::try_from(self.trigger.batch_size).unwrap_or(usize::MAX);
        self.failed_attempts = 0;
        self.next_at_millis = 0;
    }

    /// What the queue for failures is told: where to find the changes, not the changes.
    fn given_up(&self, sequence: &[String]) -> Value {
        json!({
            "version": "1.0",
            "requestContext": {
                "functionArn": function_arn(&self.function),
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": self.failed_attempts,
            },
            "DDBStreamBatchInfo": {
                "shardId": "shardId-local",
                "startSequenceNumber": sequence.first(),
                "endSequenceNumber": sequence.last(),
                "batchSize": sequence.len(),
                "streamArn": stream_arn(&self.trigger.table),
            },
        })
    }
}

fn sequence_number(change: &Value) -> String {
    let number = change.get("dynamodb").and_then(|record| record.get("SequenceNumber"));
    number.and_then(Value::as_str).unwrap_or_default().to_owned()
}
