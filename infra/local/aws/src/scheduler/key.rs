//! How a schedule is named.

use super::due::DueSchedule;

/// The group of schedules that name none.
pub(super) const DEFAULT_GROUP: &str = "default";

/// A schedule's name is its own within its group only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) group: String,
    pub(super) name: String,
}

impl Key {
    /// The schedule that is due.
    pub(super) fn of(due: &DueSchedule) -> Self {
        Self { group: due.group.clone(), name: due.name.clone() }
    }
}
