//! The service: every bus and rule, and what the engine asks of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_wire::{Calls, Clock};
use serde::Serialize;

use super::rules::{DueRule, Rule};
use crate::ids::Ids;
use crate::wire::Recorder;

/// The bus that every account has.
pub(super) const DEFAULT_BUS: &str = "default";
/// How many events are kept.
const KEPT_EVENTS: usize = 10_000;

/// EventBridge: a bus that keeps what was put on it, and rules that fire at a rate. Cloning shares them.
///
/// Differences from AWS: nothing is delivered by this service; the engine reads the events and fires the
/// rules. Event patterns, `cron()` and archives do not exist.
#[derive(Clone, Debug)]
pub struct EventBridge {
    pub(super) clock: Clock,
    pub(super) recorder: Recorder,
    pub(super) ids: Ids,
    state: Arc<Mutex<State>>,
}

/// Everything that the service remembers.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buses: BTreeSet<String>,
    events: VecDeque<BusEvent>,
    rules: BTreeMap<String, Rule>,
}

/// An event that was put on a bus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BusEvent {
    /// Its identity, as answered to whoever put it.
    pub id: String,
    /// The name of its bus.
    pub bus: String,
    /// Who says so.
    pub source: String,
    /// What happened.
    pub detail_type: String,
    /// More about it: a JSON object.
    pub detail: serde_json::Value,
    /// The resources it concerns, as ARNs or otherwise.
    pub resources: Vec<String>,
    /// When it happened, by whoever put it or else by the clock, in milliseconds since the epoch.
    pub time_millis: i64,
}

impl EventBridge {
    /// A service with the bus `default` and no rules, on `clock`, recording into `calls`.
    pub fn new(clock: Clock, calls: Calls) -> Self {
        let recorder = Recorder { service: "eventbridge", clock: clock.clone(), calls };
        let state = State { buses: BTreeSet::from([DEFAULT_BUS.to_owned()]), ..State::default() };
        Self { ids: Ids::new(clock.clone()), clock, recorder, state: Arc::new(Mutex::new(state)) }
    }

    /// Creates a bus; one that exists is left as it is.
    pub fn create_bus(&self, name: &str) {
        self.lock().buses.insert(name.to_owned());
    }

    /// Everything put on any bus, the newest last; of more than 10,000 events the newest.
    pub fn events(&self) -> Vec<BusEvent> {
        self.lock().events.iter().cloned().collect()
    }

    /// Creates a rule that fires every `rate_seconds`, at least one, the first time one period from now. A
    /// rule that exists with the same rate keeps its rhythm.
    pub fn put_rule(&self, name: &str, rate_seconds: i64) {
        let rule = Rule::new(rate_seconds, self.clock.epoch_millis());
        let mut state = self.lock();
        match state.rules.get_mut(name) {
            Some(existing) if existing.has_rate_of(&rule) => {}
            Some(existing) => *existing = rule,
            None => {
                state.rules.insert(name.to_owned(), rule);
            }
        }
    }

    /// The firings that are due, the earliest first: every period that has passed, of each rule at most the
    /// newest 72. Asking changes nothing: tell each by [`fired`](Self::fired).
    pub fn due_rules(&self) -> Vec<DueRule> {
        let now = self.clock.epoch_millis();
        let state = self.lock();
        let mut due: Vec<DueRule> = state.rules.iter().flat_map(|(name, rule)| rule.due(name, now)).collect();
        due.sort_by_key(|rule| rule.scheduled_at_millis);
        due
    }

    /// This firing, and those of the rule before it, have happened.
    pub fn fired(&self, due: &DueRule) {
        if let Some(rule) = self.lock().rules.get_mut(&due.name) {
            rule.fired(due.scheduled_at_millis);
        }
    }

    /// When a rule fires next, in milliseconds since the epoch; it may have passed already.
    pub fn next_due_millis(&self) -> Option<i64> {
        self.lock().rules.values().map(Rule::next_at_millis).min()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps an event, at the price of the oldest.
    pub(super) fn keep(&mut self, event: BusEvent) {
        if self.events.len() >= KEPT_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
