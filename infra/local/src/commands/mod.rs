//! What `cargo operator` can do. It knows an address and a token, and nothing else of the deployment.
//!
//! The result goes to stdout, what is happening meanwhile to stderr. It ends with 0 when all is as it should be, with 1
//! when it found what should not be, and with 2 when it could not find out.

mod books;
mod dead_letters;
mod dry_run;
mod market;
mod screen;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use kembali::domain::checkout::Verdict;
use kembali::domain::ids::CheckoutId;
use kembali::domain::time::Day;
use serde_json::{Value, json};

use crate::client::{Client, NoAnswer, Response};

pub use dead_letters::DeadLetters;
pub use screen::Screen;

/// Looks after a deployment of Kembali: its books, its campaigns, and what waits for a person.
#[derive(Clone, Debug, Parser)]
#[command(name = "operator", bin_name = "cargo operator")]
pub struct Settings {
    /// Where the API answers. `cargo local` prints its own.
    #[arg(long, env = "API", global = true, default_value = "http://127.0.0.1:7401")]
    pub api: String,
    /// An operator's token.
    #[arg(long, env = "OPERATOR", global = true, hide_env_values = true, default_value = "")]
    pub token: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Sums all books anew from the items that postings come from, and compares with what is kept of them.
    VerifyBooks {
        /// The market, such as SG.
        country: String,
        /// Up to and including this day; everything when left out.
        #[arg(long, value_name = "DAY")]
        through: Option<String>,
        /// Where something differs it is summed once more after so long: a payment of this minute may be on its way.
        #[arg(long, value_name = "SECONDS", default_value = "60")]
        patience: u64,
    },
    /// Writes every posting of some days as CSV.
    LedgerCsv {
        /// The market.
        country: String,
        /// The first day; today when neither is named.
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day.
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
    },
    /// Shows what the match of a day with Stripe found.
    Match {
        /// The market.
        country: String,
        /// The day, the market's own, such as 2026-11-22.
        day: String,
        /// Match it now, instead of showing the last result.
        #[arg(long)]
        now: bool,
    },
    /// Shows a merchant's month.
    Statement {
        /// The market.
        country: String,
        /// The merchant, mch_….
        merchant: String,
        /// The month, such as 2026-11; this month when left out.
        #[arg(long)]
        month: Option<String>,
    },
    /// Tries a rule on the payments of a period, however long. Nothing is written, and nothing is promised. Caps, occasions
    /// and budgets hold over the whole period. Payments of the last half minute may not be there yet.
    DryRun {
        /// The market.
        country: String,
        /// The rule, as a campaign is created from: a file with JSON.
        rule: PathBuf,
        /// The first day, the market's own.
        #[arg(long, value_name = "DAY", value_parser = Day::parse)]
        from: Day,
        /// The last day.
        #[arg(long, value_name = "DAY", value_parser = Day::parse)]
        to: Day,
        /// The report as JSON, as the API answers for a short period.
        #[arg(long)]
        json: bool,
    },
    /// Lists the cashbacks that wait for a person, who waits longest first.
    Reviews {
        /// The market.
        country: String,
        /// Those that look suspicious (in_review), or those that could not be paid (failed).
        #[arg(long, default_value = "in_review")]
        state: String,
    },
    /// Says that a suspicious cashback is good: it is paid when its time comes, or within five minutes.
    Approve(Decision),
    /// Says that a suspicious cashback is not paid.
    Reject(Decision),
    /// Has a failed cashback tried again within five minutes.
    Retry(Decision),
    /// Gives a failed cashback up.
    WriteOff(Decision),
    /// Shows the messages that were given up, sends them back, or takes them away.
    DeadLetters {
        /// What to do; without it, everything is shown.
        #[command(subcommand)]
        what: Option<DeadLetters>,
    },
    /// Stops all campaigns of a market: nothing is promised, and nothing that was promised is released.
    Stop {
        /// The market.
        country: String,
        /// Why, for whoever asks later.
        #[arg(long)]
        reason: String,
    },
    /// Lets a market go on that was stopped.
    Resume {
        /// The market.
        country: String,
    },
}

/// A cashback that waits for a person, and why it is decided as it is.
#[derive(Clone, Debug, Args)]
pub struct Decision {
    /// The checkout whose cashback it is, chk_…, as `reviews` lists it.
    #[arg(value_parser = CheckoutId::parse)]
    pub checkout: CheckoutId,
    /// Why, for whoever asks later.
    #[arg(long)]
    pub reason: String,
}

/// Why something could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The API did not answer.
    #[error("{0}; is `--api` right?")]
    NoAnswer(#[from] NoAnswer),
    /// The API said no.
    #[error("{status}: {said}")]
    Refused {
        /// The answer's status.
        status: u16,
        /// What it said, for a person.
        said: String,
    },
    /// The API's answer has not the form that it should have.
    #[error("the answer to {0} cannot be understood")]
    NotUnderstood(String),
    /// An argument, or what it names, cannot be used.
    #[error("{argument}: {said}")]
    Argument {
        /// Which.
        argument: String,
        /// What is wrong with it, and what to do.
        said: String,
    },
    /// The result cannot be written.
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CommandError {
    /// Whether the same may be answered a little later.
    fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::NotUnderstood(_) | Self::Argument { .. } | Self::Output(_) => false,
        }
    }
}

/// A deployment, seen by an operator.
struct Operator {
    client: Client,
    token: String,
}

/// Does what `settings` says. The result goes to `out`, what is happening to `tell`: each line takes the place of the one
/// before, and an empty one comes before anything goes to `out`. Answers whether all is as it should be.
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

impl Operator {
    async fn ask(&self, method: &str, path: &str) -> Result<Response, CommandError> {
        self.send(method, path, None).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Response, CommandError> {
        let answer = self.client.call(&self.token, method, path, body).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(CommandError::Refused { status: answer.status, said: explain(answer.status, &answer.json()) })
    }
}

/// What a problem comes to, in one line: the field at fault, what is wrong with it, and what to do.
fn explain(status: u16, problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    if status == 401 {
        return "the token is missing or not valid; give one with `--token` or in OPERATOR".to_owned();
    }
    let parts = [text("detail"), text("message"), text("next")];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match text("field") {
        "" => said.join(" "),
        field => format!("{field}: {}", said.join(" ")),
    }
}

/// A path with those of `parameters` that are given. Days, months and cursors need no escaping; what does is refused by the
/// API.
fn path(base: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}
