//! What no webhook brought is fetched from Stripe: whatever is lost, held back or refused on the way, a
//! payment, a refund in the dashboard, a dispute and its end are known here, and told, within an hour.

use super::each;
use crate::evidence::{Evidence, Seen};

const MINUTE: i64 = 60;
/// An hour, and what it takes to apply an event that meets a fault or two.
const KNOWN_WITHIN: i64 = 70 * MINUTE;
/// The function that asks comes so often; each time that it fails, the next one has to do.
const ASKS_EVERY: i64 = 30 * MINUTE;

/// Something that happened at Stripe, and how a checkout can stand once it is known.
struct Fact {
    at: i64,
    what: &'static str,
    shown_as: &'static [&'static str],
}

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, |evidence, seen| {
        facts(seen).iter().filter_map(|fact| late(evidence, seen, fact)).collect()
    })
}

fn facts(seen: &Seen) -> Vec<Fact> {
    let Some(payment) = &seen.payment else { return Vec::new() };
    let mut facts = vec![Fact { at: payment.arrived_at, what: "payment", shown_as: &PAID }];
    // A second refund, or one after a dispute, changes amounts and no status, so the bus is silent of it.
    let first = seen.refunds.iter().find(|refund| !refund.is_cashback);
    let hidden_from = seen.dispute.map_or(i64::MAX, |(opened_at, _)| opened_at);
    let in_dashboard = first.filter(|refund| !refund.by_us && refund.stands() && refund.at < hidden_from);
    facts.extend(in_dashboard.map(|refund| Fact { at: refund.at, what: "refund", shown_as: &REFUNDED }));
    if let Some((opened_at, closed)) = seen.dispute {
        facts.push(Fact { at: opened_at, what: "dispute", shown_as: &DISPUTED });
        facts.extend(closed.map(|(at, _)| Fact { at, what: "verdict", shown_as: &CLOSED }));
    }
    facts
}

const PAID: [&str; 6] = ["paid", "partly_refunded", "refunded", "disputed", "won", "lost"];
const REFUNDED: [&str; 5] = ["partly_refunded", "refunded", "disputed", "won", "lost"];
const DISPUTED: [&str; 3] = ["disputed", "won", "lost"];
const CLOSED: [&str; 2] = ["won", "lost"];

fn late(evidence: &Evidence, seen: &Seen, fact: &Fact) -> Option<String> {
    let known_by = known_by(evidence, fact.at);
    let told = evidence.bus.iter().find(|told| {
        told.checkout == seen.id && told.at >= fact.at && fact.shown_as.contains(&told.status.as_str())
    });
    match told {
        Some(told) if told.at <= known_by => None,
        Some(told) => Some(format!("the {} is known {} seconds late", fact.what, told.at - known_by)),
        None if evidence.at <= known_by => None,
        None => Some(format!("nobody was told of the {}", fact.what)),
    }
}

/// Until when it must be known: an hour on which Stripe was there and the function that asks did not fail.
fn known_by(evidence: &Evidence, at: i64) -> i64 {
    let mut known_by = at + KNOWN_WITHIN;
    let (from, until) = evidence.outage;
    if from < until && from <= known_by && at <= until {
        known_by = known_by.max(until + KNOWN_WITHIN);
    }
    for failed in &evidence.failed_recoveries {
        if (at..=known_by).contains(failed) {
            known_by += ASKS_EVERY;
        }
    }
    known_by
}
