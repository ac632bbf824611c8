//! payer

mod adjust;
mod identity;
mod lot;
pub mod record;
mod usage;
mod wallet;

pub use identity::{Consent, InvalidPhone, PayerKey, Phone};
pub use lot::Lot;
pub use record::{Adjustment, Payer};
pub use usage::{Tally, Use, Window};

#[cfg(test)]
mod tests;
