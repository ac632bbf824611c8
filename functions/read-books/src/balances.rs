//! `GET …/balances` and `GET …/campaigns/{campaign}/report`

use std::collections::BTreeMap;

use kembali::adapters::edge::http::{Answer, Request, json, not_found};
use kembali::adapters::flows::books::days_of;
use kembali::domain::books::{Balance, CampaignReport, Scope, Totals, balances_of};
use kembali::domain::campaign::Campaign;
use kembali::domain::campaign::budget::Left;
use kembali::domain::ids::{CampaignId, MerchantId, PayerId};
use kembali::domain::market::Country;
use kembali::domain::time::{Day, Timestamp};
use kembali::fault::{Fault, Problem};
use serde::Serialize;

use crate::{ReadBooks, market, texts};

#[derive(Serialize)]
struct Balances {
    country: Country,
    /// Of what: `market`, `merchant#mch_…`, `payer#pyr_…`, `campaign#five`.
    scope: Scope,
    as_of: Timestamp,
    open_days: Vec<String>,
    balances: Vec<Balance>,
}

#[derive(Serialize)]
struct Report {
    country: Country,
    campaign: CampaignId,
    as_of: Timestamp,
    open_days: Vec<String>,
    #[serde(flatten)]
    report: CampaignReport,
    /// What is left of the budget, where there is one. It is read from the budget's parts: the books do not
    /// say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Left>,
}

impl ReadBooks {
    /// The balance of each account: of a merchant, a payer, a campaign, or of the whole market.
    pub(crate) async fn balances(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let scope = self.scope(request, country).await?;
        let (days, open) = days_of(&self.store, country, &scope).await?;
        json(
            200,
            &Balances {
                country,
                as_of: request.at,
                open_days: texts(&open),
                balances: balances_of(&sum(&days), country.currency()),
                scope,
            },
        )
    }

    /// What became of a campaign's promises.
    pub(crate) async fn report(&self, request: &Request) -> Answer {
        let country = market(request)?;
        let campaign = request.path("campaign", CampaignId::parse)?;
        let known = self.known_campaign(country, &campaign).await?;
        let (days, open) = days_of(&self.store, country, &Scope::Campaign(campaign.clone())).await?;
        let report = CampaignReport::new(&sum(&days), country.currency());
        let today = request.at.day_in(&country.time_zone());
        let total = self.store.budget_left(&known, None).await?;
        let left = Left::of(&known, total, self.store.budget_left(&known, Some(today)).await?);
        let left = left.map_err(|error| Fault::Bug(format!("a budget holds what is no money: {error}")))?;
        json(200, &Report { country, campaign, as_of: request.at, open_days: texts(&open), report, left })
    }

    async fn scope(&self, request: &Request, country: Country) -> Result<Scope, Fault> {
        let merchant = request.query("merchant", MerchantId::parse)?;
        let payer = request.query("payer", PayerId::parse)?;
        let campaign = request.query("campaign", CampaignId::parse)?;
        match (merchant, payer, campaign) {
            (None, None, None) => Ok(Scope::Market),
            (Some(id), None, None) => {
                self.merchant_of(country, &id).await?;
                Ok(Scope::Merchant(id))
            }
            // Whether a payer is known is not told apart from one who is owed nothing.
            (None, Some(id), None) => Ok(Scope::Payer(id)),
            (None, None, Some(id)) => {
                self.known_campaign(country, &id).await?;
                Ok(Scope::Campaign(id))
            }
            (Some(_), Some(_), _) | (Some(_), None, Some(_)) | (None, Some(_), Some(_)) => {
                let detail = "Balances are of one merchant, payer or campaign.";
                let next = "Send one of `merchant`, `payer` and `campaign`, or none for the market.";
                Err(Problem::invalid("merchant", detail, next).into())
            }
        }
    }

    async fn known_campaign(&self, country: Country, id: &CampaignId) -> Result<Campaign, Fault> {
        self.store.campaign(country, id).await?.ok_or_else(|| not_found("campaign"))
    }
}

fn sum(days: &BTreeMap<Day, Totals>) -> Totals {
    let mut totals = Totals::default();
    days.values().for_each(|day| totals.merge(day));
    totals
}
