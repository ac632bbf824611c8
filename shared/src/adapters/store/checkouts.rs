//! Checkouts: read, written on condition, found when due, listed by day.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem, Update};

use super::{Store, Written, fault, number};
use crate::adapters::items::{checkout_id, checkout_item, due_row, read};
use crate::adapters::keys::{Item, Key, shard_name};
use crate::domain::checkout::Checkout;
use crate::domain::decision::{Commit, WalletCredit};
use crate::domain::ids::{CheckoutId, MerchantId};
use crate::domain::merchant::Merchant;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// A page of checkouts whose cashback is due.
#[derive(Debug)]
pub struct DuePage {
    /// The checkouts, each with the time at which it became due.
    pub checkouts: Vec<(CheckoutId, Timestamp)>,
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

    /// A merchant and one of its checkouts, in one request.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn merchant_and_checkout(
        &self,
        merchant: &MerchantId,
        checkout: &CheckoutId,
    ) -> Result<(Option<Merchant>, Option<Checkout>), Fault> {
        let keys = vec![Key::merchant(merchant).into_item(), Key::checkout(checkout).into_item()];
        let (mut found_merchant, mut found_checkout) = (None, None);
        for item in self.get_all(keys).await? {
            let is_merchant =
                item.get("pk").and_then(|pk| pk.as_s().ok()).is_some_and(|pk| pk.starts_with("M#"));
            if is_merchant {
                found_merchant = Some(read(item)?);
            } else {
                found_checkout = Some(read(item)?);
            }
        }
        Ok((found_merchant, found_checkout))
    }

    /// Writes a new checkout.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn create_checkout(&self, checkout: &Checkout) -> Result<Written, Fault> {
        self.put(checkout_item(checkout)?, None).await
    }

    /// Writes a decision on a checkout that was at `expected` when it was read: the checkout alone, or with the wallet
    /// in one transaction.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn commit(&self, commit: &Commit, expected: u64) -> Result<Written, Fault> {
        let item = checkout_item(&commit.checkout)?;
        match &commit.wallet_credit {
            None => self.put(item, Some(expected)).await,
            Some(credit) => self.put_with_wallet(item, credit, expected).await,
        }
    }

    async fn put_with_wallet(
        &self,
        item: Item,
        credit: &WalletCredit,
        expected: u64,
    ) -> Result<Written, Fault> {
        let broken = |error| Fault::Bug(format!("build a transaction: {error}"));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("version = :version")
            .expression_attribute_values(":version", number(expected))
            .build()
            .map_err(broken)?;
        // The checkout's version makes this addition happen once.
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(Key::payer(&credit.payer).into_item()))
            .update_expression("ADD #wallet :minor")
            .expression_attribute_names("#wallet", format!("wallet_{}", credit.amount.currency().code()))
            .expression_attribute_values(":minor", AttributeValue::N(credit.amount.minor().to_string()))
            .build()
            .map_err(broken)?;
        let sent = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(update).build())
            .send()
            .await;
        transaction_written(sent.map(|_| ()))
    }

    /// One page of the checkouts in one shard of the due index whose time is in `from..until`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn due(
        &self,
        shard: u8,
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
            .expression_attribute_values(":shard", AttributeValue::S(shard_name(shard)))
            .expression_attribute_values(":from", AttributeValue::S(from.to_string()))
            .expression_attribute_values(":last", AttributeValue::S(last.to_string()))
            .set_exclusive_start_key(start)
            .limit(500)
            .send()
            .await
            .map_err(|error| fault("Query", &error))?;
        let checkouts = answer.items().iter().map(due_row).collect::<Result<_, _>>()?;
        Ok(DuePage { checkouts, next: answer.last_evaluated_key })
    }

    /// A merchant's checkouts created within `day` (its first second and the first after it), newest first, at most
    /// `limit`, after the last of the page before.
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

/// What the end of a transaction means: written, or lost to somebody else, or to be tried again.
pub(super) fn transaction_written<R>(
    sent: Result<(), SdkError<TransactWriteItemsError, R>>,
) -> Result<Written, Fault> {
    let Err(error) = sent else { return Ok(Written::Done) };
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons()
        }
        Some(_) | None => &[],
    };
    let has = |code| reasons.iter().any(|reason| reason.code() == Some(code));
    if has("ConditionalCheckFailed") {
        Ok(Written::Lost)
    } else if has("TransactionConflict") {
        Err(Fault::Retry("DynamoDB TransactWriteItems: conflict".to_owned()))
    } else {
        Err(fault("TransactWriteItems", &error))
    }
}
