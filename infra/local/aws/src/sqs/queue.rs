//! One queue: what is in it, and who may receive it when.

use std::collections::{BTreeMap, btree_map};

use super::message::{Message, MessageAttribute, md5_hex};

/// The settings of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// Its name, the last part of its URL and ARN.
    pub name: String,
    /// How long a received message stays invisible, in seconds.
    pub visibility_timeout_seconds: i64,
    /// How long a message lives after it was first sent, in seconds.
    pub retention_seconds: i64,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The name of the dead-letter queue. While there is none of this name, what would go there is lost.
    pub dead_letter_queue: String,
    /// How often a message may be received; the next receive moves it to the dead-letter queue.
    pub max_receive_count: u32,
}

/// A message about to be sent.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, MessageAttribute>,
    pub(super) delay_seconds: i64,
}

/// What came of a receive.
pub(super) struct Received {
    pub(super) delivered: Vec<Message>,
    /// Those received too often, which belong into the dead-letter queue.
    pub(super) dead: Vec<Message>,
}

/// Why a receipt handle was of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandleError {
    /// It is not one that this service issues.
    Malformed,
    /// Its message is gone, or has been received again since.
    Unknown,
    /// Its message is visible, so its visibility cannot be changed.
    NotInFlight,
}

/// How many messages there are of each kind.
pub(super) struct Counts {
    pub(super) visible: usize,
    pub(super) in_flight: usize,
    pub(super) delayed: usize,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) spec: QueueSpec,
    /// By number of arrival, which is the first part of a receipt handle.
    messages: BTreeMap<u64, Message>,
    arrivals: u64,
}

impl Queue {
    pub(super) fn new(spec: QueueSpec) -> Self {
        Self { spec, messages: BTreeMap::new(), arrivals: 0 }
    }

    pub(super) fn send(&mut self, message_id: String, draft: Draft, now_millis: i64) {
        self.insert(Message {
            message_id,
            receipt_handle: String::new(),
            md5_of_body: md5_hex(&draft.body),
            body: draft.body,
            sent_timestamp_millis: now_millis,
            first_received_millis: None,
            receive_count: 0,
            attributes: draft.attributes,
            visible_at_millis: after(now_millis, draft.delay_seconds),
            dead_letter_source: None,
        });
    }

    /// Takes a message from `source` whose last receive has failed. It keeps its id, its age and its
    /// receives.
    pub(super) fn bury(&mut self, message: Message, source: &str, now_millis: i64) {
        let dead_letter_source = Some(source.to_owned());
        self.insert(Message {
            receipt_handle: String::new(),
            visible_at_millis: now_millis,
            dead_letter_source,
            ..message
        });
    }

    pub(super) fn receive(
        &mut self,
        max: usize,
        visibility_seconds: Option<i64>,
        now_millis: i64,
    ) -> Received {
        self.expire(now_millis);
        let timeout_seconds = visibility_seconds.unwrap_or(self.spec.visibility_timeout_seconds);
        let limit = self.spec.redrive.as_ref().map_or(u32::MAX, |redrive| redrive.max_receive_count);
        let mut delivered = Vec::new();
        let mut dead_arrivals = Vec::new();
        for (arrival, message) in &mut self.messages {
            if delivered.len() >= max {
                break;
            }
            if message.visible_at_millis > now_millis {
                continue;
            }
            if message.receive_count >= limit {
                dead_arrivals.push(*arrival);
                continue;
            }
            message.receive_count += 1;
            message.receipt_handle = format!("{arrival}-{}-{}", message.receive_count, message.message_id);
            message.first_received_millis.get_or_insert(now_millis);
            message.visible_at_millis = after(now_millis, timeout_seconds);
            delivered.push(message.clone());
        }
        let dead = dead_arrivals.iter().filter_map(|arrival| self.messages.remove(arrival)).collect();
        Received { delivered, dead }
    }

    pub(super) fn delete(&mut self, receipt_handle: &str) -> Result<(), HandleError> {
        self.held(receipt_handle)?.remove();
        Ok(())
    }

    pub(super) fn change_visibility(
        &mut self,
        receipt_handle: &str,
        seconds: i64,
        now_millis: i64,
    ) -> Result<(), HandleError> {
        let mut held = self.held(receipt_handle)?;
        let message = held.get_mut();
        if message.visible_at_millis <= now_millis {
            return Err(HandleError::NotInFlight);
        }
        message.visible_at_millis = after(now_millis, seconds);
        Ok(())
    }

    pub(super) fn messages(&mut self, now_millis: i64) -> btree_map::Values<'_, u64, Message> {
        self.expire(now_millis);
        self.messages.values()
    }

    /// Removes the visible messages that `wanted` says yes to.
    pub(super) fn take_visible(
        &mut self,
        now_millis: i64,
        wanted: impl Fn(&Message) -> bool,
    ) -> Vec<Message> {
        self.expire(now_millis);
        let taken =
            |_: &u64, message: &mut Message| message.visible_at_millis <= now_millis && wanted(message);
        self.messages.extract_if(.., taken).map(|(_, message)| message).collect()
    }

    pub(super) fn purge(&mut self) {
        self.messages.clear();
    }

    pub(super) fn counts(&mut self, now_millis: i64) -> Counts {
        let mut counts = Counts { visible: 0, in_flight: 0, delayed: 0 };
        for message in self.messages(now_millis) {
            let waiting = message.visible_at_millis > now_millis;
            let count = match (waiting, message.receipt_handle.is_empty()) {
                (false, _) => &mut counts.visible,
                (true, false) => &mut counts.in_flight,
                (true, true) => &mut counts.delayed,
            };
            *count += 1;
        }
        counts
    }

    fn insert(&mut self, message: Message) {
        self.arrivals += 1;
        self.messages.insert(self.arrivals, message);
    }

    /// The message whose latest receive has this handle.
    fn held(
        &mut self,
        receipt_handle: &str,
    ) -> Result<btree_map::OccupiedEntry<'_, u64, Message>, HandleError> {
        let mut parts = receipt_handle.splitn(3, '-');
        let arrival = parts.next().and_then(|part| part.parse().ok()).ok_or(HandleError::Malformed)?;
        let _receive: u32 = parts.next().and_then(|part| part.parse().ok()).ok_or(HandleError::Malformed)?;
        match self.messages.entry(arrival) {
            btree_map::Entry::Occupied(held) if held.get().receipt_handle == receipt_handle => Ok(held),
            btree_map::Entry::Occupied(_) | btree_map::Entry::Vacant(_) => Err(HandleError::Unknown),
        }
    }

    /// Drops what has outlived its retention. Arrival is nearly the order of age: a message that came from
    /// another queue may be older than those before it, and goes when they do.
    fn expire(&mut self, now_millis: i64) {
        while let Some(oldest) = self.messages.first_entry() {
            if after(oldest.get().sent_timestamp_millis, self.spec.retention_seconds) > now_millis {
                break;
            }
            oldest.remove();
        }
    }
}

fn after(millis: i64, seconds: i64) -> i64 {
    millis.saturating_add(seconds.saturating_mul(1000))
}
