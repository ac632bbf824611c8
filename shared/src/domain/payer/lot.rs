//! Credit of one day's expiry.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// Credit that was given at one time and expires at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "(i64, i64)", from = "(i64, i64)")]
pub struct Lot {
    /// Until when it can be spent.
    pub expires_at: Timestamp,
    /// What is left of it, in minor units, above zero.
    pub minor: i64,
}

impl From<Lot> for (i64, i64) {
    fn from(lot: Lot) -> Self {
        (lot.expires_at.epoch_seconds(), lot.minor)
    }
}

impl From<(i64, i64)> for Lot {
    fn from((expires_at, minor): (i64, i64)) -> Self {
        Self { expires_at: Timestamp::from_epoch_seconds(expires_at), minor }
    }
}
