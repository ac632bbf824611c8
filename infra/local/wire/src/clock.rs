//! One clock for the whole stack, so that forty-eight hours pass when a person says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The stack's time: a fixed instant that only moves when told to (tests), or the machine's time plus an
/// offset (`cargo local`). Cloning shares the clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `true`: `millis` is added to the machine's clock. `false`: `millis` is the time itself.
    follows_machine: bool,
    millis: AtomicI64,
}

impl Clock {
    /// A clock that stands still at `epoch_seconds` until it is [advanced](Self::advance).
    pub fn fixed(epoch_seconds: i64) -> Self {
        Self(Arc::new(Inner {
            follows_machine: false,
            millis: AtomicI64::new(epoch_seconds.saturating_mul(1000)),
        }))
    }

    /// A clock that runs with the machine's, and can be moved ahead of it.
    pub fn running() -> Self {
        Self(Arc::new(Inner { follows_machine: true, millis: AtomicI64::new(0) }))
    }

    /// Milliseconds since the Unix epoch, as API Gateway and SQS write time.
    pub fn epoch_millis(&self) -> i64 {
        let stored = self.0.millis.load(Ordering::SeqCst);
        if self.0.follows_machine { machine_millis().saturating_add(stored) } else { stored }
    }

    /// Whole seconds since the Unix epoch, as Stripe writes time.
    pub fn epoch_seconds(&self) -> i64 {
        self.epoch_millis().div_euclid(1000)
    }

    /// Moves the clock forward. It never goes back: a negative amount is ignored.
    pub fn advance(&self, seconds: i64) {
        self.0.millis.fetch_add(seconds.max(0).saturating_mul(1000), Ordering::SeqCst);
    }

    /// Moves the clock forward to `epoch_seconds`; a time that has passed leaves it where it is.
    pub fn advance_to(&self, epoch_seconds: i64) {
        let ahead_millis = epoch_seconds.saturating_mul(1000).saturating_sub(self.epoch_millis());
        self.0.millis.fetch_add(ahead_millis.max(0), Ordering::SeqCst);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge at which the local stack reads the machine's clock"
)]
fn machine_millis() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
