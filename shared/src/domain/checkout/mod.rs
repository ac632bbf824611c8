//! One payment: the request, the page, the charge, and everything that happens to it since. It may use
//! [`merchant`](super::merchant), [`campaign`](super::campaign) and what stands below them. Begin with
//! [`Checkout`]: its life as one `match`.

pub mod cover;
mod decided;
pub mod disputes;
mod event;
mod funding;
pub mod moves;
pub mod new_checkout;
pub mod order;
mod past;
pub mod payment;
mod refunds;
pub mod review;
pub mod state;
pub mod view;

pub use decided::Decided;
pub use event::{Event, Insight, Refused, Verdict};
pub use state::{Checkout, State};

#[cfg(test)]
mod tests;
