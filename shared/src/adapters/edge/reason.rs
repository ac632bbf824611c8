//! Who decides, and why: asked for wherever an operator changes what people were promised.

use serde::Deserialize;

use super::http::Request;
use crate::domain::text::Line;
use crate::fault::{Fault, Kind, Problem};

const LONGEST_REASON: usize = 250;
const LONGEST_ACTOR: usize = 250;

/// A reason, alone in its body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: Line,
}

impl Reason {
    /// The reason, if it is one.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn checked(self) -> Result<String, Problem> {
        check_reason("reason", &self.reason)?;
        Ok(self.reason.to_string())
    }
}

/// That a reason is given in `field`, and is short enough to be kept.
///
/// # Errors
/// It is empty or too long.
pub fn check_reason(field: &str, reason: &Line) -> Result<(), Problem> {
    reason.check(LONGEST_REASON).map_err(|error| Problem::unfit(field, &error))
}

/// Who the operator is. A decision that nobody would answer for is not made.
///
/// # Errors
/// The token does not say it.
pub fn actor(request: &Request) -> Result<String, Fault> {
    let actor = request.actor.as_deref().map(str::trim).filter(|actor| !actor.is_empty());
    match actor {
        Some(actor) if actor.chars().count() <= LONGEST_ACTOR => Ok(actor.to_owned()),
        Some(_) | None => {
            let problem = Problem::new(Kind::Forbidden, "The token does not say who you are.");
            Err(problem
                .field("Authorization")
                .next("Send a token with a `sub` of at most 250 characters.")
                .into())
        }
    }
}
