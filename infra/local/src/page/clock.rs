//! The clock, which a person moves.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use local_wire::Clock;
use maud::{Markup, html};
use serde::Deserialize;

use super::layout::{self, Zone};
use super::problem::Problem;
use super::{Page, see_other};

/// Longer jumps than a month are somebody's mistake.
const LONGEST_HOURS: i64 = 31 * 24;

#[derive(Debug, Deserialize)]
pub(super) struct Jump {
    #[serde(default)]
    hours: String,
    /// The path of the page on which the button was.
    #[serde(default)]
    back: String,
}

/// Lets hours pass, with everything that happens in them, and goes back to where the button was.
pub(super) async fn advance(State(page): State<Page>, Form(jump): Form<Jump>) -> Response {
    page.answer(async { jump.take(&page).await }.await)
}

impl Jump {
    async fn take(self, page: &Page) -> Result<Response, Problem> {
        let hours = self.hours.parse().ok().filter(|hours| (1..=LONGEST_HOURS).contains(hours));
        let detail = || format!("Let 1 to {LONGEST_HOURS} whole hours pass.");
        let hours: i64 = hours.ok_or_else(|| Problem::invalid("hours", detail()))?;
        let advanced = page.stack().advance(hours.saturating_mul(3600)).await;
        advanced.map_err(|error| Problem::internal(error.to_string()))?;
        // A path of this page: not another host's.
        let is_path = self.back.starts_with('/') && !self.back.starts_with("//") && !self.back.contains('\\');
        Ok(see_other(if is_path { &self.back } else { "/" }))
    }
}

/// What time it is, and the buttons that change it.
pub(super) fn show(page: &Page, zone: &Zone, back: &str) -> Markup {
    let clock = page.stack().clock();
    let ahead_seconds = clock.epoch_seconds().saturating_sub(Clock::running().epoch_seconds());
    // Between the two readings a second may have begun.
    let ahead_minutes = ahead_seconds.saturating_add(30).div_euclid(60);
    html! {
        form.clock method="post" action="/clock" {
            input type="hidden" name="back" value=(back);
            span.time {
                strong { (zone.minute(clock.epoch_millis())) } " " span.quiet { (zone.label()) }
                @if ahead_minutes >= 60 { span.ahead { "+" (layout::duration(ahead_minutes)) } }
            }
            button name="hours" value="1" aria-label="+1 hour" { "+1 h" }
            button name="hours" value="48" aria-label="+48 hours" { "+48 h" }
        }
    }
}
