//! Balances that Stripe has just called too low. Of many cashbacks that wait for the same balance, one asks
//! for it, and the others wait with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::AccountId;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;

/// For how long a balance is believed to be empty: less than the shortest pause between two attempts, so that
/// nothing waits longer than it would have waited anyhow.
const BELIEVED_SECONDS: i64 = 10 * 60;

/// Whose balance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The platform's own, in a market.
    Platform(Country),
    /// A merchant's.
    Merchant(AccountId),
}

/// What was too much for a balance.
#[derive(Clone, Copy, Debug)]
struct TooLow {
    /// The least that was refused, in minor units.
    for_minor: i64,
    /// When.
    at: Timestamp,
}

impl TooLow {
    fn is_believed(&self, now: Timestamp) -> bool {
        (0..BELIEVED_SECONDS).contains(&now.seconds_since(self.at))
    }
}

/// What this process was told. Another one asks once more: it is only to spare calls.
#[derive(Debug, Default)]
pub struct EmptyBalances(Mutex<BTreeMap<Owner, TooLow>>);

impl EmptyBalances {
    /// Whether `minor` is too much for the balance of `owner`, as far as is known without asking.
    pub fn is_too_low(&self, owner: &Owner, minor: i64, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(owner).is_some_and(|known| known.is_believed(now) && minor >= known.for_minor)
    }

    /// Stripe has said that `minor` is too much for the balance of `owner`.
    pub fn note(&self, owner: Owner, minor: i64, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| known.is_believed(now));
        let least = known.get(&owner).map_or(minor, |known| known.for_minor.min(minor));
        known.insert(owner, TooLow { for_minor: least, at: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_and_more_is_believed_to_be_refused_for_ten_minutes() {
        let (sg, at) = (Owner::Platform(Country::SG), Timestamp::from_epoch_seconds(1_000_000));
        let balances = EmptyBalances::default();
        assert!(!balances.is_too_low(&sg, 500, at));
        balances.note(sg.clone(), 500, at);
        let later = |seconds| at.plus_seconds(seconds);
        for (owner, minor, when, is_too_low) in [
            (sg.clone(), 500, at, true),
            (sg.clone(), 501, later(599), true),
            (sg.clone(), 499, at, false),
            (sg.clone(), 501, later(600), false),
            // Messages are not handled in the order of their sending.
            (sg.clone(), 501, later(-1), false),
            (Owner::Platform(Country::IN), 501, at, false),
        ] {
            assert_eq!(balances.is_too_low(&owner, minor, when), is_too_low, "{owner:?} {minor}");
        }
        balances.note(sg.clone(), 300, later(60));
        balances.note(sg.clone(), 400, later(90));
        assert!(balances.is_too_low(&sg, 300, later(650)) && !balances.is_too_low(&sg, 299, later(650)));
    }
}
