//! Decide, then commit, and again if somebody else was faster.

use super::store::{Store, Written};
use crate::domain::checkout::{Checkout, Event};
use crate::domain::decision::{Decision, decide};
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// How often a lost race is run again before the message is left for later.
const TRIES: u32 = 4;

/// Applies `event` to `checkout` and gives the checkout as it then is. This is the only way in which a checkout that
/// exists is written.
///
/// # Errors
/// The event came too early, contradicts what is known, or the table did not answer.
pub async fn apply(
    store: &Store,
    checkout: Checkout,
    event: &Event,
    now: Timestamp,
) -> Result<Checkout, Fault> {
    let mut checkout = checkout;
    for _ in 0..TRIES {
        let commit = match decide(&checkout, event, now)? {
            Decision::Nothing => return Ok(checkout),
            Decision::Commit(commit) => commit,
        };
        match store.commit(&commit, checkout.version).await? {
            Written::Done => return Ok(commit.checkout),
            Written::Lost => {
                let again = store.checkout(&checkout.id).await?;
                checkout = again.ok_or_else(|| Fault::Bug("a checkout is gone".to_owned()))?;
            }
        }
    }
    Err(Fault::Retry("the checkout is busy".to_owned()))
}
