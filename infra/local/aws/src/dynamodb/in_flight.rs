//! Which items are being written at this moment: where a transaction meets another request, DynamoDB rejects
//! the one that came later.
//!
//! The rules are AWS's
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling>):
//! a write of one item is rejected while a transaction writes that item; a transaction that writes is
//! cancelled while another one writes one of its items; a transaction that reads is cancelled while anything
//! writes one of its items. A request that is rejected was never in anybody's way. Nothing is invented: only
//! requests that are really here at the same time meet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::tables::Touched;

/// The items that requests are at, by table and key. Cloning shares them.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<BTreeMap<String, Writers>>>);

/// Who writes an item.
#[derive(Clone, Copy, Default)]
struct Writers {
    transactions: usize,
    others: usize,
}

/// A request that is here. It is gone when this is dropped.
#[must_use]
pub struct Held {
    in_flight: InFlight,
    keys: Vec<String>,
    is_transaction: bool,
}

/// A request came while another one was at its items.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// A write of one item.
    Write,
    /// A transaction: whether each of its items is taken, in its order.
    Transaction(Vec<bool>),
}

impl InFlight {
    /// Lets a request in, unless it meets another one.
    pub(super) fn arrive(&self, action: &str, touched: &[Touched]) -> Result<Held, Conflict> {
        let keys: Vec<String> = touched.iter().map(|item| name(&item.table, &item.key)).collect();
        let mut here = self.lock();
        let at = |key: &String| here.get(key).copied().unwrap_or_default();
        let in_transaction = |key: &String| at(key).transactions > 0;
        let writes = match action {
            "TransactWriteItems" => {
                let taken: Vec<bool> = keys.iter().map(in_transaction).collect();
                if taken.contains(&true) {
                    return Err(Conflict::Transaction(taken));
                }
                true
            }
            "TransactGetItems" => {
                let taken: Vec<bool> =
                    keys.iter().map(|key| in_transaction(key) || at(key).others > 0).collect();
                if taken.contains(&true) {
                    return Err(Conflict::Transaction(taken));
                }
                false
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                if keys.iter().any(in_transaction) {
                    return Err(Conflict::Write);
                }
                true
            }
            // A batch is not rejected: AWS leaves what it cannot write now for another request.
            "BatchWriteItem" => true,
            _ => false,
        };
        let keys = if writes { keys } else { Vec::new() };
        Ok(self.enter(&mut here, keys, action == "TransactWriteItems"))
    }

    /// Is at an item as a transaction is.
    pub(super) fn hold(&self, table: &str, key: &Value) -> Held {
        self.enter(&mut self.lock(), vec![name(table, key)], true)
    }

    fn enter(&self, here: &mut BTreeMap<String, Writers>, keys: Vec<String>, is_transaction: bool) -> Held {
        for key in &keys {
            let writers = here.entry(key.clone()).or_default();
            let count = if is_transaction { &mut writers.transactions } else { &mut writers.others };
            *count = count.saturating_add(1);
        }
        Held { in_flight: self.clone(), keys, is_transaction }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Writers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(table: &str, key: &Value) -> String {
    format!("{table} {key}")
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut here = self.in_flight.lock();
        for key in &self.keys {
            if let Some(writers) = here.get_mut(key) {
                let count = if self.is_transaction { &mut writers.transactions } else { &mut writers.others };
                *count = count.saturating_sub(1);
                if writers.transactions == 0 && writers.others == 0 {
                    here.remove(key);
                }
            }
        }
    }
}

impl Conflict {
    /// The error as DynamoDB answers it.
    pub(crate) fn body(&self) -> Value {
        const MESSAGE: &str = "Transaction is ongoing for the item";
        let Self::Transaction(taken) = self else {
            let name = "com.amazonaws.dynamodb.v20120810#TransactionConflictException";
            return json!({ "__type": name, "message": MESSAGE });
        };
        let code = |taken: &bool| if *taken { "TransactionConflict" } else { "None" };
        let codes: Vec<&str> = taken.iter().map(code).collect();
        let reason = |taken: &bool| {
            if *taken {
                json!({ "Code": code(taken), "Message": MESSAGE })
            } else {
                json!({ "Code": code(taken) })
            }
        };
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                codes.join(", ")
            ),
            "CancellationReasons": taken.iter().map(reason).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(keys: &str) -> Vec<Touched> {
        let item = |key: char| Touched {
            table: "table".to_owned(),
            key: json!({ "pk": { "S": key.to_string() } }),
            partition: key.to_string(),
        };
        keys.chars().map(item).collect()
    }

    #[test]
    fn who_meets_whom() {
        const TRANSACT: &str = "TransactWriteItems";
        let conflict = |first: &str, second: &str, keys: &str| {
            let here = InFlight::default();
            let Ok(_first) = here.arrive(first, &items("ab")) else { panic!("nobody is here") };
            here.arrive(second, &items(keys)).err()
        };
        let taken = |taken: &[bool]| Some(Conflict::Transaction(taken.to_vec()));
        assert_eq!(conflict(TRANSACT, TRANSACT, "cbd"), taken(&[false, true, false]));
        assert_eq!(conflict(TRANSACT, TRANSACT, "cd"), None);
        assert_eq!(conflict(TRANSACT, "TransactGetItems", "a"), taken(&[true]));
        assert_eq!(conflict("TransactGetItems", TRANSACT, "a"), None);
        for write in ["PutItem", "UpdateItem", "DeleteItem"] {
            assert_eq!(conflict(TRANSACT, write, "a"), Some(Conflict::Write));
            assert_eq!(conflict(TRANSACT, write, "c"), None);
            assert_eq!(conflict(write, TRANSACT, "a"), None);
            assert_eq!(conflict(write, write, "a"), None);
            assert_eq!(conflict(write, "TransactGetItems", "a"), taken(&[true]));
        }
        for read in ["GetItem", "BatchGetItem", "Query"] {
            assert_eq!(conflict(TRANSACT, read, "a"), None);
        }
    }

    #[test]
    fn who_has_left_or_was_rejected_is_in_nobodys_way() {
        let here = InFlight::default();
        let first = here.arrive("TransactWriteItems", &items("a"));
        assert!(here.arrive("TransactWriteItems", &items("ab")).is_err());
        assert!(here.arrive("PutItem", &items("b")).is_ok());
        drop(first);
        assert!(here.arrive("TransactWriteItems", &items("ab")).is_ok());
        assert!(here.lock().is_empty());
    }
}
