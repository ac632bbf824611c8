//! What accounts can spend, and what goes to their banks, on the handle.

use crate::acts::{day, refund};
use crate::stripe::Stripe;

impl Stripe {
    /// Sets what an account can spend, without a balance transaction. The platform's own account is
    /// [`platform_account`](Self::platform_account). What is pending stays so.
    pub fn set_available_balance(&self, account: &str, currency: &str, minor: i64) {
        self.act(|act| {
            if let Some(owner) = act.state.owner(account) {
                act.state.books.set(&owner, &currency.to_lowercase(), minor);
                refund::resume(act, &owner);
                day::plan_payout(act, &owner);
            }
        });
    }

    /// The same for an account that is never paid out.
    pub fn keep_available(&self, account: &str, currency: &str, minor: i64) {
        self.set_payouts(account, true);
        self.set_available_balance(account, currency, minor);
    }

    /// The same for an account that is paid out every business day, and keeps so much as its minimum balance
    /// (<https://docs.stripe.com/changelog/clover/2025-09-30/balance-settings-ga>).
    pub fn keep_minimum(&self, account: &str, currency: &str, minor: i64) {
        self.act(|act| {
            if let Some(owner) = act.state.owner(account) {
                let settings = act.state.balance_settings.entry(owner).or_default();
                settings.minimum.insert(currency.to_lowercase(), minor);
            }
        });
        self.set_available_balance(account, currency, minor);
    }

    /// From now on a merchant who finishes onboarding puts so much on its balance, and leaves it there.
    pub fn set_floats(&self, minor: i64) {
        self.lock().float_minor = minor;
    }

    /// What an account can spend.
    pub fn available_balance(&self, account: &str, currency: &str) -> i64 {
        self.act(|act| {
            let owner = act.state.owner(account);
            owner.map_or(0, |owner| act.state.books.available(&owner, &currency.to_lowercase()))
        })
    }

    /// What an account has and cannot spend yet.
    pub fn pending_balance(&self, account: &str, currency: &str) -> i64 {
        self.act(|act| {
            let owner = act.state.owner(account);
            owner.map_or(0, |owner| act.state.books.pending(&owner, &currency.to_lowercase()))
        })
    }

    /// What an account has, spendable or not.
    pub fn balance(&self, account: &str, currency: &str) -> i64 {
        self.available_balance(account, currency).saturating_add(self.pending_balance(account, currency))
    }

    /// Makes everything that is pending on an account available now, as if its days had passed.
    pub fn release_pending(&self, account: &str) {
        self.act(|act| {
            if let Some(owner) = act.state.owner(account) {
                day::release(act, &owner, i64::MAX);
                day::plan_payout(act, &owner);
            }
        });
    }

    /// Whether application fees that are given back are pending first, as payments are. They are not at
    /// first; Stripe documents neither.
    pub fn fee_refunds_arrive_pending(&self, pending: bool) {
        self.lock().fee_refunds_pend = pending;
    }

    /// Whether nothing is paid out of an account (`manual`) or, as at first, all of it each business day.
    pub fn set_payouts(&self, account: &str, manual: bool) {
        self.act(|act| {
            if let Some(owner) = act.state.owner(account) {
                act.state.balance_settings.entry(owner.clone()).or_default().manual = manual;
                day::plan_payout(act, &owner);
            }
        });
    }
}
