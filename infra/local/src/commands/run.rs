//! Which command does what.

use std::io::Write;
use std::time::Duration;

use kembali::domain::checkout::Verdict;
use serde_json::json;

use super::deployment::Operator;
use super::error::CommandError;
use super::settings::{Command, Settings};
use crate::client::Client;

/// Does what `settings` says. The result goes to `out`, what is happening to `tell`: each line takes the
/// place of the one before, and an empty one comes before anything goes to `out`. Answers whether all is as
/// it should be.
///
/// # Errors
/// It could not be found out.
pub async fn run(
    settings: &Settings,
    out: &mut impl Write,
    tell: &mut impl FnMut(&str),
) -> Result<bool, CommandError> {
    let client = Client::new(settings.api.trim_end_matches('/'));
    let operator = Operator { client, token: settings.token.clone() };
    match &settings.command {
        Command::VerifyBooks { country, through, patience } => {
            let through = through.as_deref();
            operator.verify_books(country, through, Duration::from_secs(*patience), out, tell).await
        }
        Command::LedgerCsv { country, from, to } => {
            operator.ledger_csv(country, from.as_deref(), to.as_deref(), out, tell).await
        }
        Command::Match { country, day, now } => operator.show_match(country, day, *now, out).await,
        Command::Statement { country, merchant, month } => {
            operator.statement(country, merchant, month.as_deref(), out).await
        }
        Command::DryRun { country, rule, from, to, json } => {
            let trial = operator.dry_run(country, rule, (*from, *to), tell).await?;
            if *json {
                trial.write_json(out)?
            } else {
                trial.write_table(out)?
            }
            Ok(true)
        }
        Command::Reviews { country, state } => operator.reviews(country, state, out).await,
        Command::Approve(decision) => operator.decide(Verdict::Approve, decision, out).await,
        Command::Reject(decision) => operator.decide(Verdict::Reject, decision, out).await,
        Command::Retry(decision) => operator.decide(Verdict::Retry, decision, out).await,
        Command::WriteOff(decision) => operator.decide(Verdict::WriteOff, decision, out).await,
        Command::DeadLetters { what } => operator.dead_letters(what.as_ref(), out).await,
        Command::Stop { country, reason } => {
            operator.policy(country, "stop", Some(&json!({"reason": reason})), out).await
        }
        Command::Resume { country } => operator.policy(country, "resume", None, out).await,
    }
}
