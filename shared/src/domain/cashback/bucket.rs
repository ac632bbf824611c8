//! Cashbacks that are released within the same five minutes share one schedule: schedules grow with time, not
//! with payments.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// How long a bucket is. It is what a payer waits at most beyond the release time.
const BUCKET_SECONDS: i64 = 5 * 60;

/// Five minutes of release times, known by their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(Timestamp);

impl Bucket {
    /// The bucket that holds `release_at`.
    pub fn of(release_at: Timestamp) -> Self {
        let start = release_at.epoch_seconds().div_euclid(BUCKET_SECONDS).saturating_mul(BUCKET_SECONDS);
        Self(Timestamp::from_epoch_seconds(start.saturating_add(BUCKET_SECONDS)))
    }

    /// The first time in it.
    pub fn start(self) -> Timestamp {
        self.0.plus_seconds(-BUCKET_SECONDS)
    }

    /// The first time after it: when it is released.
    pub fn end(self) -> Timestamp {
        self.0
    }

    /// A name that is safe in a schedule's name: `cashback-2026-11-24T091500Z`.
    pub fn name(self) -> String {
        format!("cashback-{}", self.0).replace(':', "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_its_bucket_and_never_waits_more_than_five_minutes() {
        for seconds in [0, 1, 299, 300, 1_795_341_600, 1_795_341_601] {
            let time = Timestamp::from_epoch_seconds(seconds);
            let bucket = Bucket::of(time);
            assert!(bucket.start() <= time && time < bucket.end(), "{time}");
            assert!(bucket.end().seconds_since(time) <= BUCKET_SECONDS);
        }
        assert_eq!(
            Bucket::of(Timestamp::parse("2026-11-24T09:10:00Z").unwrap()).name(),
            "cashback-2026-11-24T091500Z"
        );
    }
}
