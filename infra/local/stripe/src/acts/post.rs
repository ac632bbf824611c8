//! Moving money between balances.

use crate::balance::{Movement, MovementKind};
use crate::objects::refund::Status;
use crate::state::{Act, Change, State};
use crate::table::Owner;

impl Act<'_> {
    /// Moves money on `owner`'s balance and returns the balance transaction's id.
    pub(crate) fn post(
        &mut self,
        owner: &Owner,
        kind: MovementKind,
        (amount, fee): (i64, i64),
        currency: &str,
        source: &str,
    ) -> String {
        let movement = Movement {
            id: String::new(),
            account: owner.clone(),
            kind,
            amount,
            fee,
            currency: currency.to_owned(),
            source: source.to_owned(),
            created: self.now(),
        };
        if amount > fee && is_waiting(self.state, owner) {
            self.plan(0, Change::ResumeRefunds(owner.clone()));
        }
        self.state.books.post(&mut self.state.ids, movement)
    }
}

/// Whether a card refund of `owner` waits for money.
fn is_waiting(state: &State, owner: &Owner) -> bool {
    state.refunds.newest_first(owner).any(|refund| refund.status == Status::Waiting)
}
