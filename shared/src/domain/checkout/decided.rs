//! What a person decided on a cashback.

use serde::{Deserialize, Serialize};

use super::event::Verdict;
use crate::domain::time::Timestamp;

/// What a person decided on a cashback. It is written with what it changes, in the checkout itself: neither
/// is ever there without the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What.
    pub verdict: Verdict,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
