//! Domain types to items of the table and back, with the attributes by which the indexes find them.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Item, Key, due_shard};
use crate::domain::checkout::Checkout;
use crate::domain::ids::CheckoutId;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// `value` under `key`.
pub(super) fn item<T: Serialize>(key: Key, value: &T) -> Result<Item, Fault> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(|error| Fault::Bug(format!("write an item: {error}")))?;
    item.extend(key.into_item());
    Ok(item)
}

/// A checkout, and while its cashback waits, its place in the due index. Its merchant and its creation are its place in
/// the listing.
pub(super) fn checkout_item(checkout: &Checkout) -> Result<Item, Fault> {
    let mut item = item(Key::checkout(&checkout.id), checkout)?;
    if let Some(due_at) = checkout.due_at() {
        item.insert("due_shard".to_owned(), AttributeValue::S(due_shard(&checkout.id)));
        item.insert("due_at".to_owned(), AttributeValue::S(due_at.to_string()));
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
pub(super) fn checkout_id(row: &Item) -> Result<CheckoutId, Fault> {
    let pk = row.get("pk").and_then(|pk| pk.as_s().ok());
    pk.and_then(|pk| CheckoutId::parse(pk.strip_prefix("C#")?).ok())
        .ok_or_else(|| Fault::Bug("an index row is no checkout's".to_owned()))
}

/// The checkout that a row of the due index belongs to, and when it became due.
pub(super) fn due_row(row: &Item) -> Result<(CheckoutId, Timestamp), Fault> {
    let due_at = row.get("due_at").and_then(|due_at| Timestamp::parse(due_at.as_s().ok()?).ok());
    Ok((checkout_id(row)?, due_at.ok_or_else(|| Fault::Bug("a due row has no time".to_owned()))?))
}
