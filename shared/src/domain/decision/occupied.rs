//! What a checkout occupies beyond its own item: campaigns' budgets, its payer's caps and wallet, its
//! merchant's settlement.
//!
//! It is a function of the checkout's state, as the [books](crate::domain::books::ledger) are. No event says
//! "give the budget back": what is given back is the difference between two states, so no way out of a state
//! can forget it, and no repetition can give it back twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::campaign::budget::{BudgetChange, Slot};
use crate::domain::campaign::offer::Offer;
use crate::domain::cashback::Cashback;
use crate::domain::checkout::{Checkout, State};
use crate::domain::ids::CampaignId;
use crate::domain::money::MoneyError;
use crate::domain::payer::{Lot, Payer, Window};
use crate::domain::promise::{Share, Terms};
use crate::domain::time::Timestamp;

/// What a checkout uses of its payer's caps in one campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Used {
    minor: i64,
    windows: Vec<Window>,
    merchant: bool,
}

/// What a checkout occupies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupied {
    budgets: BTreeMap<Slot, i64>,
    uses: BTreeMap<CampaignId, Used>,
    visits: bool,
    counted: BTreeSet<CampaignId>,
    spent: Vec<Lot>,
    credited: Option<Lot>,
    owed_to_merchant_minor: i64,
}

