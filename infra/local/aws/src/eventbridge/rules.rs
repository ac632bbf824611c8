//! Rules with a rate.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::ids::uuid_of;
use crate::wire::{ACCOUNT, REGION};

/// How many missed firings of a rule are made up for.
const MAX_MISSED: i64 = 72;

/// A firing of a rule that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DueRule {
    /// The rule's name.
    pub name: String,
    /// When it was to fire, in milliseconds since the epoch.
    pub scheduled_at_millis: i64,
    /// The "Scheduled Event" that the target receives: JSON.
    pub payload: String,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    rate_millis: i64,
    next_at_millis: i64,
}

impl Rule {
    pub(super) fn new(rate_seconds: i64, now_millis: i64) -> Self {
        let rate_millis = rate_seconds.max(1).saturating_mul(1000);
        Self { rate_millis, next_at_millis: now_millis.saturating_add(rate_millis) }
    }

    pub(super) fn has_rate_of(&self, other: &Self) -> bool {
        self.rate_millis == other.rate_millis
    }

    pub(super) fn next_at_millis(&self) -> i64 {
        self.next_at_millis
    }

    pub(super) fn due(&self, name: &str, now_millis: i64) -> Vec<DueRule> {
        if self.next_at_millis > now_millis {
            return Vec::new();
        }
        let newest = (now_millis - self.next_at_millis).div_euclid(self.rate_millis);
        let oldest = newest.saturating_sub(MAX_MISSED - 1).max(0);
        let at = |period: i64| self.next_at_millis + period * self.rate_millis;
        (oldest..=newest).map(|period| due_rule(name, at(period))).collect()
    }

    pub(super) fn fired(&mut self, scheduled_at_millis: i64) {
        self.next_at_millis = self.next_at_millis.max(scheduled_at_millis.saturating_add(self.rate_millis));
    }
}

fn due_rule(name: &str, scheduled_at_millis: i64) -> DueRule {
    let time = Timestamp::from_second(scheduled_at_millis.div_euclid(1000));
    let arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}");
    let payload = json!({
        "version": "0",
        "id": uuid_of(&format!("{arn}/{scheduled_at_millis}")),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": time.map(|time| time.to_string()).unwrap_or_default(),
        "region": REGION,
        "resources": [arn],
        "detail": {},
    });
    DueRule { name: name.to_owned(), scheduled_at_millis, payload: payload.to_string() }
}
