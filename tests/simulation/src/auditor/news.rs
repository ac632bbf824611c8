//! What no webhook brought is fetched from Stripe: whatever is lost, held back or refused on the way, a payment is known
//! here within an hour.

use super::each;
use crate::evidence::{Evidence, Seen};

const MINUTE: i64 = 60;
/// An hour, and what it takes to apply an event that meets a fault or two.
const KNOWN_WITHIN: i64 = 70 * MINUTE;
/// The function that asks comes so often; each time that it fails, the next one has to do.
const ASKS_EVERY: i64 = 30 * MINUTE;

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, of_life)
}

fn of_life(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    let Some(payment) = &seen.payment else { return Vec::new() };
    let told = evidence.bus.iter().find(|told| told.checkout == seen.id && told.name == "checkout.paid");
    let Some(told) = told else { return vec!["nobody was told of the payment".to_owned()] };
    let mut known_by = payment.arrived_at + KNOWN_WITHIN;
    let (from, until) = evidence.outage;
    if from < until && from <= known_by && payment.arrived_at <= until {
        known_by = known_by.max(until + KNOWN_WITHIN);
    }
    for failed in &evidence.failed_recoveries {
        if (payment.arrived_at..=known_by).contains(failed) {
            known_by += ASKS_EVERY;
        }
    }
    let late = told.at - known_by;
    if late > 0 { vec![format!("the payment is known {late} seconds late")] } else { Vec::new() }
}
