//! A rule tried on any period: the payments come from the API page by page, day by day, and are replayed
//! here, with the code that keeps caps, occasions and budgets. No more than a page of them is ever kept.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use kembali::domain::campaign::Rule;
use kembali::domain::campaign::dry_run::{DryRun, PurchasePage, Report, Sum};
use kembali::domain::market::Country;
use kembali::domain::time::Day;
use kembali::fault::Problem;
use serde::Serialize;
use serde_json::{Value, json};

use super::deployment::{Operator, path};
use super::error::CommandError;

/// Ten years, so that a slip of the pen does not ask for a million days.
const MOST_DAYS: usize = 3_660;

/// Before the first payment that anybody made here.
const EMPTY_DAY: &str = "2000-01-01";

/// How long it waits before it asks once more for a page that did not come: a year of pages is not begun anew
/// for one of them.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// What a rule would have given, and when. As JSON it is what the API answers for a short period.
#[derive(Debug, Serialize)]
pub(super) struct Trial {
    country: Country,
    from: Day,
    to: Day,
    #[serde(skip)]
    rule: String,
    #[serde(flatten)]
    report: Report,
}

impl Operator {
    pub(super) async fn dry_run(
        &self,
        country: &str,
        file: &Path,
        (from, to): (Day, Day),
        tell: &mut impl FnMut(&str),
    ) -> Result<Trial, CommandError> {
        let market = Country::parse(country).ok_or_else(|| {
            let known: Vec<&str> = Country::ALL.iter().map(|country| country.code()).collect();
            wrong("country", &format!("there is no market {country}. Name one of {}.", known.join(", ")))
        })?;
        let rule = self.checked_rule(market, file).await?;
        let days = days(from, to)?;
        let base = format!("/v1/markets/{country}/purchases");
        let mut run = DryRun::new(market, &rule);
        let mut payments = 0_usize;
        for (number, day) in (1..).zip(&days) {
            let (text, mut cursor) = (day.to_string(), None);
            loop {
                tell(&format!("day {number} of {}: {day}, {payments} payments so far", days.len()));
                let at = path(&base, &[("day", Some(&text)), ("cursor", cursor.as_deref())]);
                let page = self.page(&at, tell).await?;
                payments = payments.saturating_add(page.purchases.len());
                for known in page.purchases {
                    let replayed = run.step(&known.purchase, known.category.as_ref());
                    replayed.map_err(|error| CommandError::NotUnderstood(format!("{at} ({error})")))?;
                }
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        tell("");
        Ok(Trial { country: market, from, to, rule: rule.id.to_string(), report: run.report() })
    }

    async fn page(&self, at: &str, tell: &mut impl FnMut(&str)) -> Result<PurchasePage, CommandError> {
        let mut pauses = PAUSES.into_iter();
        let answer = loop {
            match (self.ask("GET", at).await, pauses.next()) {
                (Err(error), Some(pause)) if error.may_pass() => {
                    tell(&format!("{error}; once more in {} seconds", pause.as_secs()));
                    tokio::time::sleep(pause).await;
                }
                (answer, _) => break answer?,
            }
        };
        serde_json::from_slice(&answer.body).map_err(|_| CommandError::NotUnderstood(at.to_owned()))
    }

    /// The rule in `file`. What is wrong with it is told before the first payment is read: what it says of
    /// itself here, and what of the deployment's merchants by the API, which tries it on a day that has no
    /// payments.
    async fn checked_rule(&self, country: Country, file: &Path) -> Result<Rule, CommandError> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| wrong(&name, &error.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| wrong(&name, &error.to_string()))?;
        let simulation = json!({"rule": value, "from": EMPTY_DAY, "to": EMPTY_DAY});
        let rule: Rule = match serde_json::from_value(value) {
            Ok(rule) => rule,
            // The API names the field.
            Err(error) => {
                self.try_on_empty_day(country, &simulation).await?;
                return Err(wrong(&name, &error.to_string()));
            }
        };
        rule.check(country).map_err(|problem| wrong(&name, &in_words(&problem)))?;
        self.try_on_empty_day(country, &simulation).await?;
        Ok(rule)
    }

    async fn try_on_empty_day(&self, country: Country, simulation: &Value) -> Result<(), CommandError> {
        let at = format!("/v1/markets/{}/campaigns/simulate", country.code());
        self.send("POST", &at, Some(simulation)).await.map(drop)
    }
}

fn wrong(argument: &str, said: &str) -> CommandError {
    CommandError::Argument { argument: argument.to_owned(), said: said.to_owned() }
}

fn in_words(problem: &Problem) -> String {
    let parts = [problem.field.as_ref().map(|field| format!("{field}:")), Some(problem.detail.clone())];
    let said: Vec<String> = parts.into_iter().flatten().chain(problem.next.clone()).collect();
    said.join(" ")
}

/// The days of the period, both ends included.
fn days(from: Day, to: Day) -> Result<Vec<Day>, CommandError> {
    if to < from {
        return Err(wrong("--to", &format!("{to} is before {from}.")));
    }
    let days =
        std::iter::successors(Some(from), |day| Some(day.next()).filter(|next| next > day && *next <= to));
    let days: Vec<Day> = days.take(MOST_DAYS.saturating_add(1)).collect();
    if days.len() > MOST_DAYS {
        return Err(wrong("--to", &format!("more than {MOST_DAYS} days; name a shorter period.")));
    }
    Ok(days)
}

impl Trial {
    pub(super) fn write_json(&self, out: &mut impl Write) -> Result<(), CommandError> {
        serde_json::to_writer_pretty(&mut *out, self).map_err(std::io::Error::from)?;
        Ok(writeln!(out)?)
    }

    /// The sums, then three tables: by day, by merchant, and by the rule that says no.
    pub(super) fn write_table(&self, out: &mut impl Write) -> Result<(), CommandError> {
        let Self { country, from, to, rule, report } = self;
        writeln!(out, "{rule} in {} from {from} to {to}", country.code())?;
        writeln!(
            out,
            "{} of {} payments would have earned {}, of which the platform pays {}",
            report.earning.payments, report.payments, report.earning.cashback, report.platform_pays
        )?;
        let mut row = |name: &str, sum: &Sum| {
            writeln!(out, "{name:<20} {:>10} {:>18}", sum.payments, sum.cashback.to_string())
        };
        for of in &report.by_day {
            row(&of.day.to_string(), &of.sum)?;
        }
        for of in &report.by_merchant {
            row(of.merchant.as_str(), &of.sum)?;
        }
        for no in &report.refused {
            writeln!(out, "{:<20} {:>10}  {}", "nothing", no.payments, no.no_cashback.explanation())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_period_has_both_its_ends_and_an_end() {
        assert_eq!(days(day("2026-02-27"), day("2026-03-01")).unwrap().len(), 3);
        assert_eq!(days(day("2026-02-27"), day("2026-02-27")).unwrap(), [day("2026-02-27")]);
        assert!(days(day("2026-02-27"), day("2026-02-26")).is_err());
        let error = days(day("2026-01-01"), day("9999-12-31")).unwrap_err();
        assert_eq!(error.to_string(), "--to: more than 3660 days; name a shorter period.");
    }
}
