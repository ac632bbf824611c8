//! One schedule: when it is due, and what follows a failure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::definition::{ActionAfterCompletion, Activity, Definition};
use super::due::{DueSchedule, ScheduleSummary, Undelivered};
use super::key::Key;
use crate::ids::uuid_of;
use crate::wire::{ACCOUNT, REGION};

/// The longest time between two attempts: with it, 185 retries take about the 24 hours they are given.
const MAX_BACKOFF_SECONDS: i64 = 480;

/// What follows a failed attempt.
pub(super) enum Outcome {
    Retried,
    /// No attempt is left, by the limit of the retry policy named here.
    Exhausted(&'static str),
}

#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) definition: Definition,
    /// The token of the request that created it, by which a repeated request is known.
    pub(super) client_token: Option<String>,
    pub(super) created_at_millis: i64,
    pub(super) modified_at_millis: i64,
    /// When the first attempt was due: the scheduled time, or at once if that had passed. Retries are timed
    /// from it.
    first_due_millis: i64,
    progress: Progress,
}

#[derive(Clone, Copy, Debug)]
enum Progress {
    /// Attempt number `attempt` is due at `at_millis`.
    Waiting {
        attempt: u32,
        at_millis: i64,
    },
    Done,
}

impl Schedule {
    pub(super) fn new(
        definition: Definition,
        client_token: Option<String>,
        created_at_millis: i64,
        now_millis: i64,
    ) -> Self {
        let first_due_millis = definition.scheduled_at_millis.max(now_millis);
        Self {
            definition,
            client_token,
            created_at_millis,
            modified_at_millis: now_millis,
            first_due_millis,
            progress: Progress::Waiting { attempt: 1, at_millis: first_due_millis },
        }
    }

    /// When it is to be invoked next, in milliseconds since the epoch.
    pub(super) fn due_at_millis(&self) -> Option<i64> {
        match (self.definition.state, self.progress) {
            (Activity::Enabled, Progress::Waiting { at_millis, .. }) => Some(at_millis),
            (Activity::Enabled, Progress::Done)
            | (Activity::Disabled, Progress::Waiting { .. } | Progress::Done) => None,
        }
    }

    /// The invocation that is, or was last, due.
    pub(super) fn invocation(&self, key: &Key) -> DueSchedule {
        let scheduled_at_millis = self.definition.scheduled_at_millis;
        DueSchedule {
            name: key.name.clone(),
            group: key.group.clone(),
            target_arn: self.definition.target_arn.clone(),
            input: self.input(key),
            scheduled_at_millis,
            attempt: self.attempt(),
            due_at_millis: self.due_at_millis().unwrap_or(scheduled_at_millis),
        }
    }

    pub(super) fn fail(&mut self, now_millis: i64) -> Outcome {
        let failed = self.attempt();
        if failed > self.definition.max_retries {
            return Outcome::Exhausted("MaximumRetryAttempts");
        }
        let at_millis = now_millis.saturating_add(backoff_seconds(failed).saturating_mul(1000));
        let max_age_millis = self.definition.max_age_seconds.saturating_mul(1000);
        if at_millis > self.first_due_millis.saturating_add(max_age_millis) {
            return Outcome::Exhausted("MaximumEventAgeInSeconds");
        }
        self.progress = Progress::Waiting { attempt: failed + 1, at_millis };
        Outcome::Retried
    }

    pub(super) fn complete(&mut self) {
        self.progress = Progress::Done;
    }

    pub(super) fn is_deleted_after_completion(&self) -> bool {
        match self.definition.action_after_completion {
            ActionAfterCompletion::Delete => true,
            ActionAfterCompletion::None => false,
        }
    }

    /// What the dead-letter queue receives after `last` has failed and `condition` allows no other attempt.
    pub(super) fn undelivered(&self, last: &DueSchedule, condition: &str) -> Undelivered {
        let attributes = [
            ("EXHAUSTED_RETRY_CONDITION", condition.to_owned()),
            ("IS_PAYLOAD_TRUNCATED", "false".to_owned()),
            ("RETRY_ATTEMPTS", last.attempt.saturating_sub(1).to_string()),
            ("SCHEDULED_TIME", rfc3339(last.scheduled_at_millis)),
            ("SCHEDULE_ARN", schedule_arn(&Key::of(last))),
            ("TARGET_ARN", last.target_arn.clone()),
        ];
        Undelivered {
            dead_letter_arn: self.definition.dead_letter_arn.clone(),
            body: last.input.clone(),
            attributes: BTreeMap::from(attributes.map(|(name, value)| (name.to_owned(), value))),
        }
    }

    pub(super) fn summary(&self, key: &Key) -> ScheduleSummary {
        ScheduleSummary {
            name: key.name.clone(),
            group: key.group.clone(),
            target_arn: self.definition.target_arn.clone(),
            scheduled_at_millis: self.definition.scheduled_at_millis,
            due_at_millis: self.due_at_millis(),
            attempt: self.attempt(),
        }
    }

    fn attempt(&self) -> u32 {
        match self.progress {
            Progress::Waiting { attempt, .. } => attempt,
            Progress::Done => 1,
        }
    }

    /// The payload of the current attempt, with its keywords replaced.
    fn input(&self, key: &Key) -> String {
        let arn = schedule_arn(key);
        let attempt = self.attempt();
        let execution = uuid_of(&format!("{arn}/{}/{attempt}", self.first_due_millis));
        self.definition
            .input
            .replace("<aws.scheduler.scheduled-time>", &rfc3339(self.definition.scheduled_at_millis))
            .replace("<aws.scheduler.schedule-arn>", &arn)
            .replace("<aws.scheduler.execution-id>", &execution)
            .replace("<aws.scheduler.attempt-number>", &attempt.to_string())
    }
}

/// The ARN of a schedule of the local stack.
pub(super) fn schedule_arn(key: &Key) -> String {
    format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{}/{}", key.group, key.name)
}

/// The time to wait after failed attempt number `failed`: 1, 2, 4 … seconds.
fn backoff_seconds(failed: u32) -> i64 {
    1_i64
        .checked_shl(failed.saturating_sub(1).min(16))
        .unwrap_or(MAX_BACKOFF_SECONDS)
        .min(MAX_BACKOFF_SECONDS)
}

/// The time to the second, as AWS writes it into payloads: `2026-11-22T10:00:00Z`.
fn rfc3339(millis: i64) -> String {
    Timestamp::from_second(millis.div_euclid(1000)).map(|at| at.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_their_distance_and_fill_the_day() {
        assert_eq!([1, 2, 3, 9, 10, 185].map(backoff_seconds), [1, 2, 4, 256, 480, 480]);
        let all: i64 = (1..=185).map(backoff_seconds).sum();
        assert!((80_000..=86_400).contains(&all), "{all} s");
    }
}
