//! Queues by their URL.

use super::queue::Queue;
use super::service::Sqs;
use crate::wire::{ACCOUNT, Refusal};

impl Sqs {
    /// Does something with the queue at `queue_url`.
    pub(super) fn with_queue<T>(
        &self,
        queue_url: &str,
        act: impl FnOnce(&mut Queue, i64) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let now = self.clock.epoch_millis();
        act(self.lock().get_mut(name_of_url(queue_url)).ok_or_else(no_such_queue)?, now)
    }
}

/// The URL of a queue, for a caller who named this host.
pub(super) fn url(host: &str, name: &str) -> String {
    format!("http://{host}/{ACCOUNT}/{name}")
}

/// The queue that a URL names: its last part.
pub(super) fn name_of_url(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn no_such_queue() -> Refusal {
    Refusal::new("QueueDoesNotExist", "The specified queue does not exist.")
}
