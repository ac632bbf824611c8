//! `/v1/markets/{country}/campaigns`: made, listed, read, paused, resumed and ended.

use kembali::adapters::clients::store::Written;
use kembali::adapters::edge::http::{Answer, Request, json, not_found};
use kembali::domain::campaign::{Campaign, Rule};
use kembali::domain::ids::CampaignId;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use kembali::fault::{Fault, Kind, Problem};

use crate::ManageMarket;
use crate::view::{CampaignView, Campaigns};

impl ManageMarket {
    /// A new campaign. The same rule under the same id again is the same campaign, if it has not been changed
    /// since.
    pub(crate) async fn create_campaign(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let rule: Rule = request.json()?;
        let known = self.store.campaign(country, &rule.id).await?;
        // What was accepted before is not held to what a new rule is held to.
        if let Some(known) = known.as_ref().filter(|known| known.rule == rule) {
            return json(200, &self.view(known, request.at).await?);
        }
        rule.check(country)?;
        if let Some(known) = known {
            return Err(exists(&known).into());
        }
        rule.check_end(country, request.at)?;
        self.check_merchants(country, &rule, "").await?;
        let campaign = Campaign::new(country, rule, request.at);
        match self.store.create_campaign(&campaign).await? {
            Written::Done => json(201, &self.view(&campaign, request.at).await?),
            Written::Lost => {
                let known = self.find(country, &campaign.rule.id).await?;
                if known.rule != campaign.rule {
                    return Err(exists(&known).into());
                }
                json(200, &self.view(&known, request.at).await?)
            }
        }
    }

    /// That every merchant whom the rule names is one of this market.
    pub(crate) async fn check_merchants(&self, country: Country, rule: &Rule, at: &str) -> Result<(), Fault> {
        let Some(named) = &rule.merchants else { return Ok(()) };
        let known = self.store.merchants(named).await?;
        for id in named {
            let merchant = known.iter().find(|merchant| merchant.id == *id);
            let detail = match merchant {
                Some(merchant) if merchant.country == country => continue,
                Some(merchant) => format!("The merchant {id} is in {}.", merchant.country.code()),
                None => format!("There is no merchant {id}."),
            };
            let next = format!("Name merchants of {}.", country.code());
            return Err(Problem::invalid(format!("{at}merchants"), detail, next).into());
        }
        Ok(())
    }

    pub(crate) async fn list_campaigns(&self, request: &Request) -> Answer {
        let (_, known) = self.store.campaigns(request.country()?).await?;
        // What is left of each budget is told of one campaign at a time: it costs a read for each part.
        let campaigns = known.iter().map(|campaign| CampaignView::of(campaign, request.at)).collect();
        json(200, &Campaigns { campaigns })
    }

    pub(crate) async fn read_campaign(&self, request: &Request) -> Answer {
        let known = self.asked_for(request).await?;
        json(200, &self.view(&known, request.at).await?)
    }

    /// Pauses or resumes: whether new promises are made. Those made are kept.
    pub(crate) async fn set_paused(&self, request: &Request, paused: bool) -> Answer {
        let known = self.asked_for(request).await?;
        not_ended(&known, request)?;
        if known.paused == paused {
            return json(200, &self.view(&known, request.at).await?);
        }
        let campaign = Campaign { paused, version: known.version.saturating_add(1), ..known.clone() };
        self.replace(campaign, request).await
    }

    /// Ends a campaign for good. What it promised is kept.
    pub(crate) async fn end_campaign(&self, request: &Request) -> Answer {
        let known = self.asked_for(request).await?;
        if known.ended_at.is_some() {
            return json(200, &self.view(&known, request.at).await?);
        }
        let ended_at = Some(request.at);
        let campaign = Campaign { ended_at, version: known.version.saturating_add(1), ..known.clone() };
        self.replace(campaign, request).await
    }

    async fn replace(&self, campaign: Campaign, request: &Request) -> Answer {
        match self.store.put_campaign(&campaign).await? {
            Written::Done => json(200, &self.view(&campaign, request.at).await?),
            Written::Lost => Err(Fault::Retry("somebody else changed the campaign".to_owned())),
        }
    }

    pub(crate) async fn view(&self, campaign: &Campaign, now: Timestamp) -> Result<CampaignView, Fault> {
        let today = now.day_in(&campaign.country.time_zone());
        let total = self.store.budget_left(campaign, None).await?;
        let of_today = self.store.budget_left(campaign, Some(today)).await?;
        CampaignView::of(campaign, now).with_left(total, of_today)
    }

    pub(crate) async fn asked_for(&self, request: &Request) -> Result<Campaign, Fault> {
        let id = request.path("campaign", CampaignId::parse)?;
        self.find(request.country()?, &id).await
    }

    pub(crate) async fn find(&self, country: Country, id: &CampaignId) -> Result<Campaign, Fault> {
        self.store.campaign(country, id).await?.ok_or_else(|| not_found("campaign"))
    }
}

fn exists(known: &Campaign) -> Problem {
    let detail = format!("The campaign {} exists with another rule.", known.rule.id);
    Problem::new(Kind::ReferenceReused, detail)
        .field("id")
        .next("PUT a new version of it, or use a new id; what was promised stays promised.")
}

/// That a campaign is not over: by an operator's word, or by its own end.
pub(crate) fn not_ended(campaign: &Campaign, request: &Request) -> Result<(), Problem> {
    if campaign.status(request.at) != "ended" {
        return Ok(());
    }
    let id = &campaign.rule.id;
    let detail = match campaign.ended_at {
        Some(at) => format!("The campaign {id} was ended at {at}, for good."),
        None => format!("The campaign {id} is over since {}.", String::from(campaign.rule.ends_at)),
    };
    Err(Problem::new(Kind::WrongState, detail).next("Create a new campaign under another id."))
}
