//! What a test looks at: the table, the calls, and what they cost.

use local_wire::Call;
use serde_json::{Value, json};

use crate::{Town, text};

/// The template's one table.
const TABLE: &str = "Table";

/// Calls that were made, and what they cost.
#[derive(Clone, Debug)]
pub struct Spent(pub Vec<Call>);

impl Spent {
    /// The operations on `service`, in order.
    pub fn on(&self, service: &str) -> Vec<String> {
        self.0.iter().filter(|call| call.service == service).map(|call| call.operation.clone()).collect()
    }

    /// How often `operation` was called on `service`.
    pub fn count(&self, service: &str, operation: &str) -> usize {
        self.on(service).iter().filter(|known| *known == operation).count()
    }

    /// Write units, in tenths.
    pub fn write_tenths(&self) -> u32 {
        self.0.iter().map(|call| call.write_units_tenths).sum()
    }

    /// What the books cost of these write units, in tenths: pages of the journal, days and rows. They are
    /// written for many payments at a time.
    pub fn book_tenths(&self) -> u32 {
        self.0.iter().filter(|call| is_of_books(call)).map(|call| call.write_units_tenths).sum()
    }

    /// What changed Stripe or the table, in order, the books apart: they follow half a minute later.
    pub fn changes(&self) -> Vec<String> {
        let reads = ["GetItem", "BatchGetItem", "Query"];
        let is_change = |call: &&Call| match call.service {
            "dynamodb" => !reads.contains(&call.operation.as_str()),
            "stripe" => !call.operation.starts_with("GET "),
            _ => false,
        };
        let changes = self.0.iter().filter(is_change).filter(|call| !is_of_books(call));
        changes.map(|call| call.operation.clone()).collect()
    }
}

impl Town {
    /// Every item of the table in DynamoDB's JSON, ordered by key.
    pub fn items(&self) -> Vec<Value> {
        let mut items = self.stack.dynamodb().scan(TABLE);
        items.sort_by_key(|item| (text(item, "/pk/S"), text(item, "/sk/S")));
        items
    }

    /// The item under `pk`, in DynamoDB's JSON.
    pub fn item(&self, pk: &str) -> Option<Value> {
        self.stack.dynamodb().item(TABLE, json!({"pk": {"S": pk}, "sk": {"S": "-"}}))
    }

    /// The item of a checkout, or nothing.
    pub fn checkout_item(&self, checkout: &Value) -> Value {
        self.item(&format!("C#{}", text(checkout, "/id"))).unwrap_or_default()
    }

    /// How often a checkout was written.
    pub fn version(&self, checkout: &Value) -> String {
        text(&self.checkout_item(checkout), "/version/N")
    }

    /// What is in the wallets, in minor units, as `SG 125`.
    pub fn wallets(&self) -> Vec<String> {
        let payers = self.items().into_iter().filter(|item| text(item, "/pk/S").starts_with("P#"));
        let balance = |payer: &Value| -> i64 {
            let lots = payer.pointer("/wallet/L").and_then(Value::as_array).cloned().unwrap_or_default();
            lots.iter().filter_map(|lot| text(lot, "/L/1/N").parse::<i64>().ok()).sum()
        };
        payers
            .map(|payer| (text(&payer, "/country/S"), balance(&payer)))
            .filter(|(_, balance)| *balance != 0)
            .map(|(country, balance)| format!("{country} {balance}"))
            .collect()
    }

    /// A mark for [`Self::since`].
    pub fn mark(&self) -> usize {
        self.stack.calls().mark()
    }

    /// The calls since `mark`.
    pub fn since(&self, mark: usize) -> Spent {
        Spent(self.stack.calls().since(mark))
    }

    /// How many messages are in the dead-letter queues.
    pub fn dead_letters(&self) -> usize {
        let queues = ["StripeEventsDlq", "CashbackDueDlq", "UndeliveredDlq"];
        queues.iter().map(|queue| self.stack.sqs().messages(queue).len()).sum()
    }

    /// The names of the events on the bus, oldest first.
    pub fn happened(&self) -> Vec<String> {
        self.stack.eventbridge().events().into_iter().map(|event| event.detail_type).collect()
    }
}

/// Whether a call is about the books (a page of the journal, a day, a row, a match), or about the position up
/// to which an account's events were read: what is written for many payments at a time.
pub fn is_of_books(call: &Call) -> bool {
    ["J#", "D#", "L#", "X#", "A#"].iter().any(|kind| call.subject.starts_with(kind))
}

/// The size of an item as DynamoDB documents it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
pub fn item_bytes(item: &Value) -> usize {
    item.as_object()
        .map_or(0, |fields| fields.iter().map(|(name, value)| name.len() + value_bytes(value)).sum())
}

fn value_bytes(value: &Value) -> usize {
    let Some((kind, inner)) = value.as_object().and_then(|typed| typed.iter().next()) else { return 0 };
    match (kind.as_str(), inner) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(digits)) => digits.trim_start_matches('-').len().div_ceil(2) + 1,
        ("M", Value::Object(fields)) => {
            3 + fields.iter().map(|(name, value)| 1 + name.len() + value_bytes(value)).sum::<usize>()
        }
        ("L", Value::Array(values)) => 3 + values.iter().map(|value| 1 + value_bytes(value)).sum::<usize>(),
        ("SS" | "NS", Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::len).sum(),
        _ => 1,
    }
}
