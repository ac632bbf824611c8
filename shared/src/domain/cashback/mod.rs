//! cashback

pub mod bucket;
mod event;
pub mod refund;
pub mod state;
mod waiting;

pub use event::{Event, Rest, Reversal, Standing, WalletReason};
pub use state::{Cashback, PROMISE_HOURS, RELEASE_MARGIN_HOURS};
pub use waiting::Waiting;

#[cfg(test)]
mod tests;
