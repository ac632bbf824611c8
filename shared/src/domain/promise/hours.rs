//! The number this project is about, what a rule means that does not name it, and what an item means that
//! does not.
//!
//! The two are not the same. What a new rule gets may change with any release. What a stored item means must
//! never change: a payer was told these hours, and the item leaves them out because they were usual on the
//! day it was written.

/// The promise: the payer has the money within this many hours of paying. A campaign may promise it sooner,
/// not later.
pub const PROMISE_HOURS: u32 = 48;

/// A cashback is released this many hours before the promise ends, so that retries fit inside it.
pub const RELEASE_MARGIN_HOURS: u32 = 1;

/// For how many days wallet credit can be spent.
pub const WALLET_DAYS: u16 = 365;

pub(in crate::domain) fn promise_hours() -> u32 {
    PROMISE_HOURS
}

pub(in crate::domain) fn release_margin_hours() -> u32 {
    RELEASE_MARGIN_HOURS
}

pub(in crate::domain) fn wallet_days() -> u16 {
    WALLET_DAYS
}

/// What a stored item means by leaving a field out. Frozen: a change here changes what payers were promised.
pub(super) mod unwritten {
    /// Hours of the promise.
    pub(in crate::domain::promise) const PROMISE_HOURS: u32 = 48;
    /// Hours of the margin.
    pub(in crate::domain::promise) const RELEASE_MARGIN_HOURS: u32 = 1;
    /// Days for which wallet credit can be spent.
    pub(in crate::domain::promise) const WALLET_DAYS: u16 = 365;
}
