//! Up to when the events of each connected account were read. The position is the account's time in the due
//! index, under a name that no schedule asks for: the accounts that are furthest behind come first.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Store, Written, fault, written};
use crate::adapters::clients::keys::{Item, Key, accounts_shard};
use crate::domain::ids::AccountId;
use crate::domain::market::Country;
use crate::domain::stripe::recovery::Window;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// An account whose events were read up to a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The connected account.
    pub account: AccountId,
    /// Its market.
    pub country: Country,
    /// The first second whose events were not read.
    pub read_until: Timestamp,
}

impl Store {
    /// The accounts of a market whose events were not read up to `until`, those that are furthest behind
    /// first.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn accounts_behind(&self, country: Country, until: Timestamp) -> Result<Vec<Position>, Fault> {
        let (mut behind, mut start) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("due")
                .key_condition_expression("due_shard = :shard AND due_at < :until")
                .expression_attribute_values(":shard", AttributeValue::S(accounts_shard(country)))
                .expression_attribute_values(":until", AttributeValue::S(until.to_string()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| fault("Query", &error))?;
            for row in answer.items() {
                behind.push(position(country, row)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(behind);
            }
        }
    }

    /// Writes down that the events of `window` were read, after those up to `position`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_position(&self, position: &Position, window: Window) -> Result<Written, Fault> {
        let time = |time: Timestamp| AttributeValue::S(time.to_string());
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::account(&position.account).into_item()))
            .update_expression("SET due_at = :until")
            .condition_expression("due_at = :read_until")
            .expression_attribute_values(":until", time(window.until))
            .expression_attribute_values(":read_until", time(position.read_until))
            .send()
            .await;
        written("UpdateItem", sent)
    }

    /// Has the events of `account` read again from `from` on, if they were read further.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn read_again_from(&self, account: &AccountId, from: Timestamp) -> Result<(), Fault> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::account(account).into_item()))
            .update_expression("SET due_at = :from")
            .condition_expression("due_at > :from")
            .expression_attribute_values(":from", AttributeValue::S(from.to_string()))
            .send()
            .await;
        match written("UpdateItem", sent)? {
            // They will be read from there anyhow.
            Written::Done | Written::Lost => Ok(()),
        }
    }
}

fn position(country: Country, row: &Item) -> Result<Position, Fault> {
    let text = |name: &str| row.get(name).and_then(|value| value.as_s().ok());
    let account = text("pk").and_then(|pk| AccountId::parse(pk.strip_prefix("A#")?).ok());
    let read_until = text("due_at").and_then(|time| Timestamp::parse(time).ok());
    let (Some(account), Some(read_until)) = (account, read_until) else {
        return Err(Fault::Bug("an account's row cannot be read".to_owned()));
    };
    Ok(Position { account, country, read_until })
}
