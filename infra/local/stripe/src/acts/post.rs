//! Moving money between balances.

use super::day;
use crate::balance::{Movement, MovementKind};
use crate::state::{Act, Change};
use crate::table::Owner;

impl Act<'_> {
    /// Moves money on `owner`'s available balance and returns the balance transaction's id.
    pub(crate) fn post(
        &mut self,
        owner: &Owner,
        kind: MovementKind,
        movement: (i64, i64),
        currency: &str,
        source: &str,
    ) -> String {
        self.post_pending(owner, kind, movement, currency, source, self.now())
    }

    /// Moves money that is pending until `available_on`, and returns the balance transaction's id.
    pub(crate) fn post_pending(
        &mut self,
        owner: &Owner,
        kind: MovementKind,
        (amount, fee): (i64, i64),
        currency: &str,
        source: &str,
        available_on: i64,
    ) -> String {
        let movement = Movement {
            id: String::new(),
            platform: owner.platform.clone(),
            account: owner.account.clone(),
            kind,
            amount,
            fee,
            currency: currency.to_owned(),
            source: source.to_owned(),
            created: self.now(),
            available_on,
            pending: available_on > self.now(),
        };
        let (pending, comes_in) = (movement.pending, movement.net() > 0);
        let id = self.state.books.post(&mut self.state.ids, movement);
        if pending {
            day::plan(self, owner, available_on);
        } else if comes_in {
            if self.state.waiting_refunds.contains_key(owner) {
                self.plan(0, Change::ResumeRefunds(owner.clone()));
            }
            day::plan_payout(self, owner);
        }
        id
    }
}
