//! Where a payer is.

use serde::{Deserialize, Serialize};

/// Where the payer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In the chat.
    Chat,
    /// At the counter.
    Counter,
}
