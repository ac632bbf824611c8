//! Keys of the one table, each a function of typed ids. One item is one aggregate.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | merchant | `M#<merchant>` | `-` |
//! | account → merchant | `A#<account>` | `-` |
//! | checkout | `C#<checkout>` | `-` |
//! | payer | `P#<payer>` | `-` |
//! | card | `F#<card>` | `-` |
//! | settlement with a merchant | `S#<merchant>` | `-` |
//! | campaign | `K#<market>` | `<campaign>` |
//! | earlier version of a campaign | `V#<market>` | `<campaign>#<version>` |
//! | the market's policy | `K#<market>` | `#` |
//! | part of a budget | `B#<market>#<campaign>#<shard>` | `-` |
//! | rollout | `R#<market>` | `-` |
//! | page of the journal | `J#<market>#<day>` | `<first>-<last>` sequence number of its changes |
//! | day of the books | `D#<market>` | `<day>` |
//! | row: a day's sums | `L#<market>#<scope>` | `<day>` |
//! | daily match | `X#<market>` | `<day>` |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::domain::books::Scope;
use crate::domain::campaign::budget::Slot;
use crate::domain::checkout::review::Waits;
use crate::domain::ids::{AccountId, CampaignId, CardId, CheckoutId, MerchantId, PayerId, digest};
use crate::domain::market::Country;
use crate::domain::time::Day;

/// An item, or its key.
pub type Item = HashMap<String, AttributeValue>;

/// The `sk` of an item that is alone under its `pk`.
const ALONE: &str = "-";

/// The `sk` of a market's policy: before all campaigns, and no campaign's name.
pub(in crate::adapters) const POLICY: &str = "#";

/// Over how many partitions the due index is spread: one partition takes 1,000 writes a second, and each held
/// payment writes here twice. It may rise and never fall: what waits in a partition that nobody asks any more
/// is forgotten.
pub const DUE_SHARDS: u8 = 8;

/// A key of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub(in crate::adapters) pk: String,
    pub(in crate::adapters) sk: String,
}

impl Key {
    pub(in crate::adapters) fn merchant(id: &MerchantId) -> Self {
        Self::alone(format!("M#{id}"))
    }

    pub(in crate::adapters) fn account(id: &AccountId) -> Self {
        Self::alone(format!("A#{id}"))
    }

    pub(in crate::adapters) fn checkout(id: &CheckoutId) -> Self {
        Self::alone(format!("C#{id}"))
    }

    pub(in crate::adapters) fn payer(id: &PayerId) -> Self {
        Self::alone(format!("P#{id}"))
    }

    pub(in crate::adapters) fn card(id: &CardId) -> Self {
        Self::alone(format!("F#{id}"))
    }

    pub(in crate::adapters) fn settlement(merchant: &MerchantId) -> Self {
        Self::alone(format!("S#{merchant}"))
    }

    pub(in crate::adapters) fn policy(country: Country) -> Self {
        Self { pk: campaigns(country), sk: POLICY.to_owned() }
    }

    pub(in crate::adapters) fn campaign_version(country: Country, id: &CampaignId, version: u32) -> Self {
        Self { pk: format!("V#{}", country.code()), sk: format!("{id}#{version:05}") }
    }

    pub(in crate::adapters) fn budget(country: Country, slot: &Slot) -> Self {
        Self::alone(format!("B#{}#{}#{}", country.code(), slot.campaign, slot.shard))
    }

    pub(in crate::adapters) fn campaign(country: Country, id: &CampaignId) -> Self {
        Self { pk: campaigns(country), sk: id.to_string() }
    }

    pub(in crate::adapters) fn rollout(country: Country) -> Self {
        Self::alone(format!("R#{}", country.code()))
    }

    pub(in crate::adapters) fn page(country: Country, day: Day, range: &str) -> Self {
        Self { pk: journal(country, day), sk: range.to_owned() }
    }

    pub(in crate::adapters) fn book_day(country: Country, day: Day) -> Self {
        Self { pk: book_days(country), sk: day.to_string() }
    }

    pub(in crate::adapters) fn row(country: Country, scope: &Scope, day: Day) -> Self {
        Self { pk: rows(country, scope), sk: day.to_string() }
    }

    pub(in crate::adapters) fn matched(country: Country, day: Day) -> Self {
        Self { pk: format!("X#{}", country.code()), sk: day.to_string() }
    }

    fn alone(pk: String) -> Self {
        Self { pk, sk: ALONE.to_owned() }
    }

    pub(in crate::adapters) fn into_item(self) -> Item {
        Item::from([
            ("pk".to_owned(), AttributeValue::S(self.pk)),
            ("sk".to_owned(), AttributeValue::S(self.sk)),
        ])
    }
}

/// The `pk` of all campaigns of a market.
pub(in crate::adapters) fn campaigns(country: Country) -> String {
    format!("K#{}", country.code())
}

/// The `pk` of a day's journal.
pub(in crate::adapters) fn journal(country: Country, day: Day) -> String {
    format!("J#{}#{day}", country.code())
}

/// The `pk` of all days of a market's books.
pub(in crate::adapters) fn book_days(country: Country) -> String {
    format!("D#{}", country.code())
}

/// The `pk` of all rows of a scope.
pub(in crate::adapters) fn rows(country: Country, scope: &Scope) -> String {
    format!("L#{}#{scope}", country.code())
}

/// Of which market and scope a row is, by its `pk`; none for any other item.
pub(in crate::adapters) fn row_of(pk: &str) -> Option<(Country, Scope)> {
    let (country, scope) = pk.strip_prefix("L#")?.split_once('#')?;
    Some((Country::parse(country)?, Scope::try_from(scope.to_owned()).ok()?))
}

/// The partition of the due index in which the checkout or the settlement `id` waits.
pub(in crate::adapters) fn due_shard(id: &str) -> String {
    let sum = digest(&["due", id], 8).bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    shard_name(sum % DUE_SHARDS)
}

/// The partition of the due index that lists what waits for a person in a market. There is one for each
/// market: only people empty it, and they are slow.
pub(in crate::adapters) fn waits_shard(country: Country, waits: Waits) -> String {
    format!("{}#{}", waits.name(), country.code())
}

/// The partition of the due index that lists the accounts of a market, each by the
/// [time up to which](super::store::Position) its events were read.
pub(in crate::adapters) fn accounts_shard(country: Country) -> String {
    format!("accounts#{}", country.code())
}

/// The partition of the due index in which the settlements of a market wait that are in trouble. The sweep
/// reads it, and a person can list it.
pub fn unsettled_shard(country: Country) -> String {
    format!("unsettled#{}", country.code())
}

/// The name of one partition of the due index.
pub fn shard_name(shard: u8) -> String {
    format!("due#{shard}")
}
