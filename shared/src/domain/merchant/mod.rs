//! merchant

pub mod api_key;
pub mod rollout;
pub mod state;

pub use state::{AccountReading, Event, Impossible, Merchant, Requirement, State};

#[cfg(test)]
mod tests;
