//! payer

mod adjust;
mod identity;
pub mod record;
mod usage;
mod wallet;

pub use identity::{Consent, InvalidPhone, PayerKey, Phone};
pub use record::{Adjustment, Payer};
pub use usage::{Tally, Use, Window};
pub use wallet::Lot;

#[cfg(test)]
mod tests;
