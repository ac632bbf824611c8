//! A campaign: who gets how much back, for what, until when, up to which sum, and who pays for it.
//!
//! [`Rule`] is what an operator writes, [`check`](Rule::check) refuses what contradicts itself, and
//! [`evaluate`](Campaign::evaluate) says what one purchase earns, or which rule says no. Nothing here reads
//! or writes: what a payer has used before comes in with the question.

use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;

/// A campaign: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// The market it runs in.
    pub country: Country,
    /// What the operator asked for.
    #[serde(flatten)]
    pub rule: Rule,
    /// Which version of the rule this is, from 1. A checkout keeps the terms of the version it was created
    /// under.
    #[serde(default = "first")]
    pub rule_version: u32,
    /// Whether it makes new promises. What was promised before is kept either way.
    pub paused: bool,
    /// When an operator ended it for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
}

fn first() -> u32 {
    1
}

impl Campaign {
    /// A new campaign.
    pub fn new(country: Country, rule: Rule, now: Timestamp) -> Self {
        Self { country, rule, rule_version: 1, paused: false, ended_at: None, created_at: now, version: 1 }
    }

    /// Where it stands at `now`.
    pub fn status(&self, now: Timestamp) -> &'static str {
        let zone = self.country.time_zone();
        if self.ended_at.is_some() || now >= self.rule.ends_at.instant(&zone) {
            "ended"
        } else if self.paused {
            "paused"
        } else if now < self.rule.starts_at.instant(&zone) {
            "scheduled"
        } else {
            "running"
        }
    }
}
