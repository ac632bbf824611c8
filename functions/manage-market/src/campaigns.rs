//! `/v1/markets/{country}/campaigns`

use kembali::adapters::http::{Answer, Request, json, not_found};
use kembali::adapters::store::Written;
use kembali::domain::campaign::{Campaign, Rule};
use kembali::domain::ids::CampaignId;
use kembali::domain::market::Country;
use kembali::fault::{Fault, Kind, Problem};
use serde::Serialize;

use crate::{ManageMarket, country};

#[derive(Serialize)]
struct Campaigns {
    campaigns: Vec<Campaign>,
}

impl ManageMarket {
    /// A new campaign. The same rule under the same id again is the same campaign.
    pub(crate) async fn create_campaign(&self, request: &Request) -> Answer {
        let country = country(request)?;
        let rule: Rule = request.json()?;
        rule.check(country)?;
        let campaign = Campaign { country, rule, paused: false, created_at: request.at, version: 1 };
        match self.store.put_campaign(&campaign, None).await? {
            Written::Done => json(201, &campaign),
            Written::Lost => {
                let known = self.find(country, &campaign.rule.id).await?;
                if known.rule == campaign.rule {
                    return json(200, &known);
                }
                let detail = format!("The campaign {} exists with another rule.", known.rule.id);
                Err(Problem::new(Kind::ReferenceReused, detail)
                    .field("id")
                    .next("Use a new id; what was promised under the old rule stays promised.")
                    .into())
            }
        }
    }

    pub(crate) async fn list_campaigns(&self, request: &Request) -> Answer {
        json(200, &Campaigns { campaigns: self.store.campaigns(country(request)?).await? })
    }

    pub(crate) async fn read_campaign(&self, request: &Request) -> Answer {
        let id = request.path("campaign", CampaignId::parse)?;
        json(200, &self.find(country(request)?, &id).await?)
    }

    /// Pauses or resumes: whether new promises are made. Those made are kept.
    pub(crate) async fn set_paused(&self, request: &Request, paused: bool) -> Answer {
        let id = request.path("campaign", CampaignId::parse)?;
        let known = self.find(country(request)?, &id).await?;
        if known.paused == paused {
            return json(200, &known);
        }
        let campaign = Campaign { paused, version: known.version.saturating_add(1), ..known.clone() };
        match self.store.put_campaign(&campaign, Some(known.version)).await? {
            Written::Done => json(200, &campaign),
            Written::Lost => Err(Fault::Retry("somebody else changed the campaign".to_owned())),
        }
    }

    async fn find(&self, country: Country, id: &CampaignId) -> Result<Campaign, Fault> {
        self.store.campaign(country, id).await?.ok_or_else(|| not_found("campaign"))
    }
}
