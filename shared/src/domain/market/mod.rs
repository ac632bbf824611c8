//! market

mod channel;
mod country;
mod method;
mod tender;

pub use channel::Channel;
pub use country::Country;
pub use method::{Capability, Method};
pub use tender::{CardFunding, Tender};
