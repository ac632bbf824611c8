//! How much a platform reads of its connected accounts, and how much Stripe lets it read.

use std::collections::BTreeMap;

const DAY_SECONDS: i64 = 24 * 3600;

/// Over how long Stripe counts, in days (<https://docs.stripe.com/rate-limits>).
pub(crate) const DAYS: i64 = 30;

/// Requests for each transaction.
const FOR_EACH_TRANSACTION: u64 = 500;

/// What a platform may read in any case.
const AT_LEAST: u64 = 10_000;

/// A platform's reads of its connected accounts over thirty days. Nothing is refused here: Stripe writes to
/// who reads more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAllocation {
    /// How many `GET` requests named a connected account.
    pub used: u64,
    /// How many may.
    pub allowed: u64,
}

/// Reads by platform and day.
#[derive(Debug, Default)]
pub(crate) struct Reads(BTreeMap<(String, i64), u64>);

impl Reads {
    /// Counts one of `platform` at the second `now`.
    pub(crate) fn count(&mut self, platform: &str, now: i64) {
        let today = now.div_euclid(DAY_SECONDS);
        self.0.retain(|(_, day), _| *day > today - DAYS);
        *self.0.entry((platform.to_owned(), today)).or_default() += 1;
    }

    /// What `platform` has read at the second `now`, where so many `transactions` were made over that time.
    pub(crate) fn allocation(&self, platform: &str, now: i64, transactions: u64) -> ReadAllocation {
        let first = now.div_euclid(DAY_SECONDS) - DAYS;
        let of = self.0.iter().filter(|((whose, day), _)| whose == platform && *day > first);
        let allowed = transactions.saturating_mul(FOR_EACH_TRANSACTION).max(AT_LEAST);
        ReadAllocation { used: of.map(|(_, count)| count).sum(), allowed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_are_counted_for_each_platform() {
        let mut reads = Reads::default();
        for day in 0..40 {
            reads.count("acct_1", day * DAY_SECONDS);
        }
        reads.count("acct_2", 39 * DAY_SECONDS);
        let now = 39 * DAY_SECONDS + 5;
        assert_eq!(reads.allocation("acct_1", now, 0), ReadAllocation { used: 30, allowed: 10_000 });
        assert_eq!(reads.allocation("acct_2", now, 21), ReadAllocation { used: 1, allowed: 10_500 });
        assert_eq!(reads.allocation("acct_2", now + DAYS * DAY_SECONDS, 0).used, 0);
    }
}
