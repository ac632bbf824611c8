//! EventBridge Scheduler: one-time schedules in groups, delivered by the engine that asks what is due.
//!
//! Differences from AWS: only `at()` in UTC, which is what the system uses, is understood, and anything else is
//! refused; a schedule is due at its very second, where AWS promises the minute; flexible windows are accepted and
//! not used; the time between retries, which AWS does not publish, doubles from one second to eight minutes.

mod api;
mod definition;
mod schedule;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use local_wire::{Calls, Clock};
use serde::Serialize;

use crate::wire::{MAX_BODY_BYTES, Recorder};
use schedule::{Outcome, Schedule};

/// The group of schedules that name none.
const DEFAULT_GROUP: &str = "default";

/// The service: all groups and schedules of the stack. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Scheduler {
    clock: Clock,
    recorder: Recorder,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// When each group was made, in milliseconds since the epoch.
    groups: BTreeMap<String, i64>,
    schedules: BTreeMap<Key, Schedule>,
}

/// A schedule's name is its own within its group only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    group: String,
    name: String,
}

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
    /// When this attempt became due, in milliseconds since the epoch: the scheduled time or that of the retry.
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

impl Scheduler {
    /// A service with the group `default` and no schedules, on `clock`, recording into `calls`.
    pub fn new(clock: Clock, calls: Calls) -> Self {
        let groups = BTreeMap::from([(DEFAULT_GROUP.to_owned(), clock.epoch_millis())]);
        let recorder = Recorder { service: "scheduler", clock: clock.clone(), calls };
        let state = State { groups, schedules: BTreeMap::new() };
        Self { clock, recorder, state: Arc::new(Mutex::new(state)) }
    }

    /// What answers the SDK: the REST API with `/schedules` and `/schedule-groups`.
    pub fn router(&self) -> Router {
        let schedule = get(api::get_schedule).post(api::create_schedule).put(api::update_schedule);
        let group = get(api::get_group).post(api::create_group).delete(api::delete_group);
        Router::new()
            .route("/schedules", get(api::list_schedules))
            .route("/schedules/{name}", schedule.delete(api::delete_schedule))
            .route("/schedule-groups", get(api::list_groups))
            .route("/schedule-groups/{name}", group)
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    /// Creates a group; one that exists is left as it is.
    pub fn create_group(&self, name: &str) {
        let now = self.clock.epoch_millis();
        self.lock().groups.entry(name.to_owned()).or_insert(now);
    }

    /// What is to be invoked now: every schedule whose time, or time of retry, has come, the earliest first. Asking
    /// changes nothing: answer each with [`delivered`](Self::delivered) or [`failed`](Self::failed).
    pub fn due(&self) -> Vec<DueSchedule> {
        let now = self.clock.epoch_millis();
        let state = self.lock();
        let mut due: Vec<DueSchedule> = state
            .schedules
            .iter()
            .filter(|(_, schedule)| schedule.due_at_millis().is_some_and(|at| at <= now))
            .map(|(key, schedule)| schedule.invocation(key))
            .collect();
        due.sort_by_key(|schedule| schedule.due_at_millis);
        due
    }

    /// The invocation succeeded. The schedule is deleted if its `ActionAfterCompletion` says so, else it stays
    /// without being due again. A schedule that has changed in the meantime is left alone.
    pub fn delivered(&self, due: &DueSchedule) {
        let mut state = self.lock();
        if state.pending(due).is_some() {
            state.complete(&Key::of(due));
        }
    }

    /// The invocation failed. `None`: it will be due again, later, as the retry policy says (185 retries within 24
    /// hours when it says nothing). Otherwise this was the last attempt, the schedule is completed as by
    /// [`delivered`](Self::delivered), and what the dead-letter queue receives is returned.
    pub fn failed(&self, due: &DueSchedule) -> Option<Undelivered> {
        let now = self.clock.epoch_millis();
        let mut state = self.lock();
        let outcome = state.pending(due)?.fail(now);
        match outcome {
            Outcome::Retried => None,
            Outcome::Exhausted(condition) => {
                let schedule = state.complete(&Key::of(due))?;
                Some(schedule.undelivered(due, condition))
            }
        }
    }

    /// When something is due next, in milliseconds since the epoch; it may have passed already.
    pub fn next_due_millis(&self) -> Option<i64> {
        self.lock().schedules.values().filter_map(Schedule::due_at_millis).min()
    }

    /// All schedules, by group and name.
    pub fn schedules(&self) -> Vec<ScheduleSummary> {
        self.lock().schedules.iter().map(|(key, schedule)| schedule.summary(key)).collect()
    }

    /// Makes AWS lose the schedules called `name`, in whatever group: a fault for a test to inject.
    pub fn forget(&self, name: &str) {
        self.lock().schedules.retain(|key, _| key.name != name);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The schedule of an invocation, if it still waits for the outcome of that very attempt.
    fn pending(&mut self, due: &DueSchedule) -> Option<&mut Schedule> {
        let key = Key::of(due);
        let schedule = self.schedules.get_mut(&key)?;
        (schedule.due_at_millis().is_some() && schedule.invocation(&key) == *due).then_some(schedule)
    }

    /// Ends a schedule, and answers what it was.
    fn complete(&mut self, key: &Key) -> Option<Schedule> {
        let schedule = self.schedules.get_mut(key)?;
        schedule.complete();
        let completed = schedule.clone();
        if completed.is_deleted_after_completion() {
            self.schedules.remove(key);
        }
        Some(completed)
    }

    /// Deletes a group and what is in it. Whether there was one.
    fn delete_group(&mut self, name: &str) -> bool {
        self.schedules.retain(|key, _| key.group != name);
        self.groups.remove(name).is_some()
    }
}

impl Key {
    fn of(due: &DueSchedule) -> Self {
        Self { group: due.group.clone(), name: due.name.clone() }
    }
}
