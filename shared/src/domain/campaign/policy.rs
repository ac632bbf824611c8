//! What an operator decides for all campaigns of a market at once: stop them, and what to look at twice.

use serde::{Deserialize, Serialize};

use super::screening::Screening;
use crate::domain::market::Country;
use crate::domain::time::Timestamp;

/// A market's policy: one item of the table, beside the market's campaigns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The market.
    pub country: Country,
    /// Set while nothing new is promised and nothing that was promised is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
    /// What is looked at twice.
    #[serde(default, skip_serializing_if = "Screening::is_off")]
    pub screening: Screening,
    /// Counts the changes; every write is conditional on it. Zero: never written.
    pub version: u64,
}

/// Who stopped a market, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Policy {
    /// The policy of a market for which nobody has written one.
    pub fn usual(country: Country) -> Self {
        Self { country, stopped: None, screening: Screening::default(), version: 0 }
    }
}
