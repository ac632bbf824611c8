//! What the front knows of the tables, and which items a request names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The tables declared since the process started: their keys, and whether they have a stream.
#[derive(Default)]
pub(super) struct Tables(BTreeMap<String, Table>);

pub(super) struct Table {
    /// The attributes of the key, that of the partition first.
    key_names: Vec<String>,
    /// What change records show; `None` for a table without a stream.
    pub(super) view: Option<View>,
}

/// A `StreamViewType`.
#[derive(Clone, Debug)]
pub(super) struct View(String);

impl View {
    pub(super) fn name(&self) -> &str {
        &self.0
    }

    pub(super) fn shows_new(&self) -> bool {
        self.0.starts_with("NEW")
    }

    pub(super) fn shows_old(&self) -> bool {
        self.0.contains("OLD")
    }
}

/// An item that a request names.
pub(super) struct Touched {
    pub(super) table: String,
    pub(super) key: Value,
    /// The value of the partition key, for a person to read.
    pub(super) partition: String,
}

impl Tables {
    /// Learns a table from its `CreateTable` request.
    pub(super) fn declare(&mut self, request: &Value) {
        let schema =
            request.get("KeySchema").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let of_type = |wanted: &'static str| {
            schema.iter().filter(move |part| part.get("KeyType").and_then(Value::as_str) == Some(wanted))
        };
        let parts = of_type("HASH").chain(of_type("RANGE"));
        let key_names =
            parts.filter_map(|part| part.get("AttributeName")?.as_str().map(str::to_owned)).collect();
        let stream = request.get("StreamSpecification");
        let view = stream
            .filter(|stream| stream.get("StreamEnabled") != Some(&json!(false)))
            .and_then(|stream| stream.get("StreamViewType")?.as_str())
            .map(|view| View(view.to_owned()));
        self.0.insert(name(request).to_owned(), Table { key_names, view });
    }

    pub(super) fn get(&self, name: &str) -> Option<&Table> {
        self.0.get(name)
    }

    /// The items that a request reads, writes or checks, in its order, as far as their tables are declared.
    pub(super) fn touched(&self, action: &str, request: &Value) -> Vec<Touched> {
        match action {
            "PutItem" | "GetItem" | "UpdateItem" | "DeleteItem" => {
                self.named_in(request).into_iter().collect()
            }
            "TransactWriteItems" | "TransactGetItems" => {
                let actions = request.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
                actions
                    .filter_map(Value::as_object)
                    .flat_map(Map::values)
                    .filter_map(|act| self.named_in(act))
                    .collect()
            }
            "BatchWriteItem" => {
                self.in_batch(request, |entry| entry.as_object().into_iter().flat_map(Map::values).collect())
            }
            "BatchGetItem" => self.in_batch(request, |entry| vec![entry]),
            _ => Vec::new(),
        }
    }

    /// The item named by an action with `TableName` and `Key` or `Item`.
    fn named_in(&self, act: &Value) -> Option<Touched> {
        self.item(name(act), act.get("Key").or(act.get("Item"))?)
    }

    fn in_batch(&self, request: &Value, requests: impl Fn(&Value) -> Vec<&Value>) -> Vec<Touched> {
        let mut touched = Vec::new();
        let tables = request.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
        for (table, entries) in tables {
            let entries = entries.get("Keys").unwrap_or(entries).as_array().into_iter().flatten();
            for named in entries.flat_map(&requests) {
                let attributes = named.get("Key").or(named.get("Item")).unwrap_or(named);
                touched.extend(self.item(table, attributes));
            }
        }
        touched
    }

    fn item(&self, table: &str, attributes: &Value) -> Option<Touched> {
        let mut key = Map::new();
        for name in &self.get(table)?.key_names {
            key.insert(name.clone(), attributes.get(name)?.clone());
        }
        let partition = self.get(table)?.key_names.first().and_then(|name| key.get(name)?.as_object());
        let partition = partition.and_then(|typed| typed.values().next()?.as_str()).unwrap_or_default();
        Some(Touched { table: table.to_owned(), partition: partition.to_owned(), key: Value::Object(key) })
    }
}

/// The table a request names.
pub(super) fn name(request: &Value) -> &str {
    request.get("TableName").and_then(Value::as_str).unwrap_or_default()
}

/// What a request that names no items is about: its table, or its table and index.
pub(super) fn place(request: &Value) -> String {
    match request.get("IndexName").and_then(Value::as_str) {
        Some(index) => format!("{}/{index}", name(request)),
        None => name(request).to_owned(),
    }
}

/// Whether a `CreateTable` request describes the table that `DescribeTable` tells: the same key, and indexes
/// of the same names, keys and projections.
pub(super) fn same_schema(request: &Value, described: &Value) -> bool {
    let table = described.get("Table").unwrap_or(&Value::Null);
    request.get("KeySchema") == table.get("KeySchema") && indexes(request) == indexes(table)
}

fn indexes(table: &Value) -> BTreeMap<String, (Value, Value)> {
    let member = |index: &Value, name: &str| index.get(name).cloned().unwrap_or_default();
    let indexes = table.get("GlobalSecondaryIndexes").and_then(Value::as_array).into_iter().flatten();
    indexes
        .map(|index| {
            let name = member(index, "IndexName").as_str().unwrap_or_default().to_owned();
            (name, (member(index, "KeySchema"), member(index, "Projection")))
        })
        .collect()
}
