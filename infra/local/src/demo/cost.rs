//! What a flow costs, and what it may.

use std::fmt;

use local_wire::Call;

/// Calls and write units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests to Stripe.
    pub stripe: usize,
    /// Reads of the table.
    pub reads: usize,
    /// Writes of the table.
    pub writes: usize,
    /// Write units, in tenths.
    pub write_units_tenths: u32,
    /// Sends to queues.
    pub sends: usize,
    /// Schedules asked for.
    pub schedules: usize,
    /// Puts to the bus.
    pub puts: usize,
}

/// A flow, what it cost and what it may cost at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Which flow.
    pub name: &'static str,
    /// What it cost.
    pub cost: Counts,
    /// What it may cost at most, for each count that has a bound.
    pub at_most: Bounds,
}

/// The bounds of a flow, as tests/README.md has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Of [`Counts::stripe`].
    pub stripe: Option<usize>,
    /// Of [`Counts::reads`].
    pub reads: Option<usize>,
    /// Of [`Counts::writes`].
    pub writes: Option<usize>,
    /// Of [`Counts::write_units_tenths`].
    pub write_units_tenths: Option<u32>,
    /// Of [`Counts::schedules`].
    pub schedules: Option<usize>,
}

impl Counts {
    /// Counts `calls`.
    pub fn of(calls: &[Call]) -> Self {
        let mut counts = Self::default();
        for call in calls {
            match (call.service, call.operation.as_str()) {
                ("stripe", _) => counts.stripe += 1,
                ("dynamodb", "GetItem" | "BatchGetItem" | "Query" | "Scan") => counts.reads += 1,
                ("dynamodb", _) => counts.writes += 1,
                ("sqs", _) => counts.sends += 1,
                ("scheduler", _) => counts.schedules += 1,
                ("eventbridge", _) => counts.puts += 1,
                (_, _) => {}
            }
            counts.write_units_tenths = counts.write_units_tenths.saturating_add(call.write_units_tenths);
        }
        counts
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stripe, reads, writes, write_units_tenths, sends, schedules, puts } = self;
        let (units, tenths) = (write_units_tenths / 10, write_units_tenths % 10);
        write!(
            out,
            "Stripe {stripe}, reads {reads}, writes {writes} ({units}.{tenths} units), queue {sends}, schedules {schedules}, bus {puts}"
        )
    }
}

impl Flow {
    /// Whether every count is within its bound.
    pub fn is_within(&self) -> bool {
        fn within<T: PartialOrd>(count: T, bound: Option<T>) -> bool {
            bound.is_none_or(|bound| count <= bound)
        }
        within(self.cost.stripe, self.at_most.stripe)
            && within(self.cost.reads, self.at_most.reads)
            && within(self.cost.writes, self.at_most.writes)
            && within(self.cost.write_units_tenths, self.at_most.write_units_tenths)
            && within(self.cost.schedules, self.at_most.schedules)
    }
}
