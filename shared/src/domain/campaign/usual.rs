//! What a rule means when it does not say.

use crate::domain::cashback::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};

/// For how many days wallet credit can be spent.
pub(in crate::domain) const WALLET_DAYS: u16 = 365;

/// Over how many items a budget is spread.
pub(in crate::domain) const BUDGET_SHARDS: u8 = 8;

pub(in crate::domain) fn promise_hours() -> u32 {
    PROMISE_HOURS
}

pub(in crate::domain) fn release_margin_hours() -> u32 {
    RELEASE_MARGIN_HOURS
}

pub(in crate::domain) fn wallet_days() -> u16 {
    WALLET_DAYS
}
