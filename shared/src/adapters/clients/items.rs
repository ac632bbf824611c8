//! Domain types to items of the table and back, with the attributes by which the indexes find them.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Item, Key, due_shard, unsettled_shard, waits_shard};
use super::messages::Due;
use crate::domain::books::settlement::Settlement;
use crate::domain::checkout::Checkout;
use crate::domain::ids::{CheckoutId, MerchantId};
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// `value` under `key`.
pub(in crate::adapters) fn item<T: Serialize>(key: Key, value: &T) -> Result<Item, Fault> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(|error| Fault::Bug(format!("write an item: {error}")))?;
    item.extend(key.into_item());
    Ok(item)
}

/// A checkout, and while somebody has to look at it, its place in the due index. Its merchant and its
/// creation are its place in the listing.
pub(in crate::adapters) fn checkout_item(checkout: &Checkout) -> Result<Item, Fault> {
    let mut item = item(Key::checkout(&checkout.id), checkout)?;
    if let Some(due_at) = checkout.due_at() {
        item.insert("due_shard".to_owned(), AttributeValue::S(due_shard(checkout.id.as_str())));
        item.insert("due_at".to_owned(), AttributeValue::S(due_at.to_string()));
    } else if let Some((waits, since)) = checkout.waits_for_person() {
        // What waits for a person has no time. The same index lists it, under names that no schedule reads.
        item.insert("due_shard".to_owned(), AttributeValue::S(waits_shard(checkout.country, waits)));
        item.insert("due_at".to_owned(), AttributeValue::S(since.to_string()));
    }
    Ok(item)
}

/// A settlement, and while anything is to be moved or told, its place in the due index: in trouble, among
/// those of its market that are. It has no `merchant` and `created_at` both, so it is in no listing.
pub(in crate::adapters) fn settlement_item(settlement: &Settlement) -> Result<Item, Fault> {
    let mut item = item(Key::settlement(&settlement.merchant), settlement)?;
    if settlement.due_at.is_some() {
        let shard = match settlement.trouble() {
            Some(_) => unsettled_shard(settlement.country),
            None => due_shard(settlement.merchant.as_str()),
        };
        item.insert("due_shard".to_owned(), AttributeValue::S(shard));
    }
    Ok(item)
}

/// Reads an item. What it cannot read it does not name: the item may hold what must not reach a log.
///
/// # Errors
/// The item is not a `T`: a bug.
pub fn read<T: DeserializeOwned>(item: Item) -> Result<T, Fault> {
    serde_dynamo::from_item(item).map_err(|_| Fault::Bug("an item cannot be read".to_owned()))
}

/// The checkout that a row of an index belongs to.
pub(in crate::adapters) fn checkout_id(row: &Item) -> Result<CheckoutId, Fault> {
    let pk = row.get("pk").and_then(|pk| pk.as_s().ok());
    pk.and_then(|pk| CheckoutId::parse(pk.strip_prefix("C#")?).ok())
        .ok_or_else(|| Fault::Bug("an index row is no checkout's".to_owned()))
}

/// What a row of the due index belongs to, and when it became due.
pub(in crate::adapters) fn due_row(row: &Item) -> Result<(Due, Timestamp), Fault> {
    let due_at = row.get("due_at").and_then(|due_at| Timestamp::parse(due_at.as_s().ok()?).ok());
    let due_at = due_at.ok_or_else(|| Fault::Bug("a due row has no time".to_owned()))?;
    let pk = row.get("pk").and_then(|pk| pk.as_s().ok());
    let merchant = pk.and_then(|pk| MerchantId::parse(pk.strip_prefix("S#")?).ok());
    Ok(match merchant {
        Some(merchant) => (Due::Settlement { merchant }, due_at),
        None => (Due::Cashback { checkout: checkout_id(row)? }, due_at),
    })
}
