//! Cashbacks that wait for a person, found in the due index.

use aws_sdk_dynamodb::types::{AttributeValue, Select};

use super::table::{Store, fault};
use crate::adapters::clients::items::{checkout_id, read};
use crate::adapters::clients::keys::{Item, Key, waits_shard};
use crate::domain::checkout::Checkout;
use crate::domain::checkout::review::Waits;
use crate::domain::ids::CheckoutId;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// The last of a page of what waits: the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewEnd {
    /// Since when it waits.
    pub since: Timestamp,
    /// Which it is.
    pub checkout: CheckoutId,
}

/// A page of what waits for a person.
#[derive(Debug)]
pub struct ReviewPage {
    /// The checkouts, who waits longest first.
    pub checkouts: Vec<Checkout>,
    /// The last of the page, if there are more.
    pub end: Option<ReviewEnd>,
}

impl ReviewEnd {
    fn start_key(&self, shard: &str) -> Item {
        let mut key = Key::checkout(&self.checkout).into_item();
        key.insert("due_shard".to_owned(), AttributeValue::S(shard.to_owned()));
        key.insert("due_at".to_owned(), AttributeValue::S(self.since.to_string()));
        key
    }

    fn of(row: &Item) -> Result<Self, Fault> {
        let since = row.get("due_at").and_then(|at| Timestamp::parse(at.as_s().ok()?).ok());
        let since = since.ok_or_else(|| Fault::Bug("a waiting row has no time".to_owned()))?;
        Ok(Self { since, checkout: checkout_id(row)? })
    }
}

impl Store {
    /// How many cashbacks of `country` wait for a person since before `time`; of very many, only as many as
    /// one request counts.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn waiting_since_before(
        &self,
        country: Country,
        waits: Waits,
        time: Timestamp,
    ) -> Result<usize, Fault> {
        let counted = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .select(Select::Count)
            .key_condition_expression("due_shard = :shard AND due_at < :time")
            .expression_attribute_values(":shard", AttributeValue::S(waits_shard(country, waits)))
            .expression_attribute_values(":time", AttributeValue::S(time.to_string()))
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        Ok(usize::try_from(counted.count()).unwrap_or_default())
    }

    /// A page of at most `limit` checkouts of `country` whose cashback waits for a person, after the last of
    /// the page before.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn waiting_for_person(
        &self,
        country: Country,
        waits: Waits,
        after: Option<&ReviewEnd>,
        limit: i32,
    ) -> Result<ReviewPage, Fault> {
        let shard = waits_shard(country, waits);
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
        let rows = answer.items().iter().map(ReviewEnd::of).collect::<Result<Vec<_>, _>>()?;
        let keys = rows.iter().map(|row| Key::checkout(&row.checkout).into_item()).collect();
        let items = self.get_all(keys).await?;
        let mut checkouts: Vec<Checkout> = items.into_iter().map(read).collect::<Result<_, _>>()?;
        // The index may be a moment behind: somebody has decided since.
        checkouts.retain(|checkout| checkout.waits_for_person().is_some_and(|(known, _)| known == waits));
        checkouts.sort_by_key(|checkout| rows.iter().position(|row| row.checkout == checkout.id));
        let end = answer.last_evaluated_key.as_ref().map(ReviewEnd::of).transpose()?;
        Ok(ReviewPage { checkouts, end })
    }
}
