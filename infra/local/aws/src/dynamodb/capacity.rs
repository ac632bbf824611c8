//! Capacity units, in tenths: what the engine measured, and what AWS bills for conditions that failed.

use dynoxide::{DynoxideError, Item};
use serde_json::Value;

const UNIT_TENTHS: u32 = 10;
/// A write unit pays for this much of an item.
const WRITE_UNIT_BYTES: usize = 1024;

/// Units consumed, in tenths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Units {
    pub(super) write_tenths: u32,
    pub(super) read_tenths: u32,
}

/// Whether an action writes items.
pub(super) fn is_write(action: &str) -> bool {
    matches!(action, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems")
}

/// Whether an action says what it consumes.
pub(super) fn is_measured(action: &str) -> bool {
    is_write(action) || matches!(action, "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems")
}

/// The units in the `ConsumedCapacity` of an answer: one table's, or a list of them.
pub(super) fn measured(action: &str, answer: &Value) -> Units {
    let mut units = Units::default();
    let consumed = match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.as_slice(),
        Some(table) => std::slice::from_ref(table),
        None => &[],
    };
    for table in consumed {
        let tenths = |member: &str| table.get(member).map(tenths_of);
        match (tenths("WriteCapacityUnits"), tenths("ReadCapacityUnits")) {
            // A transaction says which of both it means: one replayed by its token only reads.
            (Some(write), read) => units.add(write, read.unwrap_or_default()),
            (None, Some(read)) => units.add(0, read),
            (None, None) if is_write(action) => units.add(tenths("CapacityUnits").unwrap_or_default(), 0),
            (None, None) => units.add(0, tenths("CapacityUnits").unwrap_or_default()),
        }
    }
    units
}

/// The units of a write whose condition failed: AWS bills it by the items as they stand, twice in a
/// transaction. What it bills for a cancelled transaction it does not publish; this is the price of one that
/// succeeds.
pub(super) fn refused(error: &DynoxideError, items: &[Option<Value>]) -> Units {
    let times = if matches!(error, DynoxideError::ConditionalCheckFailedException(..)) {
        1
    } else if matches!(error, DynoxideError::TransactionCanceledException(..)) {
        2
    } else {
        0
    };
    let once: u32 = items.iter().map(|item| write_units(item.as_ref())).sum();
    Units { write_tenths: once * times * UNIT_TENTHS, read_tenths: 0 }
}

/// The units of a request that met a transaction: what AWS bills for it, it does not publish either. Counted
/// is what the request would have cost.
pub(super) fn conflicting(action: &str, items: &[Option<Value>]) -> Units {
    let once: u32 = items.iter().map(|item| write_units(item.as_ref())).sum();
    match action {
        "TransactWriteItems" => Units { write_tenths: once * 2 * UNIT_TENTHS, read_tenths: 0 },
        action if is_write(action) => Units { write_tenths: once * UNIT_TENTHS, read_tenths: 0 },
        _ => Units { write_tenths: 0, read_tenths: once * 2 * UNIT_TENTHS },
    }
}

fn write_units(item: Option<&Value>) -> u32 {
    u32::try_from(item.map_or(0, item_bytes).div_ceil(WRITE_UNIT_BYTES)).unwrap_or(u32::MAX).max(1)
}

/// The size of an item or a key as DynamoDB counts it.
pub(super) fn item_bytes(item: &Value) -> usize {
    let item: Item = serde_json::from_value(item.clone()).unwrap_or_default();
    dynoxide::types::item_size(&item)
}

/// A number of units with at most one decimal, read from its digits.
fn tenths_of(units: &Value) -> u32 {
    let written = units.to_string();
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let tenth = fraction.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or_default();
    whole.parse::<u32>().map_or(0, |whole| whole.saturating_mul(UNIT_TENTHS).saturating_add(tenth))
}

impl Units {
    fn add(&mut self, write_tenths: u32, read_tenths: u32) {
        self.write_tenths = self.write_tenths.saturating_add(write_tenths);
        self.read_tenths = self.read_tenths.saturating_add(read_tenths);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn units_are_read_to_the_tenth() {
        assert_eq!(
            [json!(1.0), json!(0.5), json!(12), json!(null)].map(|units| tenths_of(&units)),
            [10, 5, 120, 0]
        );
    }
}
