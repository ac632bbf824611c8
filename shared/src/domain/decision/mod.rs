//! decision

pub mod decide;
pub mod occupied;

pub use decide::{Around, Commit, Decision, RefundRequest, changes, create, decide, request_refund};

#[cfg(test)]
mod tests;
