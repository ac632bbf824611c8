//! Indexes that are behind: a fault for a test to inject. AWS gives eventually consistent reads only from a
//! global secondary index, so what was written a moment ago may be missing there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::tables::Touched;

/// How far behind the indexes are. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Lag(Arc<Mutex<Behind>>);

#[derive(Debug, Default)]
struct Behind {
    /// What was written so many seconds ago, or later, is in no index.
    seconds: i64,
    /// Table, key and time, the newest last.
    written: VecDeque<(String, Value, i64)>,
}

impl Lag {
    pub(super) fn set(&self, seconds: i64) {
        let mut behind = self.lock();
        behind.seconds = seconds;
        behind.written.clear();
    }

    /// These items are written now.
    pub(super) fn wrote(&self, touched: &[Touched], now: i64) {
        let mut behind = self.lock();
        if behind.seconds > 0 {
            behind.written.extend(touched.iter().map(|item| (item.table.clone(), item.key.clone(), now)));
        }
    }

    /// Takes out of the answer to a query of an index what is not in the index yet.
    pub(super) fn hide(&self, request: &Value, answer: &mut Value, now: i64) {
        let mut behind = self.lock();
        let seen_until = now - behind.seconds;
        while behind.written.front().is_some_and(|(.., at)| *at < seen_until) {
            behind.written.pop_front();
        }
        if behind.written.is_empty() || request.get("IndexName").is_none() {
            return;
        }
        let table = request.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let is_new = |item: &Value| {
            let is = |(of, key, _): &(String, Value, i64)| {
                of == table
                    && key
                        .as_object()
                        .is_some_and(|key| key.iter().all(|(name, part)| item.get(name) == Some(part)))
            };
            behind.written.iter().any(is)
        };
        if let Some(Value::Array(items)) = answer.get_mut("Items") {
            items.retain(|item| !is_new(item));
            let count = items.len().into();
            if let Some(Value::Number(number)) = answer.get_mut("Count") {
                *number = count;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Behind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_index_lacks_what_was_written_last() {
        let touched = |name: &str| Touched {
            table: "Table".to_owned(),
            key: json!({"pk": {"S": name}}),
            partition: name.to_owned(),
        };
        let lag = Lag::default();
        lag.set(3);
        lag.wrote(&[touched("a")], 100);
        lag.wrote(&[touched("b")], 104);
        let hidden = |request: Value, now| {
            let mut answer = json!({"Items": [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}], "Count": 2});
            lag.hide(&request, &mut answer, now);
            answer["Count"].clone()
        };
        let index = json!({"TableName": "Table", "IndexName": "due"});
        assert_eq!(hidden(json!({"TableName": "Table"}), 104), 2, "the table itself is never behind");
        assert_eq!(hidden(json!({"TableName": "Other", "IndexName": "due"}), 104), 2);
        assert_eq!(hidden(index.clone(), 107), 1);
        assert_eq!(hidden(index, 108), 2);
    }
}
