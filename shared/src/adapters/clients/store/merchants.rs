//! Merchants and the pointers to them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::table::{Store, Written};
use super::transaction::transaction_written;
use crate::adapters::clients::items::{item, read};
use crate::adapters::clients::keys::{Key, accounts_shard};
use crate::domain::ids::{AccountId, MerchantId};
use crate::domain::market::Country;
use crate::domain::merchant::Merchant;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// How many items DynamoDB reads in one request.
const MOST_AT_ONCE: usize = 100;

/// Which merchant a connected account belongs to, in which market, and up to when its events
/// [were read](super::Position).
#[derive(Serialize, Deserialize)]
struct Pointer {
    merchant: MerchantId,
    country: Country,
    due_shard: String,
    due_at: Timestamp,
}

impl Store {
    /// The merchant `id`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, Fault> {
        self.get(Key::merchant(id)).await
    }

    /// The merchant whose connected account is `account`.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn merchant_of(&self, account: &AccountId) -> Result<Option<Merchant>, Fault> {
        match self.get::<Pointer>(Key::account(account)).await? {
            Some(pointer) => self.merchant(&pointer.merchant).await,
            None => Ok(None),
        }
    }

    /// The market whose platform a connected account belongs to; none if no merchant has the account.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn market_of(&self, account: &AccountId) -> Result<Option<Country>, Fault> {
        Ok(self.get::<Pointer>(Key::account(account)).await?.map(|pointer| pointer.country))
    }

    /// Those of `ids` that there are.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn merchants(&self, ids: &BTreeSet<MerchantId>) -> Result<Vec<Merchant>, Fault> {
        let mut found = Vec::new();
        let mut keys: Vec<_> = ids.iter().map(|id| Key::merchant(id).into_item()).collect();
        while !keys.is_empty() {
            let rest = keys.split_off(keys.len().min(MOST_AT_ONCE));
            for item in self.get_all(std::mem::replace(&mut keys, rest)).await? {
                found.push(read(item)?);
            }
        }
        Ok(found)
    }

    /// Writes a new merchant.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn create_merchant(&self, merchant: &Merchant) -> Result<Written, Fault> {
        self.put(item(Key::merchant(&merchant.id), merchant)?, None).await
    }

    /// Writes a merchant who was at `expected` when it was read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_merchant(&self, merchant: &Merchant, expected: u64) -> Result<Written, Fault> {
        self.put(item(Key::merchant(&merchant.id), merchant)?, Some(expected)).await
    }

    /// Writes a merchant together with the pointer by which Stripe's events find it, both or neither. What
    /// Stripe tells of the account from `now` on is read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_merchant_with_account(
        &self,
        merchant: &Merchant,
        account: &AccountId,
        expected: u64,
        now: Timestamp,
    ) -> Result<Written, Fault> {
        let country = merchant.country;
        let due_shard = accounts_shard(country);
        let pointer = Pointer { merchant: merchant.id.clone(), country, due_shard, due_at: now };
        let writes = vec![
            self.conditional_put(item(Key::merchant(&merchant.id), merchant)?, Some(expected))?,
            self.conditional_put(item(Key::account(account), &pointer)?, None)?,
        ];
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        transaction_written(sent.map(|_| ()))
    }
}
