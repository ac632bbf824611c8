//! Who decides, and why: asked for wherever an operator changes what people were promised.

use serde::Deserialize;

use super::http::Request;
use crate::fault::{Fault, Kind, Problem};

const LONGEST_REASON: usize = 250;
const LONGEST_ACTOR: usize = 250;

/// A reason, alone in its body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: String,
}

impl Reason {
    /// The reason, if it is one.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn checked(self) -> Result<String, Problem> {
        check_reason(&self.reason)?;
        Ok(self.reason)
    }
}

/// That a reason is given, and is short enough to be kept.
///
/// # Errors
/// It is empty or too long.
pub fn check_reason(reason: &str) -> Result<(), Problem> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid("reason", format!("Write 1 to {LONGEST_REASON} characters.")));
    }
    Ok(())
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
