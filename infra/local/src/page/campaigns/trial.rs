//! A rule tried on the past before it is live: what it would have given, and to how many.

use kembali::domain::market::Country;
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::draft::Draft;
use crate::page::api::read;
use crate::page::common::Page;
use crate::page::layout::table;
use crate::page::problem::Problem;

/// How far it looks back: the most that the API takes at once.
const DAYS: i64 = 31;

/// What a rule would have given.
#[derive(Debug, Deserialize)]
pub(super) struct Trial {
    from: String,
    to: String,
    payments: u32,
    earning: Sum,
    platform_pays: Money,
    by_day: Vec<DaySum>,
    refused: Vec<Refusals>,
}

#[derive(Debug, Deserialize)]
struct Sum {
    payments: u32,
    cashback: Money,
}

#[derive(Debug, Deserialize)]
struct DaySum {
    day: String,
    #[serde(flatten)]
    sum: Sum,
}

#[derive(Debug, Deserialize)]
struct Refusals {
    no_cashback: String,
    payments: u32,
}

pub(super) async fn ask(page: &Page, draft: &Draft, country: Country) -> Result<Trial, Problem> {
    let now = Timestamp::from_epoch_millis(page.stack().clock().epoch_millis());
    let day = |at: Timestamp| at.day_in(&country.time_zone());
    // The rule is tried as if it had run all the time.
    let from = day(now.plus_seconds((1 - DAYS).saturating_mul(24 * 3600)));
    let mut rule = draft.rule(country)?;
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("starts_at".to_owned(), json!(from));
        rule.insert("ends_at".to_owned(), json!(day(now).next()));
    }
    let body = json!({ "rule": rule, "from": from, "to": day(now) });
    let path = format!("/v1/markets/{}/campaigns/simulate", country.code());
    read(page.api().operate("POST", &path, Some(&body)).await?)
}

/// The answer.
pub(super) fn show(trial: &Trial) -> Markup {
    let days = html! {
        @for DaySum { day, sum } in &trial.by_day {
            tr { td { (day) } td.number { (sum.payments) } td.number { (sum.cashback) } }
        }
    };
    html! {
        section.card.cashback role="status" {
            h2 { "Tried on the past" }
            p.big {
                (trial.earning.payments) " of " (trial.payments) " payments would have earned " (trial.earning.cashback)
            }
            p {
                (trial.platform_pays) " of it from the platform. Payments of " (trial.from) " to " (trial.to)
                ", but for the last half minute."
            }
            @if !trial.by_day.is_empty() { (table(&["Day", "#Payments", "#Cashback"], false, "", &days)) }
            @if !trial.refused.is_empty() {
                ul { @for no in &trial.refused { li { (no.payments) " × " code { (no.no_cashback) } } } }
            }
        }
    }
}
