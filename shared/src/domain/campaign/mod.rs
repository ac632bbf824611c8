//! Who gets how much back, for what, until when, up to which sum, and whose money it is. It may use
//! [`cashback`](super::cashback) and what stands below it. Begin with [`Rule`]: what an operator writes.
//! `check.rs` says what is refused, `evaluate.rs` what one payment earns, [`offer`] what several campaigns
//! make of it together.

pub mod budget;
mod check;
pub mod dry_run;
mod evaluate;
pub mod offer;
pub mod policy;
pub mod record;
mod rule;
pub mod screening;

pub use evaluate::{Purchase, Verdict};
pub use record::Campaign;
pub use rule::{
    Budget, Cap, Funding, InvalidCategory, InvalidMoment, Limit, MerchantCategory, Moment, Occasion, Reward,
    Rule, Stacking, Tier, VisitScope,
};

#[cfg(test)]
pub(in crate::domain) mod tests;
