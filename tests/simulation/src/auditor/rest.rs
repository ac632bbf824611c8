//! Nothing is left over in a queue, nothing was answered that must not be, and no phone number is told.

use crate::evidence::Evidence;

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let queues = evidence.queues.iter().filter(|(_, messages)| *messages > 0);
    let queues = queues.map(|(queue, messages)| (None, format!("{queue} holds {messages} messages")));
    let phones = evidence.phones.iter().map(|place| (None, format!("a phone number is in {place}")));
    queues.chain(phones).chain(evidence.problems.iter().cloned()).collect()
}
