//! campaign

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
