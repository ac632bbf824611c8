//! Balance transactions, gathered by the thing that they are about.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::books::matching::DayMatch;
use crate::domain::books::thing::{Thing, Transaction};
use crate::domain::time::Timestamp;

/// All that moved about that day for one thing.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) thing: Thing,
    /// Stripe's objects that it consists of: a charge may have two disputes.
    pub(super) sources: BTreeSet<String>,
    pub(super) sum: i64,
    /// Whether any of it moved on the day itself.
    pub(super) is_of_day: bool,
}

/// Gathers `transactions`; what is nothing that we book is counted in `found`, if it is of that day.
pub(super) fn group(
    transactions: Vec<Transaction>,
    (first, after): (Timestamp, Timestamp),
    found: &mut DayMatch,
) -> Vec<Group> {
    let mut groups = BTreeMap::new();
    for Transaction { created, amount, about } in transactions {
        let is_of_day = first <= created && created < after;
        match about {
            Ok(thing) => {
                let name = (thing.kind, thing.subject.clone());
                let empty = Group { thing, sources: BTreeSet::new(), sum: 0, is_of_day: false };
                let source = empty.thing.source.clone();
                let group: &mut Group = groups.entry(name).or_insert(empty);
                group.sources.insert(source);
                group.sum = group.sum.saturating_add(amount);
                group.is_of_day |= is_of_day;
            }
            Err(kind) if is_of_day => found.add_outside(&kind, amount),
            Err(_) => {}
        }
    }
    groups.into_values().collect()
}
