//! A function that consumes a queue.

use local_aws::REGION;
use local_aws::sqs::{Message, Sqs, queue_arn};
use serde_json::{Map, Value, json};

use super::batch::failures;
use crate::functions::Functions;
use crate::names::ACCOUNT;
use crate::template::QueueTrigger;

/// A queue and the function that consumes it.
pub(super) struct Consumer {
    function: String,
    trigger: QueueTrigger,
}

impl Consumer {
    pub(super) fn new(function: &str, trigger: &QueueTrigger) -> Self {
        Self { function: function.to_owned(), trigger: trigger.clone() }
    }

    /// When the next message can be received.
    pub(super) fn next_due_millis(&self, sqs: &Sqs) -> Option<i64> {
        sqs.next_visible_millis(&self.trigger.queue)
    }

    /// Hands the function one batch, and deletes what did not fail. The rest is received again when its
    /// visibility timeout is over. Answers how many messages there were.
    pub(super) async fn consume(&self, sqs: &Sqs, functions: &Functions) -> usize {
        let queue = &self.trigger.queue;
        let batch_size = usize::try_from(self.trigger.batch_size).unwrap_or(usize::MAX);
        let messages = sqs.receive(queue, batch_size);
        if messages.is_empty() {
            return 0;
        }
        let records: Vec<Value> = messages.iter().map(|message| record(message, queue)).collect();
        let payload = json!({ "Records": records }).to_string().into_bytes();
        let answer = functions.invoke(&self.function, payload).await;
        let ids: Vec<String> = messages.iter().map(|message| message.message_id.clone()).collect();
        let failed = failures(answer, self.trigger.reports_failures, &ids);
        for (index, message) in messages.iter().enumerate() {
            if !failed.contains(&index) {
                sqs.delete(queue, &message.receipt_handle);
            }
        }
        messages.len()
    }
}

/// A message as Lambda receives it.
fn record(message: &Message, queue: &str) -> Value {
    let attributes: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, attribute)| {
            let value = json!({
                "stringValue": attribute.string_value,
                "dataType": attribute.data_type,
                "stringListValues": [],
                "binaryListValues": [],
            });
            (name.clone(), value)
        })
        .collect();
    let first_received_millis = message.first_received_millis.unwrap_or(message.sent_timestamp_millis);
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "SentTimestamp": message.sent_timestamp_millis.to_string(),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": first_received_millis.to_string(),
        },
        "messageAttributes": attributes,
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn(queue),
        "awsRegion": REGION,
    })
}
