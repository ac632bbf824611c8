//! Credit that a payer can spend, in lots that expire, and what a payer owes.

use super::lot::Lot;

use super::record::Payer;
use crate::domain::posting::{Account, Posting};
use crate::domain::time::Timestamp;

/// Credit that comes back from a checkout that was not paid can be spent for at least so long.
const SHORTEST_RETURN_SECONDS: i64 = 7 * 24 * 3600;

impl Payer {
    /// What can be spent at `now`, in minor units: nothing in a market without wallets, whatever is there.
    pub fn spendable_minor(&self, now: Timestamp) -> i64 {
        if self.country.has_wallets() { self.balance_minor(now) } else { 0 }
    }

    /// What is there and has not expired at `now`, in minor units.
    pub fn balance_minor(&self, now: Timestamp) -> i64 {
        self.wallet
            .iter()
            .filter(|lot| lot.expires_at > now)
            .fold(0, |sum, lot| sum.saturating_add(lot.minor))
    }

    /// The lots that make up `minor`, the first to expire first; fewer if there is less.
    pub fn pick(&self, minor: i64, now: Timestamp) -> Vec<Lot> {
        let mut missing = minor;
        let mut picked = Vec::new();
        for lot in self.wallet.iter().filter(|lot| lot.expires_at > now) {
            let part = lot.minor.min(missing);
            if part > 0 {
                picked.push(Lot { minor: part, ..*lot });
                missing = missing.saturating_sub(part);
            }
        }
        picked
    }

    /// Takes `lots` out, which [`pick`](Self::pick) has picked.
    pub(in crate::domain) fn spend(&mut self, lots: &[Lot], now: Timestamp) {
        let mut missing = 0_i64;
        for spent in lots {
            let lot = self.wallet.iter_mut().find(|lot| lot.expires_at == spent.expires_at);
            let part = lot.as_ref().map_or(0, |lot| lot.minor.min(spent.minor));
            if let Some(lot) = lot {
                lot.minor = lot.minor.saturating_sub(part);
            }
            missing = missing.saturating_add(spent.minor.saturating_sub(part));
        }
        self.wallet.retain(|lot| lot.minor > 0);
        // It was given back and spent elsewhere, and now its first payment counts after all.
        self.take_back(missing, now);
    }

    /// Puts spent lots back. What expired meanwhile, or soon will, can be spent for another week: it was out
    /// of the payer's hands.
    pub(in crate::domain) fn put_back(&mut self, lots: &[Lot], now: Timestamp) {
        let soonest = now.plus_seconds(SHORTEST_RETURN_SECONDS);
        for lot in lots {
            self.add(Lot { expires_at: lot.expires_at.max(soonest), ..*lot });
        }
    }

    /// Credits a lot. What the payer owes is taken from it first.
    pub(in crate::domain) fn credit(&mut self, lot: Lot, now: Timestamp) {
        let owed = lot.minor.min(self.debt_minor);
        if owed > 0 {
            self.debt_minor = self.debt_minor.saturating_sub(owed);
            self.book(Account::PayerWallet, Account::PayerDebt, owed, now);
        }
        self.add(Lot { minor: lot.minor.saturating_sub(owed), ..lot });
    }

    /// Takes `minor` back: from what is there, the last to expire first, and the rest becomes debt.
    pub(in crate::domain) fn take_back(&mut self, minor: i64, now: Timestamp) {
        let mut missing = minor;
        for lot in self.wallet.iter_mut().rev() {
            let part = lot.minor.min(missing);
            lot.minor = lot.minor.saturating_sub(part);
            missing = missing.saturating_sub(part);
        }
        self.wallet.retain(|lot| lot.minor > 0);
        if missing > 0 {
            self.debt_minor = self.debt_minor.saturating_add(missing);
            self.book(Account::PayerDebt, Account::PayerWallet, missing, now);
        }
    }

    /// Books out what has expired by `now`. It happens with the next change of the payer; until then it
    /// cannot be spent either.
    pub(in crate::domain) fn expire(&mut self, now: Timestamp) {
        let expired: i64 = self.wallet.iter().filter(|lot| lot.expires_at <= now).map(|lot| lot.minor).sum();
        self.wallet.retain(|lot| lot.expires_at > now);
        self.book(Account::PayerWallet, Account::PlatformBreakage, expired, now);
    }

    fn add(&mut self, new: Lot) {
        if new.minor <= 0 {
            return;
        }
        match self.wallet.iter_mut().find(|lot| lot.expires_at == new.expires_at) {
            Some(lot) => lot.minor = lot.minor.saturating_add(new.minor),
            None => self.wallet.push(new),
        }
        self.wallet.sort();
    }

    pub(super) fn book(&mut self, debit: Account, credit: Account, minor: i64, at: Timestamp) {
        if minor > 0 {
            self.postings.push(Posting { debit, credit, minor, at });
        }
    }
}
