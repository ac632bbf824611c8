//! Whether a payment is disputed.

use serde::{Deserialize, Serialize};

/// Whether a payment is disputed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// It never was.
    #[default]
    None,
    /// It is.
    Open,
    /// It was, and the merchant kept the money.
    Won,
    /// It was, and the payer has the money.
    Lost,
}

impl Dispute {
    pub(in crate::domain) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}
