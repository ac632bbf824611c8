//! `/events`: what the system told the world, what it has planned, and what ran.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::common::Page;
use super::layout::{Section, Shell, badge, table};
use super::machine;
use super::problem::Problem;
use super::zone::Zone;
use crate::Invocation;
use crate::names::last_of;

/// How many lines of each kind are shown, the newest first.
const SHOWN: usize = 40;

pub(super) async fn show(State(page): State<Page>) -> Response {
    page.answer(render(&page).await)
}

async fn render(page: &Page) -> Result<Response, Problem> {
    page.settle().await?;
    let zone = Zone::utc(page.now());
    let moved = page.stack().stripe().moved();
    let moved: Vec<_> = moved.iter().rev().take(SHOWN).collect();
    let content = html! {
        h1 { "Events" }
        section.card { h2 { "On the bus" } (bus(page, &zone)) }
        section.card { h2 { "Schedules" } (schedules(page, &zone)) }
        section.card { h2 { "Queues" } (machine::queues(page)) }
        section.card { h2 { "Money that moved at Stripe" } (machine::movements(&zone, &moved)) }
        section.card { h2 { "Stripe's webhooks" } (webhooks(page, &zone)) }
        section.card { h2 { "Invocations" } (invocations(page, &zone)) }
    };
    Ok(Shell::new(Section::Events, "/events").render(page, StatusCode::OK, "Events", &content))
}

fn bus(page: &Page, zone: &Zone) -> Markup {
    let events = page.stack().eventbridge().events();
    let rows = html! {
        @for event in events.iter().rev().take(SHOWN) {
            tr {
                td.time { (zone.second(event.time_millis)) }
                td { (event.detail_type) }
                td {
                    details { summary.id { (event.id) } pre { (format!("{:#}", event.detail)) } }
                }
            }
        }
    };
    table(&["Time", "What", "Detail"], events.is_empty(), "Nothing yet.", &rows)
}

fn schedules(page: &Page, zone: &Zone) -> Markup {
    let schedules = page.stack().scheduler().schedules();
    let rows = html! {
        @for schedule in &schedules {
            tr {
                td.time { (zone.second(schedule.scheduled_at_millis)) }
                td.id { (schedule.name) }
                td { (last_of(&schedule.target_arn)) }
                td.number { (schedule.attempt) }
            }
        }
    };
    table(&["Due", "Name", "Invokes", "#Attempt"], schedules.is_empty(), "Nothing is planned.", &rows)
}

fn webhooks(page: &Page, zone: &Zone) -> Markup {
    let attempts = page.stack().stripe().webhooks();
    let rows = html! {
        @for attempt in attempts.iter().rev().take(SHOWN) {
            tr {
                td.time { (zone.second(attempt.at_millis)) }
                td { (attempt.kind) }
                td.id { (attempt.event) }
                td.number { (attempt.number) }
                td.number.bad[!attempt.succeeded()] {
                    @if let Some(status) = attempt.status { (status) } @else { "no answer" }
                }
            }
        }
    };
    table(&["Time", "Type", "Event", "#Attempt", "#Answer"], attempts.is_empty(), "None yet.", &rows)
}

fn invocations(page: &Page, zone: &Zone) -> Markup {
    let invocations = page.stack().invocations();
    let rows = html! {
        @for run in invocations.chunk_by(is_alike).rev().take(SHOWN) {
            @if let Some(newest) = run.last() {
                tr {
                    td.time { (zone.second(newest.at_millis)) }
                    td { (newest.function) @if run.len() > 1 { " " strong { "× " (run.len()) } } }
                    td {
                        (badge(if newest.ok() { "ok" } else { "error" }))
                        " " (newest.error.as_deref().unwrap_or_default())
                    }
                }
            }
        }
    };
    table(&["Time", "Function", "Answer"], invocations.is_empty(), "None yet.", &rows)
}

/// Invocations that share a line when they follow each other, as the sweep's do.
fn is_alike(one: &Invocation, other: &Invocation) -> bool {
    one.function == other.function && one.error == other.error
}
