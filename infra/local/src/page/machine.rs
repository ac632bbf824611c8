//! What the machine does: queues, calls and Stripe's movements, as tables.

use local_stripe::Movement;
use local_wire::calls::Call;
use maud::{Markup, html};

use super::common::Page;
use super::layout::table;
use super::zone::Zone;

/// Every queue with what waits in it. A message in a dead-letter queue is somebody's work.
pub(super) fn queues(page: &Page) -> Markup {
    let template = page.stack().template();
    html! {
        ul.queues {
            @for queue in &template.queues {
                @let waiting = page.stack().sqs().messages(&queue.id).len();
                @let is_dead_letter = queue.id.ends_with("Dlq");
                li.alarm[is_dead_letter && waiting > 0] {
                    span { (queue.id) } strong { (waiting) }
                    @if is_dead_letter && waiting > 0 { code { "cargo operator dead-letters" } }
                }
            }
        }
    }
}

/// Calls, the newest first. Those that are alike and follow each other, as a sweep's are, share a line; at
/// most `lines` lines are shown.
pub(super) fn calls(zone: &Zone, calls: &[Call], lines: usize) -> Markup {
    let runs: Vec<&[Call]> = calls.chunk_by(is_alike).rev().collect();
    let rows = html! {
        @for run in runs.iter().take(lines) { (run_of_calls(zone, run)) }
    };
    let headings = ["Time", "Service", "Operation", "About", "#Status", "#Write units", "#Read units"];
    html! {
        (table(&headings, runs.is_empty(), "No calls yet.", &rows))
        @if runs.len() > lines { p.quiet { "The newest " (lines) " lines of " (runs.len()) "." } }
    }
}

fn run_of_calls(zone: &Zone, run: &[Call]) -> Markup {
    let (writes, reads) = consumed(run);
    html! {
        @if let Some(newest) = run.last() {
            tr {
                td.time { (zone.second(newest.at_millis)) }
                td { (newest.service) }
                td { (newest.operation) @if run.len() > 1 { " " strong { "× " (run.len()) } } }
                td.id { (newest.subject) }
                td.number.bad[newest.status >= 400] { (newest.status) }
                td.number { (units(writes)) }
                td.number { (units(reads)) }
            }
        }
    }
}

fn is_alike(one: &Call, other: &Call) -> bool {
    let key = |call: &Call| (call.service, call.status);
    key(one) == key(other) && one.operation == other.operation && one.subject == other.subject
}

/// Write and read units of the calls together, in tenths.
fn consumed(calls: &[Call]) -> (u32, u32) {
    calls.iter().fold((0, 0), |(writes, reads): (u32, u32), call| {
        (writes.saturating_add(call.write_units_tenths), reads.saturating_add(call.read_units_tenths))
    })
}

/// How many calls went to each service, and the capacity they consumed.
pub(super) fn sums(calls: &[Call]) -> Markup {
    let count = |service: &str| calls.iter().filter(|call| call.service == service).count();
    let (writes, reads) = consumed(calls);
    html! {
        p.sums {
            @for service in ["dynamodb", "sqs", "scheduler", "eventbridge", "stripe"] {
                span { strong { (count(service)) } " " (service) }
            }
            span { strong { (tenths(writes)) } " write units" }
            span { strong { (tenths(reads)) } " read units" }
        }
    }
}

/// Money that really moved, in the order given.
pub(super) fn movements(zone: &Zone, movements: &[&Movement]) -> Markup {
    let rows = html! {
        @for movement in movements {
            tr {
                td.time { (zone.second(movement.created.saturating_mul(1000))) }
                td.id { (movement.account.as_deref().unwrap_or("platform")) }
                td { (movement.kind.as_str().replace('_', " ")) }
                td.id { (movement.source) }
                td.number { (signed(movement.amount, &movement.currency)) }
                td.number { @if movement.fee != 0 { (signed(-movement.fee, &movement.currency)) } }
            }
        }
    };
    let headings = ["Time", "Account", "Kind", "Source", "#Amount", "#Fee"];
    table(&headings, movements.is_empty(), "No money has moved yet.", &rows)
}

fn units(value_tenths: u32) -> String {
    if value_tenths == 0 { String::new() } else { tenths(value_tenths) }
}

fn tenths(value: u32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// An amount at Stripe. All currencies of our markets have two decimals.
fn signed(minor: i64, currency: &str) -> String {
    let (sign, size) = (if minor < 0 { "−" } else { "" }, minor.unsigned_abs());
    format!("{} {sign}{}.{:02}", currency.to_uppercase(), size / 100, size % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_sign_and_cents() {
        assert_eq!(signed(-125, "sgd"), "SGD −1.25");
        assert_eq!(signed(-5, "sgd"), "SGD −0.05");
        assert_eq!(signed(2500, "brl"), "BRL 25.00");
        assert_eq!(tenths(35), "3.5");
    }
}
