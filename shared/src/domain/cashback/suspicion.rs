//! Why a person should look at a cashback.

use serde::{Deserialize, Serialize};

/// Why a person should look at a cashback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// One payer, more payments on one day than usual.
    ManyPayments,
    /// One card, more payers than usual.
    ManyPayersOneCard,
    /// One payer, more cards than usual.
    ManyCardsOnePayer,
}

impl Suspicion {
    /// For a person to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::ManyPayments => "one payer made more payments on one day than is usual",
            Self::ManyPayersOneCard => "more payers paid with one card than is usual",
            Self::ManyCardsOnePayer => "one payer paid with more cards than is usual",
        }
    }
}