impl Occupied {
    /// What `checkout` occupies.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn of(checkout: &Checkout) -> Result<Self, MoneyError> {
        let mut occupied = Self::default();
        match &checkout.state {
            State::Open => {
                // Each campaign once, by the largest of its offers: only one of them will be paid.
                for offer in checkout.offers.values() {
                    if let Offer::Cashback(terms) = offer {
                        occupied.hold(checkout, terms);
                    }
                }
                occupied.visits = checkout.remembers_payer;
                occupied.spent.clone_from(&checkout.wallet);
            }
            State::Expired | State::Failed => {}
            State::Paid(payment) => {
                // What was promised stays used, even when it is taken back later: the refund that took it
                // back may fail.
                if let Some(terms) = payment.cashback.terms() {
                    occupied.hold(checkout, terms);
                }
                occupied.visits = checkout.remembers_payer;
                if !payment.is_given_back(checkout.charged()?)? {
                    occupied.counted.clone_from(&checkout.counted_by);
                }
                let kept = checkout.wallet_spent_minor().saturating_sub(payment.returned_to_wallet_minor());
                occupied.spent = first_lots(&checkout.wallet, kept);
                occupied.owed_to_merchant_minor = kept;
                if let Cashback::CreditedToWallet { terms, amount, at, .. } = &payment.cashback {
                    let expires_at = at.plus_days(terms.wallet_days);
                    occupied.credited = Some(Lot { expires_at, minor: amount.minor() });
                    let merchant = amount.minus(payment.platform_part(terms, *amount)?)?;
                    let uncovered = merchant.minor().saturating_sub(checkout.cover_kept_minor());
                    occupied.owed_to_merchant_minor = kept.saturating_sub(uncovered);
                }
            }
        }
        Ok(occupied)
    }

    fn hold(&mut self, checkout: &Checkout, terms: &Terms) {
        let zone = checkout.country.time_zone();
        for Share { campaign, minor, hold, .. } in &terms.shares {
            let today = checkout.created_at.day_in(&zone);
            let slots = [hold.total.then_some(None), hold.daily.then_some(Some(today))];
            for (shard, day) in
                hold.shard.iter().flat_map(|shard| slots.iter().flatten().map(|day| (*shard, *day)))
            {
                let slot = Slot { campaign: campaign.clone(), shard, day };
                let most = self.budgets.entry(slot).or_default();
                *most = (*most).max(*minor);
            }
            if !hold.periods.is_empty() || hold.merchant {
                let window = |period| Window::of(period, checkout.created_at, &zone);
                let used = self.uses.entry(campaign.clone()).or_default();
                used.minor = used.minor.max(*minor);
                used.windows = hold.periods.iter().copied().map(window).collect();
                used.merchant |= hold.merchant;
            }
        }
    }

    /// What changes in budgets from `self` to `next`.
    pub fn budget_changes(&self, next: &Self) -> Vec<BudgetChange> {
        let slots: BTreeSet<_> = self.budgets.keys().chain(next.budgets.keys()).collect();
        slots
            .into_iter()
            .filter_map(|slot| {
                let count = |occupied: &Self| i64::from(occupied.budgets.contains_key(slot));
                let minor = |occupied: &Self| occupied.budgets.get(slot).copied().unwrap_or_default();
                let change = BudgetChange {
                    slot: slot.clone(),
                    payments: count(next).saturating_sub(count(self)),
                    minor: minor(next).saturating_sub(minor(self)),
                };
                (change.payments != 0 || change.minor != 0).then_some(change)
            })
            .collect()
    }

    /// What the platform owes the merchant more in `next` than in `self`, in minor units.
    pub fn settlement_change(&self, next: &Self) -> i64 {
        next.owed_to_merchant_minor.saturating_sub(self.owed_to_merchant_minor)
    }

    /// Whether the payer's item is the same for both.
    pub fn same_for_payer(&self, next: &Self) -> bool {
        self.uses == next.uses
            && self.visits == next.visits
            && self.counted == next.counted
            && self.spent == next.spent
            && self.credited == next.credited
    }

    /// Whether `payer` has earned from a campaign that `next` takes from and `self` does not, in the same
    /// period or at the same merchant: a payment that was told failed has given its use back, and another may
    /// have taken it before that one arrives.
    pub fn was_used_since(&self, next: &Self, payer: &Payer, checkout: &Checkout) -> bool {
        let mut taken = next.uses.iter().filter(|(campaign, _)| !self.uses.contains_key(*campaign));
        taken.any(|(campaign, used)| {
            payer.uses.get(campaign).is_some_and(|had| {
                let in_window = |window| had.in_window(window).payments > 0;
                used.windows.iter().any(in_window) || (used.merchant && had.earned_at(&checkout.merchant))
            })
        })
    }

    /// The payer after `checkout` has gone from occupying `self` to occupying `next`.
    #[must_use]
    pub fn payer_after(&self, next: &Self, payer: &Payer, checkout: &Checkout, now: Timestamp) -> Payer {
        let mut payer = payer.clone();
        if (self.spent.clone(), self.credited) != (next.spent.clone(), next.credited) {
            payer.expire(now);
        }
        self.apply_uses(next, &mut payer, checkout);
        for campaign in next.counted.difference(&self.counted) {
            payer.uses.entry(campaign.clone()).or_default().pay();
        }
        for campaign in self.counted.difference(&next.counted) {
            payer.uses.entry(campaign.clone()).or_default().unpay();
        }
        payer.uses.retain(|_, used| !used.is_empty());
        match (self.visits, next.visits) {
            (false, true) => {
                payer.visit(&checkout.merchant, checkout.created_at.day_in(&checkout.country.time_zone()));
            }
            (true, false) => payer.unvisit(&checkout.merchant),
            (true, true) | (false, false) => {}
        }
        payer.put_back(&less(&self.spent, &next.spent), now);
        payer.spend(&less(&next.spent, &self.spent), now);
        let credit = |occupied: &Self| occupied.credited.map_or(0, |lot| lot.minor);
        let more = credit(next).saturating_sub(credit(self));
        if let Some(lot) = next.credited.filter(|_| more > 0) {
            payer.credit(Lot { minor: more, ..lot }, now);
        }
        if more < 0 {
            payer.take_back(more.saturating_neg(), now);
        }
        payer
    }

    fn apply_uses(&self, next: &Self, payer: &mut Payer, checkout: &Checkout) {
        let campaigns: BTreeSet<_> = self.uses.keys().chain(next.uses.keys()).collect();
        for campaign in campaigns {
            let known = payer.uses.entry(campaign.clone()).or_default();
            match (self.uses.get(campaign), next.uses.get(campaign)) {
                (None, Some(now)) => {
                    known.add(&now.windows, now.minor);
                    if now.merchant {
                        known.earn_at(&checkout.merchant);
                    }
                }
                (Some(before), None) => {
                    known.remove(&before.windows, before.minor);
                    if before.merchant {
                        known.forget(&checkout.merchant);
                    }
                }
                (Some(before), Some(now)) => {
                    known.change(&now.windows, now.minor.saturating_sub(before.minor));
                }
                (None, None) => {}
            }
        }
    }
}

/// The first of `lots` that make up `minor`.
fn first_lots(lots: &[Lot], minor: i64) -> Vec<Lot> {
    let mut left = minor;
    let mut first = Vec::new();
    for lot in lots {
        let part = lot.minor.min(left);
        if part > 0 {
            first.push(Lot { minor: part, ..*lot });
            left = left.saturating_sub(part);
        }
    }
    first
}

/// What `lots` has more than `others`.
fn less(lots: &[Lot], others: &[Lot]) -> Vec<Lot> {
    let of = |lot: &Lot| {
        others.iter().find(|other| other.expires_at == lot.expires_at).map_or(0, |other| other.minor)
    };
    lots.iter()
        .map(|lot| Lot { minor: lot.minor.saturating_sub(of(lot)), ..*lot })
        .filter(|lot| lot.minor > 0)
        .collect()
}

#[cfg(test)]
mod tests;
