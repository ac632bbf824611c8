//! The service: every group and schedule, and what the engine asks of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_wire::{Calls, Clock};

use super::due::{DueSchedule, ScheduleSummary, Undelivered};
use super::key::{DEFAULT_GROUP, Key};
use super::schedule::{Outcome, Schedule};
use crate::wire::Recorder;

/// EventBridge Scheduler: one-time schedules in groups, delivered by the engine that asks what is due.
/// Cloning shares them.
///
/// Differences from AWS: only `at()` in UTC, which is what the system uses, is understood, and anything else
/// is refused; a schedule is due at its very second, where AWS promises the minute; flexible windows are
/// accepted and not used; the time between retries, which AWS does not publish, doubles from one second to
/// eight minutes.
#[derive(Clone, Debug)]
pub struct Scheduler {
    pub(super) clock: Clock,
    pub(super) recorder: Recorder,
    state: Arc<Mutex<State>>,
}

/// Everything that the service remembers.
#[derive(Debug)]
pub(super) struct State {
    /// When each group was made, in milliseconds since the epoch.
    pub(super) groups: BTreeMap<String, i64>,
    pub(super) schedules: BTreeMap<Key, Schedule>,
}

impl Scheduler {
    /// A service with the group `default` and no schedules, on `clock`, recording into `calls`.
    pub fn new(clock: Clock, calls: Calls) -> Self {
        let groups = BTreeMap::from([(DEFAULT_GROUP.to_owned(), clock.epoch_millis())]);
        let recorder = Recorder { service: "scheduler", clock: clock.clone(), calls };
        let state = State { groups, schedules: BTreeMap::new() };
        Self { clock, recorder, state: Arc::new(Mutex::new(state)) }
    }

    /// Creates a group; one that exists is left as it is.
    pub fn create_group(&self, name: &str) {
        let now = self.clock.epoch_millis();
        self.lock().groups.entry(name.to_owned()).or_insert(now);
    }

    /// What is to be invoked now: every schedule whose time, or time of retry, has come, the earliest first.
    /// Asking changes nothing: answer each with [`delivered`](Self::delivered) or [`failed`](Self::failed).
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

    /// The invocation succeeded. The schedule is deleted if its `ActionAfterCompletion` says so, else it
    /// stays without being due again. A schedule that has changed in the meantime is left alone.
    pub fn delivered(&self, due: &DueSchedule) {
        let mut state = self.lock();
        if state.pending(due).is_some() {
            state.complete(&Key::of(due));
        }
    }

    /// The invocation failed. `None`: it will be due again, later, as the retry policy says (185 retries
    /// within 24 hours when it says nothing). Otherwise this was the last attempt, the schedule is completed
    /// as by [`delivered`](Self::delivered), and what the dead-letter queue receives is returned.
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

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
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
    pub(super) fn delete_group(&mut self, name: &str) -> bool {
        self.schedules.retain(|key, _| key.group != name);
        self.groups.remove(name).is_some()
    }
}
