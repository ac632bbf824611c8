//! What an operator can write behind `cargo operator`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kembali::domain::ids::CheckoutId;
use kembali::domain::time::Day;

use super::dead_letters::DeadLetters;

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
        /// Where something differs it is summed once more after so long: a payment of this minute may be on
        /// its way.
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
    /// Tries a rule on the payments of a period, however long. Nothing is written, and nothing is promised.
    /// Caps, occasions and budgets hold over the whole period. Payments of the last half minute may not be
    /// there yet.
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
    /// Lists the cashbacks that wait for a person, who waits longest first, or the merchants with whom the
    /// platform could not settle.
    Reviews {
        /// The market.
        country: String,
        /// The cashbacks that look suspicious (in_review), those that could not be paid (failed), or the
        /// merchants whom Stripe refuses to pay, or who owe (unsettled).
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
