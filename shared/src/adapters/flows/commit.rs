//! Decide, then commit, and again if somebody else was faster.

use crate::adapters::clients::store::{Committed, Store, need};
use crate::domain::campaign::budget::{Pot, Slot};
use crate::domain::cashback::refund::{RefundKey, RefundState};
use crate::domain::checkout::review::Waits;
use crate::domain::checkout::{Checkout, Decided, Event};
use crate::domain::decision::{Commit, Decision, decide};
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// How often a lost race is run again before the message is left for later.
const TRIES: u32 = 4;

/// Writes a checkout that is new, or placed again, with what it takes of budgets, caps and wallets. A part of
/// a budget that is taken from holds `full(slot)` while nobody has written it. This is the only way in which
/// a checkout comes to exist.
///
/// # Errors
/// The table did not answer.
pub async fn create(store: &Store, commit: &Commit, full: impl Fn(&Slot) -> Pot) -> Result<Committed, Fault> {
    store.commit(commit, full).await
}

/// Applies `event` to `checkout` and gives the checkout as it then is. This is the only way in which a
/// checkout that exists is written.
///
/// # Errors
/// The event came too early, contradicts what is known, or the table did not answer.
pub async fn apply(
    store: &Store,
    checkout: Checkout,
    event: &Event,
    now: Timestamp,
) -> Result<Checkout, Fault> {
    run(store, checkout, event, None, now).await
}

/// Applies what a person decided on a cashback, and writes down with it who and why. If somebody was faster,
/// so that there was nothing left to decide, it is not in the checkout's decisions.
///
/// # Errors
/// As [`apply`].
pub async fn decide_by_hand(store: &Store, checkout: Checkout, decided: &Decided) -> Result<Checkout, Fault> {
    let event = Event::CashbackDecided(decided.verdict);
    run(store, checkout, &event, Some(decided), decided.at).await
}

async fn run(
    store: &Store,
    checkout: Checkout,
    event: &Event,
    decided: Option<&Decided>,
    now: Timestamp,
) -> Result<Checkout, Fault> {
    let mut checkout = checkout;
    for _ in 0..TRIES {
        let decision = match decide(&checkout, None, event, now)? {
            Decision::Look => {
                let around = store.around(&checkout, event).await?;
                decide(&checkout, Some(&around), event, now)?
            }
            decision @ (Decision::Nothing | Decision::Commit(_)) => decision,
        };
        let mut commit = match decision {
            Decision::Nothing => return Ok(checkout),
            Decision::Commit(commit) => commit,
            Decision::Look => return Err(Fault::Bug("a decision looks twice".to_owned())),
        };
        commit.checkout.decisions.extend(decided.cloned());
        // A checkout that exists gives back to budgets, and takes again only what it once gave back: nothing
        // has to be known of what is full.
        match store.commit(&commit, |_| Pot::default()).await? {
            Committed::Done => {
                tell_what_failed(&checkout, &commit.checkout);
                return Ok(commit.checkout);
            }
            Committed::UsedUp(slots) => {
                if !refill(store, &commit, &slots).await? {
                    checkout = checkout.with_lapsed_offers();
                }
            }
            Committed::Lost => {
                let again = store.checkout(&checkout.id).await?;
                checkout = again.ok_or_else(|| Fault::Bug("a checkout is gone".to_owned()))?;
            }
        }
    }
    Err(Fault::Retry("the checkout is busy".to_owned()))
}

/// Has the empty parts of budgets refilled from others, for a payment that was told failed and arrived after
/// all. Gives whether there is enough for it; if not, its offer has ended.
async fn refill(store: &Store, commit: &Commit, slots: &[Slot]) -> Result<bool, Fault> {
    for change in commit.budget.iter().filter(|change| slots.contains(&change.slot)) {
        let campaign = store.campaign(commit.checkout.country, &change.slot.campaign).await?;
        let campaign = campaign.ok_or_else(|| Fault::Bug("a budget of no campaign".to_owned()))?;
        if !store.refill(&campaign, &change.slot, need(change)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells what can no longer be finished without a person, once: when it is written. Metrics and their alarms
/// are made from these lines.
fn tell_what_failed(before: &Checkout, after: &Checkout) {
    let waits =
        |checkout: &Checkout| checkout.waits_for_person().is_some_and(|(waits, _)| waits == Waits::Failed);
    if waits(after) && !waits(before) {
        tracing::error!(checkout = %after.id, failed_cashback = 1, "a cashback waits for a person");
    }
    let newly_failed = failed_refunds(after).filter(|key| !failed_refunds(before).any(|known| known == *key));
    let failed_refund = newly_failed.count();
    if failed_refund > 0 {
        tracing::error!(checkout = %after.id, failed_refund, "Stripe refused a refund for good");
    }
}

/// The refunds of the merchant that ended without giving anything back.
fn failed_refunds(checkout: &Checkout) -> impl Iterator<Item = &RefundKey> {
    let refunds = checkout.payment().into_iter().flat_map(|payment| &payment.refunds);
    refunds.filter(|(_, refund)| matches!(refund.state, RefundState::Failed { .. })).map(|(key, _)| key)
}
