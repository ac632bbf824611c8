//! What the beginning of a business day brings an account: money becomes available, refunds that waited for
//! it go on, and what is left goes to the bank. A day is planned only where there is money for it.

use super::{payout, refund};
use crate::balance;
use crate::settlement;
use crate::state::{Act, Change};
use crate::table::Owner;

/// Plans the day that begins at `at`, once.
pub(crate) fn plan(act: &mut Act<'_>, owner: &Owner, at: i64) {
    let at_millis = at.saturating_mul(1000);
    if act.state.planned_days.insert((owner.clone(), at_millis)) {
        act.state.changes.plan(at_millis, Change::BeginDay(owner.clone()));
    }
}

/// Plans the next day if there is something to pay out then.
pub(crate) fn plan_payout(act: &mut Act<'_>, owner: &Owner) {
    if !payout::due(act, owner).is_empty() {
        let next = settlement::next_business_day(act.now());
        plan(act, owner, next);
    }
}

/// Begins a day.
pub(crate) fn begin(act: &mut Act<'_>, owner: &Owner) {
    act.state.planned_days.remove(&(owner.clone(), act.now_millis));
    release(act, owner, act.now());
    payout::create(act, owner);
}

/// Makes available what `owner` has pending until `until`; refunds that waited for it go on.
pub(crate) fn release(act: &mut Act<'_>, owner: &Owner, until: i64) {
    if act.state.books.release(owner, until) {
        let rendered = balance::render(&act.state.books, owner, act.state.config.livemode);
        act.emit(owner, "balance.available", rendered);
    }
    refund::resume(act, owner);
}
