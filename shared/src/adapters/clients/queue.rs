//! Sending to an SQS queue.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde::Serialize;

use super::aws::{Aws, client};
use crate::adapters::config::{ConfigError, Environment};
use crate::fault::Fault;

/// SQS takes ten messages a request.
const BATCH: usize = 10;

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    /// The queue whose URL is in the variable `name`.
    ///
    /// # Errors
    /// The variable is not set.
    pub fn new(aws: &Aws, environment: &Environment, name: &str) -> Result<Self, ConfigError> {
        Ok(Self { client: client!(aws_sdk_sqs, "SQS", aws), url: environment.required(name)?.to_owned() })
    }

    /// Sends one message. When this returns, SQS has it.
    ///
    /// # Errors
    /// SQS did not take it.
    pub async fn send<T: Serialize>(&self, message: &T) -> Result<(), Fault> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body(message)?).send().await;
        sent.map(|_| ()).map_err(|_| Fault::Retry("SQS SendMessage".to_owned()))
    }

    /// Sends all messages.
    ///
    /// # Errors
    /// SQS did not take all of them. Those it took are sent again with the next try; who receives them must
    /// not mind.
    pub async fn send_all<T: Serialize>(&self, messages: &[T]) -> Result<(), Fault> {
        for batch in messages.chunks(BATCH) {
            let mut request = self.client.send_message_batch().queue_url(&self.url);
            for (index, message) in batch.iter().enumerate() {
                let entry = SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(body(message)?);
                let entry = entry.build().map_err(|error| Fault::Bug(format!("build a message: {error}")))?;
                request = request.entries(entry);
            }
            let answer = request.send().await.map_err(|_| Fault::Retry("SQS SendMessageBatch".to_owned()))?;
            if !answer.failed().is_empty() {
                return Err(Fault::Retry(format!("SQS took all but {} messages", answer.failed().len())));
            }
        }
        Ok(())
    }
}

fn body<T: Serialize>(message: &T) -> Result<String, Fault> {
    serde_json::to_string(message).map_err(|error| Fault::Bug(format!("write a message: {error}")))
}
