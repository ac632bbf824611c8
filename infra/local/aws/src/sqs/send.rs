//! Sending: one message, or up to ten, each accepted or refused on its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::batch::{Batch, Outcomes};
use super::message::{MessageAttribute, md5_hex, md5_of_attributes};
use super::queue::Draft;
use super::refusals::invalid;
use super::service::Sqs;
use crate::wire::Refusal;

/// The largest message, and the largest batch in total: 1 MiB of body and attributes.
pub(super) const MAX_MESSAGE_BYTES: usize = 1_048_576;
const MAX_DELAY_SECONDS: i64 = 900;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEntry {
    id: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    #[serde(default)]
    message_body: String,
    #[serde(default)]
    delay_seconds: i64,
    #[serde(default)]
    message_attributes: BTreeMap<String, SentAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SentAttribute {
    data_type: String,
    string_value: Option<String>,
}

impl Sqs {
    pub(super) fn send_message(&self, request: Send) -> Result<Value, Refusal> {
        // An unknown queue is reported before anything about the message.
        self.with_queue(&request.queue_url, |_, _| Ok(()))?;
        self.enqueue(&request.queue_url, request.content)
    }

    pub(super) fn send_message_batch(&self, request: Batch<SendEntry>) -> Result<Value, Refusal> {
        self.with_queue(&request.queue_url, |_, _| Ok(()))?;
        request.check(|entry| &entry.id)?;
        let total: usize = request.entries.iter().map(|entry| entry.content.bytes()).sum();
        if total > MAX_MESSAGE_BYTES {
            return Err(Refusal::new(
                "BatchRequestTooLong",
                format!(
                    "Batch requests cannot be longer than {MAX_MESSAGE_BYTES} bytes. You have sent {total} bytes."
                ),
            ));
        }
        let mut outcomes = Outcomes::default();
        for entry in request.entries {
            let sent = self.enqueue(&request.queue_url, entry.content);
            outcomes.add(&entry.id, sent);
        }
        Ok(outcomes.answer())
    }

    fn enqueue(&self, queue_url: &str, content: Content) -> Result<Value, Refusal> {
        let draft = content.draft()?;
        let message_id = self.ids.fresh("message");
        let mut answer = json!({ "MessageId": message_id, "MD5OfMessageBody": md5_hex(&draft.body) });
        if let (Value::Object(answer), Some(md5)) = (&mut answer, md5_of_attributes(&draft.attributes)) {
            answer.insert("MD5OfMessageAttributes".to_owned(), json!(md5));
        }
        self.with_queue(queue_url, |queue, now| {
            queue.send(message_id, draft, now);
            Ok(answer)
        })
    }
}

impl Content {
    /// What counts against the size limit: body, and name, type and value of each attribute.
    fn bytes(&self) -> usize {
        let attributes = self.message_attributes.iter().map(|(name, attribute)| {
            name.len() + attribute.data_type.len() + attribute.string_value.as_deref().map_or(0, str::len)
        });
        self.message_body.len() + attributes.sum::<usize>()
    }

    fn draft(self) -> Result<Draft, Refusal> {
        if self.message_body.is_empty() {
            return Err(Refusal::new(
                "MissingParameter",
                "The request must contain the parameter MessageBody.",
            ));
        }
        if self.bytes() > MAX_MESSAGE_BYTES {
            return Err(invalid(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {MAX_MESSAGE_BYTES} bytes."
            )));
        }
        if !self.message_body.chars().all(is_allowed) {
            return Err(Refusal::new(
                "InvalidMessageContents",
                "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
            ));
        }
        let delay = self.delay_seconds;
        if !(0..=MAX_DELAY_SECONDS).contains(&delay) {
            return Err(invalid(format!(
                "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
            )));
        }
        let attributes =
            self.message_attributes.into_iter().map(SentAttribute::parse).collect::<Result<_, _>>()?;
        Ok(Draft { body: self.message_body, attributes, delay_seconds: delay })
    }
}

impl SentAttribute {
    fn parse((name, attribute): (String, Self)) -> Result<(String, MessageAttribute), Refusal> {
        match attribute.string_value {
            Some(string_value) if !string_value.is_empty() => {
                Ok((name, MessageAttribute { data_type: attribute.data_type, string_value }))
            }
            Some(_) | None => Err(invalid(format!(
                "Message attribute '{name}' must have a StringValue: the local queue knows no other."
            ))),
        }
    }
}

/// The characters a message body may contain: those of XML 1.0.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
