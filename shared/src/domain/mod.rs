//! The rules, pure: state and event in, decision out. Time is an argument.

pub mod books;
pub mod campaign;
pub mod cashback;
pub mod checkout;
pub mod decision;
#[cfg(test)]
mod examples;
pub mod ids;
pub mod market;
pub mod merchant;
pub mod money;
pub mod payer;
pub mod posting;
pub mod promise;
pub mod stripe;
pub mod time;
mod unsaid;
