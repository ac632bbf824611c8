//! The service: every queue, and what the engine asks of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_wire::{Calls, Clock};

use super::message::{Message, MessageAttribute};
use super::queue::{Draft, Queue, QueueSpec};
use crate::ids::Ids;
use crate::wire::{ACCOUNT, REGION, Recorder};

/// SQS: standard queues with visibility timeouts, delays, retention and dead-letter queues. Cloning shares
/// them.
///
/// Differences from AWS: messages come in the order of arrival; a receive answers at once, however long the
/// caller offered to wait; binary message attributes, FIFO queues and long-lived move tasks do not exist.
#[derive(Clone, Debug)]
pub struct Sqs {
    pub(super) clock: Clock,
    pub(super) recorder: Recorder,
    pub(super) ids: Ids,
    queues: Arc<Mutex<BTreeMap<String, Queue>>>,
}

impl Sqs {
    /// A service without queues, on `clock`, recording into `calls`.
    pub fn new(clock: Clock, calls: Calls) -> Self {
        let recorder = Recorder { service: "sqs", clock: clock.clone(), calls };
        Self { ids: Ids::new(clock.clone()), clock, recorder, queues: Arc::default() }
    }

    /// Creates a queue. One that exists keeps its messages and takes the new settings.
    pub fn create_queue(&self, spec: QueueSpec) {
        let mut queues = self.lock();
        match queues.get_mut(&spec.name) {
            Some(queue) => queue.spec = spec,
            None => {
                queues.insert(spec.name.clone(), Queue::new(spec));
            }
        }
    }

    /// Puts a message into a queue on behalf of AWS itself, as the scheduler does with what it could not
    /// deliver. Answers the message's id; `None` if there is no such queue.
    pub fn send(
        &self,
        queue: &str,
        body: &str,
        attributes: BTreeMap<String, MessageAttribute>,
    ) -> Option<String> {
        let draft = Draft { body: body.to_owned(), attributes, delay_seconds: 0 };
        let message_id = self.ids.fresh("message");
        let now = self.clock.epoch_millis();
        self.lock().get_mut(queue)?.send(message_id.clone(), draft, now);
        Some(message_id)
    }

    /// Receives up to `max` visible messages, oldest first, as an event source mapping does: each counts one
    /// more receive and stays invisible for the queue's visibility timeout. A message that has been received
    /// as often as the redrive policy allows goes to the dead-letter queue instead. Empty if there is no such
    /// queue.
    pub fn receive(&self, queue: &str, max: usize) -> Vec<Message> {
        self.receive_for(queue, max, None)
    }

    /// Deletes the message that was received under `receipt_handle`. A handle that a later receive has
    /// replaced deletes nothing.
    pub fn delete(&self, queue: &str, receipt_handle: &str) {
        if let Some(queue) = self.lock().get_mut(queue) {
            let _ = queue.delete(receipt_handle);
        }
    }

    /// Makes a message in flight visible again `delay_seconds` from now, zero at once
    /// (`ChangeMessageVisibility`).
    pub fn release(&self, queue: &str, receipt_handle: &str, delay_seconds: i64) {
        let now = self.clock.epoch_millis();
        if let Some(queue) = self.lock().get_mut(queue) {
            let _ = queue.change_visibility(receipt_handle, delay_seconds, now);
        }
    }

    /// When the queue's next message can be received, in milliseconds since the epoch; it may have passed
    /// already. `None` for a queue that is empty or does not exist.
    pub fn next_visible_millis(&self, queue: &str) -> Option<i64> {
        let now = self.clock.epoch_millis();
        let mut queues = self.lock();
        queues.get_mut(queue)?.messages(now).map(|message| message.visible_at_millis).min()
    }

    /// Everything in the queue, oldest first, visible or not. Looking changes nothing.
    pub fn messages(&self, queue: &str) -> Vec<Message> {
        let now = self.clock.epoch_millis();
        let mut queues = self.lock();
        queues.get_mut(queue).map(|queue| queue.messages(now).cloned().collect()).unwrap_or_default()
    }

    /// Moves all messages of a dead-letter queue that are not in flight back to the queues they came from, as
    /// new messages: new id, new timestamp, no receives. Answers how many; those that came from no queue
    /// stay.
    pub fn redrive(&self, dlq: &str) -> usize {
        self.move_messages(dlq, None)
    }

    /// As [`receive`](Self::receive), invisible for this long, or else for the queue's own timeout.
    pub(super) fn receive_for(
        &self,
        name: &str,
        max: usize,
        visibility_seconds: Option<i64>,
    ) -> Vec<Message> {
        let now = self.clock.epoch_millis();
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(name) else { return Vec::new() };
        let received = queue.receive(max, visibility_seconds, now);
        let dead_letter_queue = queue.spec.redrive.as_ref().map(|redrive| redrive.dead_letter_queue.clone());
        if let Some(dead_letter_queue) = dead_letter_queue.and_then(|name| queues.get_mut(&name)) {
            for message in received.dead {
                dead_letter_queue.bury(message, name, now);
            }
        }
        received.delivered
    }

    /// Moves what is visible in `source` to `destination`, or else to the queue each message came from.
    pub(super) fn move_messages(&self, source: &str, destination: Option<&str>) -> usize {
        let now = self.clock.epoch_millis();
        let mut queues = self.lock();
        let known: Vec<String> = queues.keys().cloned().collect();
        let Some(queue) = queues.get_mut(source) else { return 0 };
        let taken = queue.take_visible(now, |message| {
            let target = destination.or(message.dead_letter_source.as_deref());
            target.is_some_and(|target| known.iter().any(|name| name == target))
        });
        let count = taken.len();
        for message in taken {
            let target = destination.map(str::to_owned).or(message.dead_letter_source);
            if let Some(queue) = target.and_then(|name| queues.get_mut(&name)) {
                let draft = Draft { body: message.body, attributes: message.attributes, delay_seconds: 0 };
                queue.send(self.ids.fresh("message"), draft, now);
            }
        }
        count
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ARN of a queue of the local stack.
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}
