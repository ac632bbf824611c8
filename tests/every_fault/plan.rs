//! Which request is hit, by what, and for how long.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_wire::{Asked, Fault, Faults};

/// What is asked of which service: `dynamodb PutItem`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) service: &'static str,
    pub(crate) operation: String,
}

/// How long it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// One request is hit: an SDK that tries again is served.
    Once,
    /// Every try of this moment is hit: the invocation fails, and what it was invoked for comes again.
    EveryTry,
    /// The service cannot be reached for so many hours after that request.
    Hours(i64),
}

/// One request that is hit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) kind: Kind,
    /// Which one of its kind: from 0, counted from the beginning of the act, or from the hit before this one.
    pub(crate) nth: usize,
    pub(crate) fault: Fault,
    pub(crate) lasting: Lasting,
}

/// A service that does not serve until then.
struct Outage {
    service: &'static str,
    /// Only this operation, or all of them.
    operation: Option<String>,
    fault: Fault,
    until_millis: i64,
}

#[derive(Default)]
struct State {
    is_acting: bool,
    hits: VecDeque<Hit>,
    /// How many of the next hit's kind have passed.
    passed: usize,
    /// Everything asked while acting, and outside outages.
    asked: Vec<Kind>,
    /// Where in `asked` the last hit was.
    struck_at: Option<usize>,
    outages: Vec<Outage>,
}

/// What goes wrong in one run, and what was seen of it. Cloning shares it.
#[derive(Clone, Default)]
pub(crate) struct Plan(Arc<Mutex<State>>);

impl Hit {
    /// Whether an outage begins with it.
    pub(crate) fn is_delayed(&self) -> bool {
        matches!(self.lasting, Lasting::Hours(_))
    }
}

impl Plan {
    /// A plan by which `hits` happen one after the other.
    pub(crate) fn begin(hits: &[Hit], faults: &Faults) -> Self {
        let plan = Self::default();
        plan.lock().hits = hits.iter().cloned().collect();
        let decides = plan.clone();
        faults.decide(move |asked| decides.decide(asked));
        plan
    }

    /// Whether requests count from now on. An outage goes on anyway.
    pub(crate) fn act(&self, is_acting: bool) {
        self.lock().is_acting = is_acting;
    }

    /// Everything that was asked while acting.
    pub(crate) fn asked(&self) -> Vec<Kind> {
        self.lock().asked.clone()
    }

    /// What was asked after the last hit, if all of them have struck.
    pub(crate) fn asked_since(&self) -> Option<Vec<Kind>> {
        let state = self.lock();
        let from = state.struck_at.filter(|_| state.hits.is_empty())?;
        Some(state.asked.iter().skip(from + 1).cloned().collect())
    }

    /// When the last service can be reached again, in milliseconds since the epoch, if there was an outage.
    pub(crate) fn over_at_millis(&self) -> Option<i64> {
        let state = self.lock();
        let outages = state.outages.iter().filter(|outage| outage.operation.is_none());
        outages.map(|outage| outage.until_millis).max()
    }

    fn decide(&self, asked: &Asked) -> Option<Fault> {
        let mut state = self.lock();
        let kind = Kind { service: asked.service, operation: asked.operation.clone() };
        let outage = state.outages.iter().find(|outage| outage.covers(asked)).map(|outage| outage.fault);
        // What an outage hits is hit.
        if state.is_acting && outage.is_none() {
            state.asked.push(kind.clone());
        }
        if outage.is_some() || !state.is_acting || state.hits.front()?.kind != kind {
            return outage;
        }
        if state.passed < state.hits.front()?.nth {
            state.passed += 1;
            return None;
        }
        let hit = state.hits.pop_front()?;
        (state.passed, state.struck_at) = (0, Some(state.asked.len() - 1));
        state.outages.extend(Outage::after(&hit, asked.at_millis));
        Some(hit.fault)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outage {
    fn after(hit: &Hit, at_millis: i64) -> Option<Self> {
        let service = hit.kind.service;
        match hit.lasting {
            Lasting::Once => None,
            Lasting::EveryTry => Some(Self {
                service,
                operation: Some(hit.kind.operation.clone()),
                fault: hit.fault,
                until_millis: at_millis + 1_000,
            }),
            Lasting::Hours(hours) => Some(Self {
                service,
                operation: None,
                fault: Fault::Refuse,
                until_millis: at_millis + hours * 3_600_000,
            }),
        }
    }

    fn covers(&self, asked: &Asked) -> bool {
        asked.at_millis < self.until_millis
            && self.service == asked.service
            && self.operation.as_ref().is_none_or(|operation| *operation == asked.operation)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.service, self.operation)
    }
}

impl fmt::Display for Hit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, nth, fault, lasting } = self;
        write!(out, "{kind} #{nth}, {fault:?}, {lasting:?}")
    }
}
