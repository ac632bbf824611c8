//! Identifiers that look like AWS's and are the same in every run on the same clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local_wire::Clock;

/// A source of fresh identifiers. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    clock: Clock,
    issued: Arc<AtomicU64>,
}

impl Ids {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, issued: Arc::default() }
    }

    /// A new identifier in UUID form. The clock is part of it, so that a restart does not repeat one.
    pub(crate) fn fresh(&self, kind: &str) -> String {
        let number = self.issued.fetch_add(1, Ordering::SeqCst);
        uuid_of(&format!("{kind}/{}/{number}", self.clock.epoch_millis()))
    }
}

/// The identifier, in UUID form, that always belongs to `text`.
pub(crate) fn uuid_of(text: &str) -> String {
    let bytes = u128::from_be_bytes(md5::compute(text).0);
    let hex = format!("{bytes:032x}");
    let mut uuid = String::with_capacity(36);
    for (position, digit) in hex.char_indices() {
        if matches!(position, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        // The digit that says which version of UUID it is.
        uuid.push(if position == 12 { '4' } else { digit });
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_the_form_of_a_uuid_and_none_repeats() {
        let ids = Ids::new(Clock::fixed(1_800_000_000));
        let (first, second) = (ids.fresh("message"), ids.fresh("message"));
        assert_ne!(first, second);
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }
}
