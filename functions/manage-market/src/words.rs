//! Who decides, and why: asked for wherever an operator changes what people were promised.

use kembali::adapters::http::Request;
use kembali::fault::{Fault, Kind, Problem};
use serde::Deserialize;

const LONGEST_REASON: usize = 250;
const LONGEST_ACTOR: usize = 250;

/// A reason, alone in its body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: String,
}

impl Reason {
    pub(crate) fn checked(self) -> Result<String, Problem> {
        check_reason(&self.reason)?;
        Ok(self.reason)
    }
}

pub(crate) fn check_reason(reason: &str) -> Result<(), Problem> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid("reason", format!("Write 1 to {LONGEST_REASON} characters.")));
    }
    Ok(())
}

/// Who the operator is. A decision that nobody would answer for is not made.
pub(crate) fn actor(request: &Request) -> Result<String, Fault> {
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
