//! Settlements in trouble, found in the due index.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Store, fault};
use crate::adapters::clients::items::{due_row, read};
use crate::adapters::clients::keys::{Item, Key, unsettled_shard};
use crate::adapters::clients::messages::Due;
use crate::domain::books::settlement::Settlement;
use crate::domain::ids::MerchantId;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// The last of a page of settlements in trouble: the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledEnd {
    /// When it is looked at next.
    pub due_at: Timestamp,
    /// Whose it is.
    pub merchant: MerchantId,
}

/// A page of settlements in trouble.
#[derive(Debug)]
pub struct UnsettledPage {
    /// The settlements, those first that are looked at next.
    pub settlements: Vec<Settlement>,
    /// The last of the page, if there are more.
    pub end: Option<UnsettledEnd>,
}

impl UnsettledEnd {
    fn start_key(&self, shard: &str) -> Item {
        let mut key = Key::settlement(&self.merchant).into_item();
        key.insert("due_shard".to_owned(), AttributeValue::S(shard.to_owned()));
        key.insert("due_at".to_owned(), AttributeValue::S(self.due_at.to_string()));
        key
    }

    fn of(row: &Item) -> Result<Self, Fault> {
        match due_row(row)? {
            (Due::Settlement { merchant }, due_at) => Ok(Self { due_at, merchant }),
            (Due::Cashback { .. }, _) => Err(Fault::Bug("an unsettled row is no settlement's".to_owned())),
        }
    }
}

impl Store {
    /// A page of at most `limit` settlements of `country` that are in trouble, after the last of the page
    /// before.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn unsettled(
        &self,
        country: Country,
        after: Option<&UnsettledEnd>,
        limit: i32,
    ) -> Result<UnsettledPage, Fault> {
        let shard = unsettled_shard(country);
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("due_shard = :shard")
            .expression_attribute_values(":shard", AttributeValue::S(shard.clone()))
            .set_exclusive_start_key(after.map(|end| end.start_key(&shard)))
            .limit(limit)
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        let rows = answer.items().iter().map(UnsettledEnd::of).collect::<Result<Vec<_>, _>>()?;
        let keys = rows.iter().map(|row| Key::settlement(&row.merchant).into_item()).collect();
        let items = self.get_all(keys).await?;
        let mut settlements: Vec<Settlement> = items.into_iter().map(read).collect::<Result<_, _>>()?;
        // The index may be a moment behind: it is settled since.
        settlements.retain(|settlement| settlement.trouble().is_some());
        settlements.sort_by_key(|settlement| rows.iter().position(|row| row.merchant == settlement.merchant));
        let end = answer.last_evaluated_key.as_ref().map(UnsettledEnd::of).transpose()?;
        Ok(UnsettledPage { settlements, end })
    }
}
