//! The stream: what has changed and has not been acknowledged by everybody who reads it, in memory and, for a
//! file database, next to it.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity::item_bytes;
use super::tables::{Touched, View};
use crate::ids::uuid_of;
use crate::wire::{ACCOUNT, REGION};

/// The label of a table's one stream, a time in AWS.
const STREAM_LABEL: &str = "1970-01-01T00:00:00.000";

/// An item before and after a write; `None` where there was none.
pub(super) struct Images {
    pub(super) old: Option<Value>,
    pub(super) new: Option<Value>,
}

pub(super) struct ChangeLog {
    /// By table, oldest first.
    pending: BTreeMap<String, VecDeque<Change>>,
    /// By table, and by reader: the number of the last change that it has acknowledged.
    read: BTreeMap<String, BTreeMap<String, u64>>,
    /// The number of the newest change ever recorded, over all tables.
    last_number: u64,
    file: Option<File>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    Changed {
        table: String,
        change: Change,
    },
    /// The changes of `table` up to `number` need no longer be kept.
    Acknowledged {
        table: String,
        number: u64,
    },
    /// One reader of `table` has come as far as `number`.
    Read {
        table: String,
        reader: String,
        number: u64,
    },
}

#[derive(Clone, Serialize, Deserialize)]
struct Change {
    number: u64,
    record: Value,
}

impl ChangeLog {
    /// Opens the log of the database at `database`, or an empty one in memory.
    pub(super) fn open(database: Option<&Path>) -> std::io::Result<Self> {
        let mut log = Self { pending: BTreeMap::new(), read: BTreeMap::new(), last_number: 0, file: None };
        let Some(database) = database else { return Ok(log) };
        let mut path = OsString::from(database);
        path.push(".changes");
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut written = String::new();
        file.read_to_string(&mut written)?;
        // A line that cannot be read is the last one of a process that was killed while it wrote.
        for line in written.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            log.replay(line);
        }
        log.file = Some(file);
        log.compact()?;
        Ok(log)
    }

    /// Records a change of an item.
    pub(super) fn record(
        &mut self,
        item: &Touched,
        view: &View,
        images: Images,
        at_seconds: i64,
    ) -> std::io::Result<()> {
        let number = self.last_number + 1;
        let change = Change { number, record: record(item, view, images, number, at_seconds) };
        let line = Line::Changed { table: item.table.clone(), change };
        self.append(&line)?;
        self.replay(line);
        Ok(())
    }

    pub(super) fn pending(&self, table: &str, max: usize) -> Vec<Value> {
        let changes = self.pending.get(table).into_iter().flatten();
        changes.take(max).map(|change| change.record.clone()).collect()
    }

    /// Says who reads the changes of `table`: one is kept until each of them has acknowledged it. A reader
    /// that was known before goes on where it was.
    pub(super) fn set_readers(&mut self, table: &str, readers: &[&str]) {
        let before = self.read.remove(table).unwrap_or_default();
        let position =
            |reader: &&str| ((*reader).to_owned(), before.get(*reader).copied().unwrap_or_default());
        self.read.insert(table.to_owned(), readers.iter().map(position).collect());
    }

    pub(super) fn pending_for(&self, table: &str, reader: &str, max: usize) -> Vec<Value> {
        let read = self.read.get(table).and_then(|readers| readers.get(reader)).copied().unwrap_or_default();
        let changes = self.pending.get(table).into_iter().flatten().filter(|change| change.number > read);
        changes.take(max).map(|change| change.record.clone()).collect()
    }

    pub(super) fn acknowledge_by(&mut self, table: &str, reader: &str, sequence_number: &str) {
        let Some(number) = self.number_upto(table, sequence_number) else { return };
        let (table, reader) = (table.to_owned(), reader.to_owned());
        let line = Line::Read { table: table.clone(), reader, number };
        // What cannot be written is delivered once more after a restart, as a stream may.
        let _ = self.append(&line);
        self.replay(line);
        let by_all = self.read.get(&table).and_then(|readers| readers.values().min()).copied();
        self.drop_upto(&table, by_all.unwrap_or_default());
    }

    pub(super) fn acknowledge(&mut self, table: &str, sequence_number: &str) {
        if let Some(number) = self.number_upto(table, sequence_number) {
            self.drop_upto(table, number);
        }
    }

    fn number_upto(&self, table: &str, sequence_number: &str) -> Option<u64> {
        let upto = self.pending.get(table).into_iter().flatten();
        // Sequence numbers are of one length, so their order is that of the text.
        let upto = upto.take_while(|change| self::sequence_number(change.number).as_str() <= sequence_number);
        upto.last().map(|change| change.number)
    }

    fn drop_upto(&mut self, table: &str, number: u64) {
        let oldest = self.pending.get(table).and_then(|changes| changes.front());
        if oldest.is_none_or(|oldest| oldest.number > number) {
            return;
        }
        let line = Line::Acknowledged { table: table.to_owned(), number };
        // What cannot be written is delivered once more after a restart, as a stream may.
        let _ = self.append(&line);
        self.replay(line);
        if self.pending.values().all(VecDeque::is_empty) {
            let _ = self.compact();
        }
    }

    fn replay(&mut self, line: Line) {
        match line {
            Line::Changed { table, change } => {
                self.last_number = self.last_number.max(change.number);
                self.pending.entry(table).or_default().push_back(change);
            }
            Line::Acknowledged { table, number } => {
                self.last_number = self.last_number.max(number);
                if let Some(changes) = self.pending.get_mut(&table) {
                    while changes.front().is_some_and(|change| change.number <= number) {
                        changes.pop_front();
                    }
                }
            }
            Line::Read { table, reader, number } => {
                self.read.entry(table).or_default().insert(reader, number);
            }
        }
    }

    /// Rewrites the file with what is pending and the newest number, which must not be given twice.
    fn compact(&self) -> std::io::Result<()> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let mut written = written(&Line::Acknowledged { table: String::new(), number: self.last_number })?;
        for (table, readers) in &self.read {
            for (reader, number) in readers {
                let (table, reader) = (table.clone(), reader.clone());
                written += &self::written(&Line::Read { table, reader, number: *number })?;
            }
        }
        for (table, changes) in &self.pending {
            for change in changes {
                written += &self::written(&Line::Changed { table: table.clone(), change: change.clone() })?;
            }
        }
        file.set_len(0)?;
        file.write_all(written.as_bytes())
    }

    fn append(&self, line: &Line) -> std::io::Result<()> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        file.write_all(written(line)?.as_bytes())
    }
}

