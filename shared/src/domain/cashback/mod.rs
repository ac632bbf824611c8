//! One cashback from promise to payout, and the refund at Stripe that carries it. It may use
//! [`payer`](super::payer), [`promise`](super::promise) and what stands below them. Begin with `life.rs`: its
//! life as one `match`.

pub mod bucket;
mod event;
mod life;
pub mod refund;
pub mod state;
mod suspicion;
mod waiting;

pub use event::{Event, Rest, Reversal, Standing, WalletReason};
pub use state::Cashback;
pub use suspicion::Suspicion;
pub use waiting::Waiting;

#[cfg(test)]
mod tests;
