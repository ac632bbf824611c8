//! Everything that comes out.

use kembali_tests::Town;

/// Where something came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A line that a function logged. Metric filters read these lines.
    Log,
    /// The error with which an invocation ended.
    FunctionError,
    /// An event on the bus.
    Bus,
    /// A message in a queue, the dead-letter queues among them, or one that went through.
    Queue,
    /// The name or the input of a schedule.
    Schedule,
    /// The record of the calls.
    Call,
    /// What was answered to a request that was served.
    Answer,
    /// What was answered to a request that was refused, to whoever sent it.
    Problem,
    /// An item of the table.
    Table,
}

pub(crate) const PLACES: [Place; 9] = [
    Place::Log,
    Place::FunctionError,
    Place::Bus,
    Place::Queue,
    Place::Schedule,
    Place::Call,
    Place::Answer,
    Place::Problem,
    Place::Table,
];

/// One thing that came out.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) place: Place,
    pub(crate) text: String,
}

impl Output {
    pub(crate) fn new(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }
}

/// The queues of the template.
const QUEUES: [&str; 5] =
    ["StripeEvents", "StripeEventsDlq", "CashbackDue", "CashbackDueDlq", "UndeliveredDlq"];

/// What the stack holds and has told.
pub(crate) fn of_stack(town: &Town) -> Vec<Output> {
    let stack = &town.stack;
    let mut outputs = Vec::new();
    let mut add = |place: Place, text: String| outputs.push(Output { place, text });
    for event in stack.eventbridge().events() {
        add(
            Place::Bus,
            format!("{} {} {:?} {}", event.source, event.detail_type, event.resources, event.detail),
        );
    }
    for queue in QUEUES {
        for message in stack.sqs().messages(queue) {
            add(Place::Queue, format!("{} {:?}", message.body, message.attributes));
        }
    }
    for schedule in stack.scheduler().schedules() {
        add(Place::Schedule, format!("{schedule:?}"));
    }
    for call in stack.calls().since(0) {
        add(Place::Call, format!("{call:?}"));
    }
    for error in stack.invocations().into_iter().filter_map(|invocation| invocation.error) {
        add(Place::FunctionError, error);
    }
    for item in town.items() {
        add(Place::Table, item.to_string());
    }
    outputs
}
