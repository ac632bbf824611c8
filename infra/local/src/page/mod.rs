//! One page for a person: create a checkout, pay it, see its cashback, its books and its calls, and move the
//! clock.
//!
//! What it knows about merchants, campaigns and checkouts it asks the HTTP API, with the keys that everybody
//! else has. Only what a person at the machine could look at or do anyway (clock, queues, calls, Stripe's
//! dashboard) it takes from the [`Stack`](crate::stack::Stack) directly. It is plain HTML that works without
//! scripts; whatever changes something answers with a redirect, so that reloading repeats nothing.

mod answers;
mod api;
mod campaigns;
mod checkout;
mod clock;
mod clock_face;
mod common;
mod events;
mod home;
mod layout;
mod ledger;
mod machine;
mod merchants;
mod payers;
mod problem;
mod refusal;
mod reviews;
mod router;
pub mod seed;
mod shops;
mod zone;

pub use common::Page;
pub use problem::Problem;
pub use shops::Shop;

#[cfg(test)]
mod tests;
