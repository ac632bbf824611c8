//! What a payer was told, and the hours in which it is kept. It may use the ground and nothing else. Begin
//! with [`hours`](PROMISE_HOURS).

mod hours;
mod no_cashback;
mod terms;

pub use hours::{PROMISE_HOURS, RELEASE_MARGIN_HOURS, WALLET_DAYS};
pub(in crate::domain) use hours::{promise_hours, release_margin_hours, wallet_days};
pub use no_cashback::NoCashback;
pub use terms::{Hold, OnRefund, Share, Terms};
