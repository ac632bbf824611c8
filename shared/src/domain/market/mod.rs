//! market

pub mod country;
pub mod tender;

pub use country::{Capability, Country, Method};
