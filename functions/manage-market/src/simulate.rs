//! `POST /v1/markets/{country}/campaigns/simulate`: what a rule would have given in a period of the past.

use std::collections::{BTreeMap, BTreeSet};

use kembali::adapters::http::{Answer, Request, json};
use kembali::domain::campaign::{MerchantCategory, Rule};
use kembali::domain::dry_run::{PastPurchase, Report, dry_run};
use kembali::domain::ids::MerchantId;
use kembali::domain::market::Country;
use kembali::domain::time::Day;
use kembali::fault::{Fault, Problem};
use serde::{Deserialize, Serialize};

use crate::versions::in_rule;
use crate::{ManageMarket, country};

/// What is answered within one request. A longer period is asked for in parts; caps and budgets begin anew in each.
const MOST_DAYS: usize = 31;
const MOST_PAYMENTS: usize = 5_000;

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
        let country = country(request)?;
        let Simulation { rule, from, to } = request.json()?;
        rule.check(country).map_err(in_rule)?;
        check_period(from, to)?;
        self.check_merchants(country, &rule, "rule.").await?;
        let zone = country.time_zone();
        let period = (from.bounds_in(&zone).0, to.bounds_in(&zone).1);
        let purchases = self.store.purchases(country, period, MOST_PAYMENTS).await?;
        if purchases.is_too_many {
            let detail = format!("More than {MOST_PAYMENTS} payments were made from {from} to {to}.");
            return Err(Problem::invalid("to", detail).next("Ask for fewer days at a time.").into());
        }
        let categories = self.categories(&rule, &purchases.found).await?;
        let report = dry_run(country, &rule, &categories, &purchases.found);
        let report = report.map_err(|error| Fault::Bug(format!("a dry run: {error}")))?;
        json(200, &Simulated { country, from, to, report })
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
        let merchants = self.store.merchants(&paid).await?;
        Ok(merchants.into_iter().filter_map(|merchant| Some((merchant.id, merchant.category?))).collect())
    }
}

fn check_period(from: Day, to: Day) -> Result<(), Problem> {
    if to < from {
        return Err(Problem::invalid("to", "The last day must not be before the first."));
    }
    let days =
        std::iter::successors(Some(from), |day| Some(day.next()).filter(|next| next > day && *next <= to));
    if days.take(MOST_DAYS.saturating_add(1)).count() > MOST_DAYS {
        let detail = format!("A dry run goes over at most {MOST_DAYS} days.");
        return Err(Problem::invalid("to", detail).next("Ask for the months one by one."));
    }
    Ok(())
}
