//! What an operator says of a market: its rollout and its campaigns.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Store, Written, fault};
use super::transaction::before;
use crate::adapters::clients::items::{item, read};
use crate::adapters::clients::keys::{Key, POLICY, campaigns};
use crate::domain::campaign::Campaign;
use crate::domain::campaign::policy::Policy;
use crate::domain::ids::CampaignId;
use crate::domain::market::Country;
use crate::domain::merchant::rollout::Rollout;
use crate::fault::Fault;

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
