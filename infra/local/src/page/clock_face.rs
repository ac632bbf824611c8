//! The clock as every page shows it.

use local_wire::Clock;
use maud::{Markup, html};

use super::common::Page;
use super::zone::{Zone, duration};

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
                strong { (zone.minute(page.now())) } " " span.quiet { (zone.label()) }
                @if ahead_minutes >= 60 { span.ahead { "+" (duration(ahead_minutes)) } }
            }
            button name="hours" value="1" aria-label="+1 hour" { "+1 h" }
            button name="hours" value="48" aria-label="+48 hours" { "+48 h" }
        }
    }
}
