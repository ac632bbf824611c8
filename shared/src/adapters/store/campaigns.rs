//! What an operator says of a market: its rollout and its campaigns.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Store, Written, fault};
use crate::adapters::items::{item, read};
use crate::adapters::keys::{Key, campaigns};
use crate::domain::campaign::Campaign;
use crate::domain::ids::CampaignId;
use crate::domain::market::Country;
use crate::domain::rollout::Rollout;
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

    /// Writes a campaign that was at `expected` when it was read (`None`: it is new).
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_campaign(&self, campaign: &Campaign, expected: Option<u64>) -> Result<Written, Fault> {
        self.put(item(Key::campaign(campaign.country, &campaign.rule.id), campaign)?, expected).await
    }

    /// All campaigns of a market, by name.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn campaigns(&self, country: Country) -> Result<Vec<Campaign>, Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(campaigns(country)))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            found.push(read(item.map_err(|error| fault("Query", &error))?)?);
        }
        Ok(found)
    }
}
