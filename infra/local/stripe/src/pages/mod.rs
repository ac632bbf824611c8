//! The hosted pages on the handle, where a person reads and presses: begin with `checkout`.

pub(crate) mod checkout;
mod layout;
pub(crate) mod setup;
