//! A business from application to enabled, its keys, and who may apply at all. It may use
//! [`campaign`](super::campaign) and what stands below it. Begin with [`Merchant`]: its life as one `match`.

pub mod api_key;
pub mod rollout;
pub mod state;

pub use state::{AccountReading, Event, Impossible, Merchant, Requirement, State};

#[cfg(test)]
mod tests;
