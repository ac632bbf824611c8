//! Which of Stripe's events are read again, and when. Stripe keeps them for thirty days
//! (<https://docs.stripe.com/api/events>), so what no webhook brought is never lost: each account has a
//! position up to which its events were read, and everything after it is read in turn.

use crate::domain::time::Timestamp;

/// An event younger than this is left to its webhook, and to a clock that differs from Stripe's.
pub const SETTLED_SECONDS: i64 = 10 * 60;

/// The longest part that is read at once: what was read is written down after each, so a long outage is
/// caught up in steps.
const WINDOW_SECONDS: i64 = 24 * 3600;

/// For how long Stripe tells its events.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// A part of an account's events: `created` in `from..until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub from: Timestamp,
    /// The first second after it.
    pub until: Timestamp,
}

/// What is to be read next of an account whose events were read up to `read_until`; `None` if that is all.
pub fn next_window(read_until: Timestamp, now: Timestamp) -> Option<Window> {
    let settled = now.plus_seconds(-SETTLED_SECONDS);
    let from = read_until.max(now.plus_seconds(-KEPT_SECONDS));
    let until = settled.min(from.plus_seconds(WINDOW_SECONDS));
    (from < until).then_some(Window { from, until })
}

impl Window {
    /// Whether a day begins in it: once a day an account is read as a whole, whatever its events say.
    pub fn begins_a_day(self) -> bool {
        const DAY_SECONDS: i64 = 24 * 3600;
        let day = |time: Timestamp| time.epoch_seconds().div_euclid(DAY_SECONDS);
        day(self.from.plus_seconds(-1)) != day(self.until.plus_seconds(-1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 100 * 24 * 3600;

    #[test]
    fn everything_is_read_once_and_nothing_too_early() {
        let cases = [
            ("nothing yet", NOW, None),
            ("ten minutes ago", NOW - 600, None),
            ("a second more", NOW - 601, Some((NOW - 601, NOW - 600))),
            ("half an hour", NOW - 2400, Some((NOW - 2400, NOW - 600))),
            ("two days: in steps", NOW - 172_800, Some((NOW - 172_800, NOW - 86_400))),
            ("two months: what is left", NOW - 60 * 86_400, Some((NOW - 30 * 86_400, NOW - 29 * 86_400))),
            ("a clock that ran ahead", NOW + 5, None),
        ];
        for (case, read_until, expected) in cases {
            let at = Timestamp::from_epoch_seconds;
            let window = next_window(at(read_until), at(NOW));
            let window = window.map(|window| (window.from.epoch_seconds(), window.until.epoch_seconds()));
            assert_eq!(window, expected, "{case}");
        }
    }

    #[test]
    fn windows_follow_one_another_without_a_gap() {
        let now = Timestamp::from_epoch_seconds(NOW);
        let mut read_until = now.plus_seconds(-5 * 24 * 3600);
        let (mut windows, mut days) = (0, 0);
        while let Some(window) = next_window(read_until, now) {
            assert_eq!(window.from, read_until);
            days += i32::from(window.begins_a_day());
            windows += 1;
            read_until = window.until;
        }
        assert_eq!(read_until, now.plus_seconds(-SETTLED_SECONDS));
        assert_eq!((windows, days), (5, 5));
    }
}
