//! What payments cost, counted on the wire while the story goes on.

use local_wire::Call;
use serde_json::json;

use super::cost::{Bounds, Counts, Flow};
use super::scenes::{campaign, card, percent};
use super::story::{Story, Told};
use crate::town::{Shop, TownError, text};

/// The measured flows, and the checkouts they left.
pub(super) struct Measured {
    pub(super) flows: Vec<Flow>,
    pub(super) checkouts: Vec<Told>,
}

/// Payments that have been made and counted, and whose payout is still to come.
pub(super) struct Begun {
    plain: Life,
    limited: Life,
    warm_up: Vec<Told>,
}

/// One payment until it is paid.
struct Life {
    told: Told,
    create: Counts,
    apply: Counts,
    paid: usize,
}

/// Begins to measure payments in a system that is warm: the market's campaigns are known, and so is the
/// bucket's schedule. One has no limit beside it; the other has a cap for its payer, and a budget in all and
/// for each day.
pub(super) async fn begin(story: &mut Story<'_>) -> Result<Begun, TownError> {
    let town = story.town;
    town.open_market("US").await?;
    let shop = town.enabled_shop("US", "diner", "Maple Diner").await?;
    let dollars = |value: &str| json!({"value": value, "currency": "USD"});
    let limits = json!({
        "funding": "merchant", "channels": ["counter"], "caps": [{"per": "week", "payments": 3, "amount": dollars("9.00")}],
        "budget": {"total": {"amount": dollars("500.00")}, "per_day": {"payments": 100}},
    });
    let chat = json!({"funding": "merchant", "channels": ["chat"]});
    town.campaign("US", &campaign("card-2", &percent("2"), "card", &chat)).await?;
    town.campaign("US", &campaign("counter-4", &percent("4"), "card", &limits)).await?;
    let mut warm_up = Vec::new();
    for (reference, channel) in [("warm-1", "chat"), ("warm-2", "counter")] {
        warm_up.push(life(story, &shop, reference, channel).await?.told);
    }
    let plain = life(story, &shop, "counted-1", "chat").await?;
    let limited = life(story, &shop, "counted-2", "counter").await?;
    Ok(Begun { plain, limited, warm_up })
}

/// One payment, counted until it is paid.
async fn life(story: &Story<'_>, shop: &Shop, reference: &str, channel: &str) -> Result<Life, TownError> {
    let (town, calls) = (story.town, story.town.stack().calls());
    let order = json!({
        "reference": reference, "amount": {"value": "12.00", "currency": "USD"}, "description": "Pancakes",
        "channel": channel, "payer": {"phone": "+12025550123"},
    });
    let begin = calls.mark();
    let checkout = town.checkout(shop, &order).await?;
    let created = calls.mark();
    town.pay(&checkout, card()).await?;
    let paid = calls.mark();
    Ok(Life {
        told: Told::new(shop, checkout, &order),
        create: Counts::of(&since(calls, begin, created)),
        apply: Counts::of(&since(calls, created, paid)),
        paid,
    })
}

impl Begun {
    /// Counts the payouts, which have been made meanwhile.
    pub(super) async fn end(self, story: &mut Story<'_>) -> Result<Measured, TownError> {
        let plain = self.plain.payout(story).await?;
        let whole = self.plain.write_units(&plain);
        let limited = self.limited.write_units(&self.limited.payout(story).await?);
        let flow = |name, cost, at_most| Flow { name, cost, at_most };
        let units = |tenths| Bounds { write_units_tenths: Some(tenths), ..Bounds::default() };
        let one_each = Bounds { stripe: Some(1), reads: Some(1), writes: Some(1), ..Bounds::default() };
        let flows = vec![
            flow("create a checkout", self.plain.create, one_each),
            flow(
                "receive its events and apply them",
                self.plain.apply,
                Bounds { writes: Some(1), schedules: Some(0), ..Bounds::default() },
            ),
            flow("pay its cashback", plain, Bounds { stripe: Some(1), ..Bounds::default() }),
            flow("the whole life, write units", whole, units(80)),
            flow("the same with a cap, a budget and a budget a day", limited, units(160)),
        ];
        let mut checkouts = self.warm_up;
        checkouts.extend([self.plain.told, self.limited.told]);
        Ok(Measured { flows, checkouts })
    }
}

impl Life {
    /// What the payout cost. Many payments fall into one bucket: only what names this one is counted to it.
    async fn payout(&self, story: &Story<'_>) -> Result<Counts, TownError> {
        let (town, subject) = (story.town, text(&self.told.checkout, "/id"));
        let later = town.stack().calls().since(self.paid);
        let own: Vec<Call> = later.into_iter().filter(|call| call.subject.contains(&subject)).collect();
        let refunds = refunds_of(town.stack(), &town.read(&self.told.shop, &self.told.checkout).await?);
        Ok(Counts { stripe: refunds, ..Counts::of(&own) })
    }

    /// What all of its life wrote.
    fn write_units(&self, payout: &Counts) -> Counts {
        let parts = [&self.create, &self.apply, payout];
        let write_units_tenths =
            parts.iter().fold(0_u32, |sum, part| sum.saturating_add(part.write_units_tenths));
        Counts { write_units_tenths, ..Counts::default() }
    }
}

/// Tells what was measured.
pub(super) fn tell(story: &mut Story<'_>, flows: &[Flow]) {
    story.heading("What it costs, counted on the wire, for the second of two payments");
    for flow in flows {
        let verdict = if flow.is_within() { "within its bounds" } else { "OVER ITS BOUNDS" };
        let cost = flow.cost;
        let cost = match flow.at_most {
            Bounds { write_units_tenths: Some(most), stripe: None, .. } => {
                let tenths = cost.write_units_tenths;
                format!("{}.{} of at most {}", tenths / 10, tenths % 10, most / 10)
            }
            _ => cost.to_string(),
        };
        (story.tell)(&format!("• {}: {verdict}\n    {cost}", flow.name));
    }
}

fn since(calls: &local_wire::Calls, from: usize, to: usize) -> Vec<Call> {
    let mut calls = calls.since(from);
    calls.truncate(to.saturating_sub(from));
    calls
}

/// How many requests for a refund of this payment Stripe had.
fn refunds_of(stack: &crate::stack::Stack, checkout: &serde_json::Value) -> usize {
    let charge = text(checkout, "/payment/charge");
    let refund = text(checkout, "/cashback/refund");
    let is_of_this = |call: &&Call| call.subject.contains(&charge) || call.subject.contains(&refund);
    stack.calls().since(0).iter().filter(|call| call.service == "stripe").filter(is_of_this).count()
}
