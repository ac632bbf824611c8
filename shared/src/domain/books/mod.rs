//! What finance reads: what the books must show, journals, statements, the match with Stripe. It may use
//! [`stripe`](super::stripe) and what stands below it. Begin with [`ledger`].

mod amounts;
mod balance_sheet;
pub mod entry;
pub mod ledger;
pub mod matching;
pub mod movements;
pub mod settlement;
mod statement;
pub mod thing;
mod totals;

pub use amounts::SignedAmount;
pub use balance_sheet::{Balance, CampaignReport, balances_of};
pub use entry::{Booked, Entry, NoSource, Once, Source};
pub use statement::{InvalidMonth, Month, Statement, StatementDay, StatementLine};
pub use totals::{Flow, Scope, Totals, add_to, merge};

#[cfg(test)]
mod tests;
