//! The clock, which a person moves.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::common::{Page, see_other};
use super::problem::Problem;

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
