//! Who pays, without a name: what they have used of campaigns, their wallet, what they owe. It may use
//! [`market`](super::market), [`posting`](super::posting) and what stands below them. Begin with [`Payer`].

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