fn written(line: &Line) -> std::io::Result<String> {
    Ok(serde_json::to_string(line)? + "\n")
}

/// A change as Lambda receives it.
fn record(item: &Touched, view: &View, images: Images, number: u64, at_seconds: i64) -> Value {
    let table = &item.table;
    let event_name = match (&images.old, &images.new) {
        (None, _) => "INSERT",
        (Some(_), Some(_)) => "MODIFY",
        (Some(_), None) => "REMOVE",
    };
    let shown = [
        ("NewImage", images.new.filter(|_| view.shows_new())),
        ("OldImage", images.old.filter(|_| view.shows_old())),
    ];
    let bytes = item_bytes(&item.key)
        + shown.iter().filter_map(|(_, image)| image.as_ref()).map(item_bytes).sum::<usize>();
    let mut change = json!({
        "ApproximateCreationDateTime": at_seconds,
        "Keys": item.key,
        "SequenceNumber": sequence_number(number),
        "SizeBytes": bytes,
        "StreamViewType": view.name(),
    });
    if let Value::Object(change) = &mut change {
        for (name, image) in shown {
            change.extend(image.map(|image| (name.to_owned(), image)));
        }
    }
    json!({
        "eventID": uuid_of(&format!("{table}/{number}/{at_seconds}")).replace('-', ""),
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/{STREAM_LABEL}"),
        "dynamodb": change,
    })
}

/// The number as DynamoDB writes it: 21 digits.
fn sequence_number(number: u64) -> String {
    format!("1{number:020}")
}
