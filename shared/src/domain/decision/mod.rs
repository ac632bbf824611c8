//! State, event and time in; everything that changes, out. It may use all other rooms, and none may use it.
//! Begin with [`decide`](decide()); a refund after the payout is [`request_refund`].

pub mod decide;
pub mod occupied;

pub use decide::{Around, Commit, Decision, RefundRequest, changes, create, decide, request_refund};

#[cfg(test)]
mod tests;
