//! The number this project is about, what a rule means that does not name it, and what an item means that
//! does not.
//!
//! Each promise has its own hours, from its campaign's rule. A rule that names none gets the constants.
//! [`Terms::promised_by`](super::Terms::promised_by) and
//! [`Terms::release_at`](super::Terms::release_at) read the promise's own hours.
//!
//! The constants are more than defaults: do not change one lightly. [`PROMISE_HOURS`] is also the most that a
//! campaign may promise. With [`RELEASE_MARGIN_HOURS`] it decides when spent wallet credit is
//! [settled](crate::domain::books::settlement::release_at), for which the flows' `effects.rs` makes the
//! schedule, and what `release-cashback` counts as late. Both go by today's constants for earlier payments
//! too. [`WALLET_DAYS`] also holds for credit that an operator gives without saying for how long.
//!
//! What a stored item means must never change: a payer was told these hours, and the item leaves them out
//! because they were usual on the day it was written. So those numbers stand apart, in `unwritten`.

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
