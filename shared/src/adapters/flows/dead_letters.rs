//! Queues of messages that were given up: looked at, sent back, taken away.

use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName as About, QueueAttributeName as Of,
};
use serde::de::DeserializeOwned;

use crate::adapters::clients::aws::{Aws, client};
use crate::adapters::config::{ConfigError, Environment};
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// SQS hands out ten messages a request.
const BATCH: usize = 10;

/// To look at a message is to receive it, which hides it from others for so long: longer than a look takes,
/// and too short for anybody to miss it. No queue takes messages from here, however often they are received.
const HIDDEN_SECONDS: i32 = 5;

/// A receive that waits asks all of SQS's servers, one that does not only some
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html>).
const WAIT_SECONDS: i32 = 1;

/// A dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// A message that was given up. Its body is only ever read into a form that says what may be told.
#[derive(Debug)]
pub struct DeadLetter {
    /// SQS's id for it.
    pub id: String,
    /// When it was first sent.
    pub sent_at: Timestamp,
    /// How often it was received, each look at it included.
    pub received: u32,
    body: String,
    handle: String,
}

impl DeadLetters {
    /// The queue whose URL is in the variable `name`.
    ///
    /// # Errors
    /// The variable is not set.
    pub fn new(aws: &Aws, environment: &Environment, name: &str) -> Result<Self, ConfigError> {
        Ok(Self { client: client!(aws_sdk_sqs, "SQS", aws), url: environment.required(name)?.to_owned() })
    }

    /// How many messages there are, as SQS knew up to a minute ago.
    ///
    /// # Errors
    /// SQS did not answer.
    pub async fn count(&self) -> Result<usize, Fault> {
        let (visible, hidden) = (Of::ApproximateNumberOfMessages, Of::ApproximateNumberOfMessagesNotVisible);
        let [visible, hidden] = self.attributes([visible, hidden]).await?;
        let number = |text: String| {
            text.parse::<usize>().map_err(|_| Fault::Bug("a queue's count is no number".to_owned()))
        };
        Ok(number(visible)?.saturating_add(number(hidden)?))
    }

    /// Up to `most` of the messages. Looking takes none away.
    ///
    /// # Errors
    /// SQS did not answer.
    pub async fn look(&self, most: usize) -> Result<Vec<DeadLetter>, Fault> {
        let mut letters = Vec::new();
        while letters.len() < most {
            let received = self
                .client
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(number(BATCH.min(most.saturating_sub(letters.len()))))
                .visibility_timeout(HIDDEN_SECONDS)
                .wait_time_seconds(WAIT_SECONDS)
                .message_system_attribute_names(About::SentTimestamp)
                .message_system_attribute_names(About::ApproximateReceiveCount)
                .send()
                .await
                .map_err(|_| Fault::Retry("SQS ReceiveMessage".to_owned()))?;
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            for message in messages {
                letters.push(DeadLetter::of(message)?);
            }
        }
        Ok(letters)
    }

    /// Has SQS send everything back to the queue that it came from. It goes on when this has returned.
    ///
    /// # Errors
    /// SQS did not take the task; it takes one at a time.
    pub async fn send_back(&self) -> Result<(), Fault> {
        let [arn] = self.attributes([Of::QueueArn]).await?;
        let started = self.client.start_message_move_task().source_arn(arn).send().await;
        started.map(drop).map_err(|_| Fault::Retry("SQS StartMessageMoveTask".to_owned()))
    }

    /// Takes messages away that were looked at just now.
    ///
    /// # Errors
    /// SQS did not take away all of them; they can be looked at again.
    pub async fn take_away(&self, letters: &[DeadLetter]) -> Result<(), Fault> {
        for batch in letters.chunks(BATCH) {
            let mut request = self.client.delete_message_batch().queue_url(&self.url);
            for letter in batch {
                let entry = DeleteMessageBatchRequestEntry::builder().id(&letter.id);
                let entry = entry.receipt_handle(&letter.handle).build();
                let entry = entry.map_err(|error| Fault::Bug(format!("build a deletion: {error}")))?;
                request = request.entries(entry);
            }
            let answer =
                request.send().await.map_err(|_| Fault::Retry("SQS DeleteMessageBatch".to_owned()))?;
            if !answer.failed().is_empty() {
                return Err(Fault::Retry(format!("SQS kept {} messages", answer.failed().len())));
            }
        }
        Ok(())
    }

    /// What SQS says of the queue under these names.
    async fn attributes<const N: usize>(&self, names: [Of; N]) -> Result<[String; N], Fault> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|_| Fault::Retry("SQS GetQueueAttributes".to_owned()))?;
        let mut known = answer.attributes.unwrap_or_default();
        Ok(names.map(|name| known.remove(&name).unwrap_or_default()))
    }
}

impl DeadLetter {
    fn of(message: Message) -> Result<Self, Fault> {
        let missing = |what: &str| Fault::Bug(format!("a message has no {what}"));
        let attribute = |name: About| message.attributes.as_ref()?.get(&name);
        let sent_at = attribute(About::SentTimestamp).and_then(|millis| millis.parse().ok());
        let received = attribute(About::ApproximateReceiveCount).and_then(|count| count.parse().ok());
        Ok(Self {
            sent_at: Timestamp::from_epoch_millis(sent_at.ok_or_else(|| missing("SentTimestamp"))?),
            received: received.ok_or_else(|| missing("ApproximateReceiveCount"))?,
            id: message.message_id.ok_or_else(|| missing("id"))?,
            body: message.body.ok_or_else(|| missing("body"))?,
            handle: message.receipt_handle.ok_or_else(|| missing("receipt handle"))?,
        })
    }

    /// What the message says, if it is a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.body).ok()
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
