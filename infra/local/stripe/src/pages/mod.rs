//! The hosted pages: what a person sees and presses.

pub(crate) mod checkout;
mod layout;
pub(crate) mod setup;
