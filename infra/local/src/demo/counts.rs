//! What a flow costs, counted on the wire.

use std::fmt;

use local_stripe::PayWith;
use local_wire::Call;
use serde_json::json;

use super::{Story, Told};
use crate::town::{Shop, TownError};

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

/// The bounds of a flow (DESIGN: targets).
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

/// The measured flows, and the checkouts they left.
pub(super) struct Measured {
    pub(super) flows: Vec<Flow>,
    pub(super) checkouts: Vec<Told>,
}

/// Measures a payment in a system that is warm: the market's campaigns are known, and so is the bucket's schedule.
pub(super) async fn measure(story: &mut Story<'_>, shop: &Shop) -> Result<Measured, TownError> {
    story.heading("What it costs, counted on the wire, for the second of two payments");
    let town = story.town;
    let calls = town.stack().calls();
    let body = |reference: &str| json!({"reference": reference, "amount": {"value": "12.00", "currency": "SGD"}, "description": "Kopi", "channel": "chat"});
    let warm_up = town.checkout(shop, &body("warm-1")).await?;
    town.pay(&warm_up, PayWith::Paynow).await?;

    let begin = calls.mark();
    let checkout = town.checkout(shop, &body("warm-2")).await?;
    let created = calls.mark();
    town.pay(&checkout, PayWith::Paynow).await?;
    let paid = calls.mark();
    // Both payments fall into one bucket: the payout of the first is not counted to the second.
    let subject = crate::town::text(&checkout, "/id");
    let create = Counts::of(&since(calls, begin, created));
    let apply = Counts::of(&since(calls, created, paid));
    town.hours(48).await?;
    let later: Vec<Call> =
        calls.since(paid).into_iter().filter(|call| call.subject.contains(&subject)).collect();
    let table = Counts::of(&later);
    let refunds = refunds_of(town.stack(), &town.read(shop, &checkout).await?);
    let payout = Counts { stripe: refunds, ..table };
    let life = create.write_units_tenths.saturating_add(apply.write_units_tenths);
    let life =
        Counts { write_units_tenths: life.saturating_add(payout.write_units_tenths), ..Counts::default() };
    let flows = vec![
        Flow {
            name: "create a checkout",
            cost: create,
            at_most: Bounds { stripe: Some(1), reads: Some(1), writes: Some(1), ..Bounds::default() },
        },
        Flow {
            name: "receive its events and apply them",
            cost: apply,
            at_most: Bounds { writes: Some(1), schedules: Some(0), ..Bounds::default() },
        },
        Flow {
            name: "pay its cashback",
            cost: payout,
            at_most: Bounds { stripe: Some(1), ..Bounds::default() },
        },
        Flow {
            name: "the whole life, write units",
            cost: life,
            at_most: Bounds { write_units_tenths: Some(70), ..Bounds::default() },
        },
    ];
    for flow in &flows {
        let verdict = if flow.is_within() { "within its bounds" } else { "OVER ITS BOUNDS" };
        (story.tell)(&format!("• {}: {verdict}\n    {}", flow.name, flow.cost));
    }
    let told = [warm_up, checkout].map(|checkout| Told { shop: shop.clone(), checkout });
    Ok(Measured { flows, checkouts: told.to_vec() })
}

fn since(calls: &local_wire::Calls, from: usize, to: usize) -> Vec<Call> {
    let mut calls = calls.since(from);
    calls.truncate(to.saturating_sub(from));
    calls
}

/// How many requests for a refund of this payment Stripe had.
fn refunds_of(stack: &crate::stack::Stack, checkout: &serde_json::Value) -> usize {
    let charge = crate::town::text(checkout, "/payment/charge");
    let refund = crate::town::text(checkout, "/cashback/refund");
    let is_of_this = |call: &&Call| call.subject.contains(&charge) || call.subject.contains(&refund);
    stack.calls().since(0).iter().filter(|call| call.service == "stripe").filter(is_of_this).count()
}
