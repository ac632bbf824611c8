//! What is planned, in the order it comes due.

use std::collections::BTreeMap;

/// Plans for later, by due time and then in the order they were made.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    planned: BTreeMap<(i64, u64), T>,
    made: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { planned: BTreeMap::new(), made: 0 }
    }
}

impl<T: PartialEq> Agenda<T> {
    /// Plans `task` for `at_millis`.
    pub(crate) fn plan(&mut self, at_millis: i64, task: T) {
        self.made += 1;
        self.planned.insert((at_millis, self.made), task);
    }

    /// Forgets every plan of `task`.
    pub(crate) fn cancel(&mut self, task: &T) {
        self.planned.retain(|_, planned| planned != task);
    }

    /// When the next plan comes due.
    pub(crate) fn next_at(&self) -> Option<i64> {
        self.planned.keys().next().map(|(at_millis, _)| *at_millis)
    }

    /// Takes out the next plan that is due at `now_millis`, with the time it was due.
    pub(crate) fn pop_due(&mut self, now_millis: i64) -> Option<(i64, T)> {
        let next = self.planned.first_entry()?;
        let at_millis = next.key().0;
        (at_millis <= now_millis).then(|| (at_millis, next.remove()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_come_out_in_time_order_then_in_order_of_making() {
        let mut agenda = Agenda::default();
        for (at, task) in [(20, "late"), (10, "first"), (10, "second"), (15, "cancelled")] {
            agenda.plan(at, task);
        }
        agenda.cancel(&"cancelled");
        assert_eq!(agenda.pop_due(9), None);
        assert_eq!((agenda.pop_due(20), agenda.pop_due(20)), (Some((10, "first")), Some((10, "second"))));
        assert_eq!(agenda.next_at(), Some(20));
    }
}
