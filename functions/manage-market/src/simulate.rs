//! `POST /v1/markets/{country}/campaigns/simulate`: what a rule would have given in a period of the past. The
//! payments are those of the journal, which is at most half a minute behind.

use std::collections::{BTreeMap, BTreeSet};

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::purchases::{categories, purchases_of_day};
use kembali::domain::campaign::dry_run::{PastPurchase, Report, dry_run};
use kembali::domain::campaign::{MerchantCategory, Rule};
use kembali::domain::ids::MerchantId;
use kembali::domain::market::Country;
use kembali::domain::time::Day;
use kembali::fault::{Fault, Problem};
use serde::{Deserialize, Serialize};

use crate::ManageMarket;
use crate::versions::in_rule;

/// What is answered within one request. `cargo operator dry-run` takes any period, and caps and budgets with
/// it.
const MOST_DAYS: usize = 31;
const MOST_PAYMENTS: usize = 5_000;
const LONGER: &str =
    "Ask for fewer days at a time, or run `cargo operator dry-run`, which takes any period as a whole.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulation {
    rule: Rule,
    /// The first day, in the market's time zone.
    from: Day,
    /// The last day.
    to: Day,
}

#[derive(Serialize)]
struct Simulated {
    country: Country,
    from: Day,
    to: Day,
    #[serde(flatten)]
    report: Report,
}

impl ManageMarket {
    /// Tries a rule. Nothing is written.
    pub(crate) async fn simulate(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let Simulation { rule, from, to } = request.json()?;
        rule.check(country).map_err(in_rule)?;
        check_period(from, to)?;
        self.check_merchants(country, &rule, "rule.").await?;
        let purchases = self.purchases(country, from, to).await?;
        let categories = self.categories(&rule, &purchases).await?;
        let report = dry_run(country, &rule, &categories, &purchases);
        let report = report.map_err(|error| Fault::Bug(format!("a dry run: {error}")))?;
        json(200, &Simulated { country, from, to, report })
    }

    /// The payments of a period, in the order of their times.
    async fn purchases(&self, country: Country, from: Day, to: Day) -> Result<Vec<PastPurchase>, Fault> {
        let mut purchases = Vec::new();
        for day in days(from, to) {
            // One more than may be there shows that there are too many.
            let most = MOST_PAYMENTS.saturating_sub(purchases.len()).saturating_add(1);
            purchases.extend(purchases_of_day(&self.store, country, day, None, most).await?.found);
            if purchases.len() > MOST_PAYMENTS {
                let detail = format!("More than {MOST_PAYMENTS} payments were made from {from} to {to}.");
                return Err(Problem::invalid("to", detail, LONGER).into());
            }
        }
        Ok(purchases)
    }

    /// The kinds of business of the merchants who were paid, if the rule asks: as they are now.
    async fn categories(
        &self,
        rule: &Rule,
        purchases: &[PastPurchase],
    ) -> Result<BTreeMap<MerchantId, MerchantCategory>, Fault> {
        if rule.merchant_categories.is_none() {
            return Ok(BTreeMap::new());
        }
        let paid: BTreeSet<MerchantId> = purchases.iter().map(|purchase| purchase.merchant.clone()).collect();
        categories(&self.store, &paid).await
    }
}

/// The days of a period, which is not backwards.
fn days(from: Day, to: Day) -> impl Iterator<Item = Day> {
    std::iter::successors(Some(from), move |day| Some(day.next()).filter(|next| next > day && *next <= to))
}

fn check_period(from: Day, to: Day) -> Result<(), Problem> {
    if to < from {
        return Err(Problem::invalid(
            "to",
            "The last day is before the first.",
            "Write `from` or a later day.",
        ));
    }
    if days(from, to).take(MOST_DAYS.saturating_add(1)).count() > MOST_DAYS {
        let detail = format!("A dry run goes over at most {MOST_DAYS} days.");
        return Err(Problem::invalid("to", detail, LONGER));
    }
    Ok(())
}
