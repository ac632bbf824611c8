//! The service: the tables, their stream, and what the engine asks of them.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use local_wire::{Calls, Clock};
use serde_json::{Value, json};

use super::changes::ChangeLog;
use super::engine::Engine;
use super::error::Error;
use super::in_flight::{Held, InFlight};
use super::lag::Lag;
use super::tables::Tables;
use crate::wire::Recorder;

/// DynamoDB: the `dynoxide` library embedded, in memory or in a file, behind a front that measures and keeps
/// changes.
///
/// Every write passes the front one at a time. It reads the items a write names before and after it, so a
/// change record holds what really was and what really is, whatever the action; a write that changes nothing
/// makes no record, as in AWS. dynoxide's own Streams stay off: with them a write takes longer the more were
/// written before.
///
/// dynoxide knows no conflict of transactions either. The front does: it knows which items are being written
/// (`in_flight`), and rejects what AWS rejects.
///
/// Differences from AWS: there is one shard, in the order of the writes, and no Streams API
/// ([`DynamoDb::changes`] is the stream); nothing throttles; PartiQL, `UpdateTable`, backups and the TTL
/// sweep do not exist; a `ClientRequestToken` lives for ten minutes of the machine's time, not of the
/// stack's. What a failed condition consumes, which dynoxide does not say, is counted from the items' sizes.
///
/// Cloning shares the tables and their stream.
#[derive(Clone)]
pub struct DynamoDb {
    pub(super) clock: Clock,
    pub(super) recorder: Recorder,
    pub(super) engine: Engine,
    tables: Arc<RwLock<Tables>>,
    pub(super) in_flight: InFlight,
    pub(super) lag: Lag,
    /// Who has it is the only one who writes.
    changes: Arc<Mutex<ChangeLog>>,
}

impl DynamoDb {
    /// Opens the database in the file at `path`, or an empty one in memory, on `clock`, recording into
    /// `calls`.
    ///
    /// Next to the file stands `<path>.changes` with what the stream's reader has not acknowledged. A process
    /// that is killed between a write and the record of it loses that record.
    ///
    /// # Errors
    /// One of the two files cannot be read or created.
    pub fn open(path: Option<&Path>, clock: Clock, calls: Calls) -> Result<Self, Error> {
        let engine = Engine::open(path)?;
        let changes = ChangeLog::open(path)?;
        let recorder = Recorder { service: "dynamodb", clock: clock.clone(), calls };
        let (tables, in_flight, lag) = (Arc::default(), InFlight::default(), Lag::default());
        Ok(Self { clock, recorder, engine, tables, in_flight, lag, changes: Arc::new(Mutex::new(changes)) })
    }

    /// The oldest `max` changes to `table` not yet acknowledged, in order, as Lambda receives them in the
    /// `Records` of a DynamoDB event. Empty for a table without a stream.
    pub fn changes(&self, table: &str, max: usize) -> Vec<Value> {
        self.lock().pending(table, max)
    }

    /// Says who reads the changes of `table`, each at its own pace: a change is kept until all of them have
    /// [acknowledged](Self::acknowledge_by) it.
    pub fn set_readers(&self, table: &str, readers: &[&str]) {
        self.lock().set_readers(table, readers);
    }

    /// As [`changes`](Self::changes), those that `reader` has not acknowledged.
    pub fn changes_for(&self, table: &str, reader: &str, max: usize) -> Vec<Value> {
        self.lock().pending_for(table, reader, max)
    }

    /// `reader` needs the changes to `table` up to and including the one with this sequence number no longer.
    pub fn acknowledge_by(&self, table: &str, reader: &str, sequence_number: &str) {
        self.lock().acknowledge_by(table, reader, sequence_number);
    }

    /// Drops the changes to `table` up to and including the one with this sequence number, for all readers.
    pub fn acknowledge(&self, table: &str, sequence_number: &str) {
        self.lock().acknowledge(table, sequence_number);
    }

    /// The item of `table` with this key, both in DynamoDB's JSON (`{"pk": {"S": "…"}}`).
    pub fn item(&self, table: &str, key: Value) -> Option<Value> {
        self.engine.read_item(table, &key)
    }

    /// Is at the item of `table` with this key as a transaction under way is, until what is given is dropped.
    pub fn hold(&self, table: &str, key: Value) -> Held {
        self.in_flight.hold(table, &key)
    }

    /// From now on no index has what was written within so many seconds: a fault for a test to inject. Zero:
    /// none is behind.
    pub fn lag_indexes(&self, seconds: i64) {
        self.lag.set(seconds);
    }

    /// All items of `table` in DynamoDB's JSON, in no particular order; none if there is no such table.
    pub fn scan(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": table });
        loop {
            let Ok(Value::Object(mut page)) = self.engine.run("Scan", request.clone()) else {
                return items;
            };
            if let Some(Value::Array(found)) = page.remove("Items") {
                items.extend(found);
            }
            match (page.remove("LastEvaluatedKey"), &mut request) {
                (Some(last), Value::Object(request)) => request.insert("ExclusiveStartKey".to_owned(), last),
                _ => return items,
            };
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ChangeLog> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn declare(&self, create_table_request: &Value) {
        self.tables.write().unwrap_or_else(PoisonError::into_inner).declare(create_table_request);
    }
}
