//! `PUT /v1/markets/{country}/campaigns/{campaign}` and `…/versions`: a rule changes by a new version.
//! Checkouts keep the terms that they were created under.

use kembali::adapters::clients::store::Changed;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::campaign::{Campaign, Rule};
use kembali::fault::{Fault, Kind, Problem};
use serde::Deserialize;

use crate::ManageMarket;
use crate::campaigns::not_ended;
use crate::view::{CampaignView, Campaigns};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewVersion {
    /// The version that it replaces.
    rule_version: u32,
    rule: Rule,
}

impl ManageMarket {
    /// A new version of a campaign's rule. The same request again finds its own version, and changes nothing.
    pub(crate) async fn change_campaign(&self, request: &Request) -> Answer {
        let known = self.asked_for(request).await?;
        let NewVersion { rule_version, rule } = request.json()?;
        let is_repeated = known.rule_version == rule_version.saturating_add(1) && known.rule == rule;
        if is_repeated {
            return json(200, &self.view(&known, request.at).await?);
        }
        not_ended(&known, request)?;
        may_follow(&known, rule_version, &rule)?;
        rule.check(known.country).map_err(in_rule)?;
        if known.rule == rule {
            return json(200, &self.view(&known, request.at).await?);
        }
        let is_over = rule.check_end(known.country, request.at);
        is_over
            .map_err(|problem| in_rule(problem).next("Name an end that is still to come, or POST …/end."))?;
        self.check_merchants(known.country, &rule, "rule.").await?;
        let campaign = Campaign {
            rule,
            rule_version: known.rule_version.saturating_add(1),
            version: known.version.saturating_add(1),
            ..known.clone()
        };
        // Kept before it is replaced: should this be the end of the function, nothing is lost, and kept twice
        // is kept once.
        self.store.keep_version(&known).await?;
        let today = request.at.day_in(&known.country.time_zone());
        match self.store.change_campaign(&known, &campaign, today).await? {
            Changed::Done => json(200, &self.view(&campaign, request.at).await?),
            Changed::Lost => Err(Fault::Retry("somebody else changed the campaign".to_owned())),
            Changed::TooLittle => Err(self.too_little(&known).await?),
        }
    }

    async fn too_little(&self, known: &Campaign) -> Result<Fault, Fault> {
        let left = self.store.budget_left(known, None).await?;
        let view = CampaignView::of(known, known.created_at).with_left(left, None)?;
        let detail =
            format!("The rest is promised already: only {} can be taken away.", view.left_in_words());
        Ok(Problem::new(Kind::WrongState, detail)
            .field("rule.budget.total")
            .next("Leave the budget larger, or end the campaign: then nothing more is promised.")
            .into())
    }

    /// All versions of a campaign's rule, oldest first; the last is the one that holds.
    pub(crate) async fn list_versions(&self, request: &Request) -> Answer {
        let known = self.asked_for(request).await?;
        let mut versions = self.store.campaign_versions(request.country()?, &known.rule.id).await?;
        // One that was kept and then not replaced is there twice.
        versions.retain(|version| version.rule_version < known.rule_version);
        versions.push(known);
        let campaigns = versions.iter().map(|campaign| CampaignView::of(campaign, request.at)).collect();
        json(200, &Campaigns { campaigns })
    }
}

/// That a rule may take the place of the one that holds.
fn may_follow(known: &Campaign, rule_version: u32, rule: &Rule) -> Result<(), Problem> {
    if rule.id != known.rule.id {
        let detail = format!("The campaign is {}; a new version keeps its id.", known.rule.id);
        return Err(Problem::invalid("rule.id", detail, "Send the same id, or create a new campaign."));
    }
    if rule_version != known.rule_version {
        let detail = format!("The rule is at version {}, not {rule_version}.", known.rule_version);
        return Err(Problem::new(Kind::WrongState, detail)
            .field("rule_version")
            .next("Read the campaign, and send the change of what holds now."));
    }
    let (had, has) = (&known.rule.budget, &rule.budget);
    let limits = [("total", had.total, has.total), ("per_day", had.per_day, has.per_day)];
    if let Some((limit, ..)) = limits.iter().find(|(_, had, has)| had.is_some() && has.is_none()) {
        let detail = "A budget that promises were taken from cannot be taken away.";
        return Err(Problem::invalid(format!("rule.budget.{limit}"), detail, "Raise it instead."));
    }
    if !had.is_unlimited() && has.shards() != had.shards() {
        let detail = format!("The budget is in {} parts, which cannot be cut anew.", had.shards());
        return Err(Problem::invalid("rule.budget.shards", detail, format!("Write {}.", had.shards())));
    }
    Ok(())
}

/// The rule stands in a field of the request.
pub(crate) fn in_rule(problem: Problem) -> Problem {
    let field = problem.field.clone().map(|field| format!("rule.{field}"));
    Problem { field, ..problem }
}
