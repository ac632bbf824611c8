//! What happens by itself when its time comes.

use super::{day, payment, payout, refund, session};
use crate::state::{Act, Change, State};

impl State {
    /// Does every [`Change`] that is due, each at its own time. Returns how many.
    pub(crate) fn catch_up(&mut self, now_millis: i64) -> usize {
        let mut done = 0;
        while let Some((due_millis, change)) = self.changes.pop_due(now_millis) {
            let mut act = Act::new(self, due_millis);
            match change {
                Change::ExpireSession(id) => session::expire_when_due(&mut act, &id),
                Change::SettlePayment(id) => payment::settle(&mut act, &id),
                Change::LapseAuthorization(id) => payment::lapse(&mut act, &id),
                Change::SettleRefund(id) => refund::settle(&mut act, &id),
                Change::ResumeRefunds(owner) => refund::resume(&mut act, &owner),
                Change::GiveUpRefund(id) => refund::give_up(&mut act, &id),
                Change::BeginDay(owner) => day::begin(&mut act, &owner),
                Change::PayoutArrives(id) => payout::arrive(&mut act, &id),
            }
            done += 1;
        }
        done
    }
}
