//! Checkouts: read, written on condition, found when due, listed by day.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::table::{Store, fault};
use crate::adapters::clients::items::{checkout_id, due_row, read};
use crate::adapters::clients::keys::{Item, Key};
use crate::adapters::clients::messages::Due;
use crate::domain::checkout::Checkout;
use crate::domain::ids::{CheckoutId, MerchantId, PayerId};
use crate::domain::merchant::Merchant;
use crate::domain::payer::Payer;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// What [`Store::seen`] found.
#[derive(Debug, Default)]
pub struct Seen {
    /// The merchant.
    pub merchant: Option<Merchant>,
    /// The checkout.
    pub checkout: Option<Checkout>,
    /// Those of the payers who are known.
    pub payers: Vec<Payer>,
}

/// A page of what is due.
#[derive(Debug)]
pub struct DuePage {
    /// What it is, each with the time at which it became due.
    pub due: Vec<(Due, Timestamp)>,
    /// Where the next page begins, if there is one.
    pub next: Option<Item>,
}

/// The last checkout of a page of the listing: the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// When it was created.
    pub created_at: Timestamp,
    /// Which it is.
    pub checkout: CheckoutId,
}

impl PageEnd {
    fn start_key(&self, merchant: &MerchantId) -> Item {
        let mut key = Key::checkout(&self.checkout).into_item();
        key.insert("merchant".to_owned(), AttributeValue::S(merchant.to_string()));
        key.insert("created_at".to_owned(), AttributeValue::S(self.created_at.to_string()));
        key
    }
}

impl Store {
    /// The checkout `id`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn checkout(&self, id: &CheckoutId) -> Result<Option<Checkout>, Fault> {
        self.get(Key::checkout(id)).await
    }

    /// A merchant, one of its checkouts, and who pays it if that is asked, in one request.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn seen(
        &self,
        merchant: &MerchantId,
        checkout: &CheckoutId,
        payer: &[PayerId],
    ) -> Result<Seen, Fault> {
        let mut keys = vec![Key::merchant(merchant).into_item(), Key::checkout(checkout).into_item()];
        keys.extend(payer.iter().map(|payer| Key::payer(payer).into_item()));
        let mut seen = Seen::default();
        for item in self.get_all(keys).await? {
            let kind = item.get("pk").and_then(|pk| pk.as_s().ok()).and_then(|pk| pk.chars().next());
            match kind {
                Some('M') => seen.merchant = Some(read(item)?),
                Some('P') => seen.payers.push(read(item)?),
                _ => seen.checkout = Some(read(item)?),
            }
        }
        Ok(seen)
    }

    /// One page of what waits in the partition `shard` of the due index whose time is in `from..until`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn due(
        &self,
        shard: &str,
        from: Timestamp,
        until: Timestamp,
        start: Option<Item>,
    ) -> Result<DuePage, Fault> {
        let last = until.plus_seconds(-1);
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("due_shard = :shard AND due_at BETWEEN :from AND :last")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_owned()))
            .expression_attribute_values(":from", AttributeValue::S(from.to_string()))
            .expression_attribute_values(":last", AttributeValue::S(last.to_string()))
            .set_exclusive_start_key(start)
            .limit(500)
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        let due = answer.items().iter().map(due_row).collect::<Result<_, _>>()?;
        Ok(DuePage { due, next: answer.last_evaluated_key })
    }

    /// A merchant's checkouts created within `day` (its first second and the first after it), newest first,
    /// at most `limit`, after the last of the page before.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn checkouts_of_day(
        &self,
        merchant: &MerchantId,
        day: (Timestamp, Timestamp),
        after: Option<&PageEnd>,
        limit: i32,
    ) -> Result<(Vec<Checkout>, Option<PageEnd>), Fault> {
        // A day outside of time has no seconds, and DynamoDB refuses a range that ends before it begins.
        if day.0 >= day.1 {
            return Ok((Vec::new(), None));
        }
        let text = |time: Timestamp| AttributeValue::S(time.to_string());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("listing")
            .key_condition_expression("merchant = :merchant AND created_at BETWEEN :first AND :last")
            .expression_attribute_values(":merchant", AttributeValue::S(merchant.to_string()))
            .expression_attribute_values(":first", text(day.0))
            .expression_attribute_values(":last", text(day.1.plus_seconds(-1)))
            .set_exclusive_start_key(after.map(|end| end.start_key(merchant)))
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        let rows = answer.items().iter().map(checkout_id).collect::<Result<Vec<_>, _>>()?;
        let items = self.get_all(rows.iter().map(|id| Key::checkout(id).into_item()).collect()).await?;
        let mut checkouts: Vec<Checkout> = items.into_iter().map(read).collect::<Result<_, _>>()?;
        // The items come in any order; the index has the right one.
        checkouts.sort_by_key(|checkout| rows.iter().position(|id| id == &checkout.id));
        let last = answer.last_evaluated_key.and(checkouts.last());
        let end = last.map(|last| PageEnd { created_at: last.created_at, checkout: last.id.clone() });
        Ok((checkouts, end))
    }

    /// The items under `keys` (at most 100), those that exist, in any order.
    pub(super) async fn get_all(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, Fault> {
        let mut found = Vec::new();
        for _ in 0..5 {
            if keys.is_empty() {
                return Ok(found);
            }
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let wanted = wanted.map_err(|error| Fault::Bug(format!("build a read: {error}")))?;
            let sent = self.client.batch_get_item().request_items(&self.table, wanted).send().await;
            let answer = sent.map_err(|error| fault("BatchGetItem", &error))?;
            found.extend(answer.responses.unwrap_or_default().into_values().flatten());
            // DynamoDB may answer a part and leave the rest for another request.
            keys = answer
                .unprocessed_keys
                .unwrap_or_default()
                .into_values()
                .flat_map(|rest| rest.keys)
                .collect();
        }
        if keys.is_empty() {
            Ok(found)
        } else {
            Err(Fault::Retry("DynamoDB BatchGetItem: unprocessed".to_owned()))
        }
    }
}
