//! What the engine and people are told of schedules.

use std::collections::BTreeMap;

use serde::Serialize;

/// An invocation that is due now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DueSchedule {
    /// The schedule's name.
    pub name: String,
    /// Its group's name.
    pub group: String,
    /// The function or queue to invoke.
    pub target_arn: String,
    /// The payload, with the `<aws.scheduler.…>` keywords replaced.
    pub input: String,
    /// The time the schedule was made for, in milliseconds since the epoch.
    pub scheduled_at_millis: i64,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// When this attempt became due, in milliseconds since the epoch: the scheduled time or that of the
    /// retry.
    pub due_at_millis: i64,
}

/// An invocation that has failed for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undelivered {
    /// The queue it goes to; `None` if the schedule names none, and then it is lost.
    pub dead_letter_arn: Option<String>,
    /// The message for that queue: the payload of the last attempt.
    pub body: String,
    /// The message attributes AWS adds, all of type `String`: what was tried, how often, and why it ended.
    pub attributes: BTreeMap<String, String>,
}

/// A schedule, for a person to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduleSummary {
    /// Its name.
    pub name: String,
    /// Its group's name.
    pub group: String,
    /// The function or queue it invokes.
    pub target_arn: String,
    /// The time it was made for, in milliseconds since the epoch.
    pub scheduled_at_millis: i64,
    /// When it is tried next, in milliseconds since the epoch; `None` if it is done or disabled.
    pub due_at_millis: Option<i64>,
    /// The number of that attempt, from 1.
    pub attempt: u32,
}
