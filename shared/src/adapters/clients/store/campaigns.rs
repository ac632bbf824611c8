//! What an operator says of a market: its rollout and its campaigns, and what that changes in their budgets.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason};

use super::budgets::{Change, TRIES, made};
use super::table::{Store, Written, fault};
use super::transaction::{before, cancellation_reasons, not_written};
use crate::adapters::clients::items::{item, read};
use crate::adapters::clients::keys::{Key, POLICY, campaigns};
use crate::domain::campaign::Campaign;
use crate::domain::campaign::policy::Policy;
use crate::domain::ids::CampaignId;
use crate::domain::market::Country;
use crate::domain::merchant::rollout::Rollout;
use crate::domain::time::Day;
use crate::fault::Fault;

/// What became of a new version of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Changed {
    /// It is written, and the change of its budget with it.
    Done,
    /// Somebody else changed the campaign first.
    Lost,
    /// More of the whole budget is promised than the new version has.
    TooLittle,
}

impl Store {
    /// A market's rollout; closed while nobody has written one.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn rollout(&self, country: Country) -> Result<Rollout, Fault> {
        Ok(self.get(Key::rollout(country)).await?.unwrap_or_else(|| Rollout::closed(country)))
    }

    /// Writes a rollout that was at `expected` when it was read (zero: there was none).
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_rollout(&self, rollout: &Rollout, expected: u64) -> Result<Written, Fault> {
        let expected = (expected > 0).then_some(expected);
        self.put(item(Key::rollout(rollout.country), rollout)?, expected).await
    }

    /// One campaign.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn campaign(&self, country: Country, id: &CampaignId) -> Result<Option<Campaign>, Fault> {
        self.get(Key::campaign(country, id)).await
    }

    /// Writes a new campaign together with the parts of its budget.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn create_campaign(&self, campaign: &Campaign) -> Result<Written, Fault> {
        let parts = if campaign.rule.budget.total.is_some() { made(campaign) } else { Vec::new() };
        Ok(self.write_campaign(campaign, &parts).await?.unwrap_or(Written::Lost))
    }

    /// Writes a campaign whose budget is as it was.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_campaign(&self, campaign: &Campaign) -> Result<Written, Fault> {
        let key = Key::campaign(campaign.country, &campaign.rule.id);
        self.put(item(key, campaign)?, before(campaign.version)).await
    }

    /// Writes a new version of `known` together with the change of its budget. Once this is done a cut brakes
    /// and a raise gives, even for functions that still know the old version.
    ///
    /// # Errors
    /// DynamoDB did not answer, or others were faster too often.
    pub async fn change_campaign(
        &self,
        known: &Campaign,
        campaign: &Campaign,
        today: Day,
    ) -> Result<Changed, Fault> {
        let mut seen_before = None;
        for _ in 0..TRIES {
            let changes = self.budget_changes(known, campaign, today).await?;
            if changes.iter().any(|change| change.slot.day.is_none() && change.becomes.is_closed) {
                // As in a refill: what reads the same twice was there at one moment.
                if seen_before.as_ref() == Some(&changes) {
                    return Ok(Changed::TooLittle);
                }
                seen_before = Some(changes);
                continue;
            }
            match self.write_campaign(campaign, &changes).await? {
                Some(Written::Done) => return Ok(Changed::Done),
                Some(Written::Lost) => return Ok(Changed::Lost),
                None => {}
            }
        }
        Err(Fault::Retry("a budget is busy".to_owned()))
    }

    /// What changes in the parts of the budget from `known` to `campaign`: of the whole, of `today` and of
    /// the day after. A day's part is made by whoever takes from it first, as large as the version that they
    /// know says, which may be a minute old. So the parts of these two days are made here; by the third day
    /// everybody knows the new version.
    async fn budget_changes(
        &self,
        known: &Campaign,
        campaign: &Campaign,
        today: Day,
    ) -> Result<Vec<Change>, Fault> {
        let (had, has) = (known.rule.budget, campaign.rule.budget);
        let mut changes = match (had.total, has.total) {
            (None, Some(_)) => made(campaign),
            (had, has) if had != has => self.resized(known, campaign, None).await?,
            _ => Vec::new(),
        };
        if had.per_day.is_some() && had.per_day != has.per_day {
            for day in [today, today.next()] {
                changes.extend(self.resized(known, campaign, Some(day)).await?);
            }
        }
        Ok(changes)
    }

    /// Writes a campaign (its version says whether it is new) and the changes of its budget. `None`: a part
    /// is no longer as it was when the change was planned.
    async fn write_campaign(
        &self,
        campaign: &Campaign,
        changes: &[Change],
    ) -> Result<Option<Written>, Fault> {
        if changes.is_empty() {
            return self.put_campaign(campaign).await.map(Some);
        }
        let key = Key::campaign(campaign.country, &campaign.rule.id);
        let mut writes = vec![self.conditional_put(item(key, campaign)?, before(campaign.version))?];
        writes.extend(self.part_writes(campaign, changes)?);
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(Some(Written::Done)) };
        let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
        match cancellation_reasons(&error) {
            [of_campaign, ..] if failed(of_campaign) => Ok(Some(Written::Lost)),
            reasons if reasons.iter().any(failed) => Ok(None),
            _ => Err(not_written(&error)),
        }
    }

    /// Keeps the version of a rule that is about to be replaced. It is the same however often it is kept.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn keep_version(&self, campaign: &Campaign) -> Result<(), Fault> {
        let key = Key::campaign_version(campaign.country, &campaign.rule.id, campaign.rule_version);
        match self.put(item(key, campaign)?, None).await? {
            Written::Done | Written::Lost => Ok(()),
        }
    }

    /// The versions of a campaign's rule that were replaced, oldest first.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn campaign_versions(&self, country: Country, id: &CampaignId) -> Result<Vec<Campaign>, Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :id)")
            .expression_attribute_values(":pk", AttributeValue::S(format!("V#{}", country.code())))
            .expression_attribute_values(":id", AttributeValue::S(format!("{id}#")))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            found.push(read(item.map_err(|error| fault("Query", &error))?)?);
        }
        Ok(found)
    }

    /// A market's policy; the usual one while nobody has written one.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn policy(&self, country: Country) -> Result<Policy, Fault> {
        Ok(self.get(Key::policy(country)).await?.unwrap_or_else(|| Policy::usual(country)))
    }

    /// Writes a policy whose version is one more than when it was read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_policy(&self, policy: &Policy) -> Result<Written, Fault> {
        self.put(item(Key::policy(policy.country), policy)?, before(policy.version)).await
    }

    /// A market's policy and all its campaigns, by name, in one request.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn campaigns(&self, country: Country) -> Result<(Policy, Vec<Campaign>), Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(campaigns(country)))
            .into_paginator()
            .items()
            .send();
        let (mut policy, mut found) = (Policy::usual(country), Vec::new());
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| fault("Query", &error))?;
            if item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk == POLICY) {
                policy = read(item)?;
            } else {
                found.push(read(item)?);
            }
        }
        Ok((policy, found))
    }
}
