//! The rules, pure: state and event in, decision out. Time is an argument.

pub mod api_key;
pub mod books;
pub mod bucket;
pub mod campaign;
pub mod cashback;
pub mod checkout;
pub mod decision;
#[cfg(test)]
mod examples;
pub mod ids;
pub mod ledger;
pub mod market;
pub mod merchant;
pub mod money;
pub mod new_checkout;
pub mod offer;
pub mod payer;
pub mod payment;
pub mod refund;
pub mod rollout;
pub mod signature;
pub mod stripe_event;
pub mod stripe_object;
pub mod time;
pub mod view;
