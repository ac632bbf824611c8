//! The rules, pure: state and event in, decision out. Time is an argument.

pub mod api_key;
pub mod books;
pub mod bucket;
pub mod budget;
pub mod campaign;
pub mod cashback;
pub mod checkout;
pub mod decision;
pub mod dry_run;
#[cfg(test)]
mod examples;
pub mod ids;
pub mod ledger;
pub mod market;
pub mod merchant;
pub mod money;
pub mod new_checkout;
pub mod occupied;
pub mod offer;
pub mod order;
pub mod payer;
pub mod payment;
pub mod policy;
pub mod recovery;
pub mod refund;
pub mod review;
pub mod rollout;
pub mod screening;
pub mod settlement;
pub mod signature;
pub mod stripe_event;
pub mod stripe_object;
pub mod tender;
pub mod time;
mod unsaid;
pub mod view;
