//! What the checks see of a checkout.

use serde_json::Value;

use crate::demo::story::Told;
use crate::town::text;

/// A checkout of the story, and how the API shows it now.
pub(super) struct Seen<'a> {
    pub(super) told: &'a Told,
    pub(super) now: &'a Value,
}

/// Whether a refund at Stripe is our cashback.
pub(super) fn is_cashback(refund: &Value) -> bool {
    text(refund, "/metadata/kembali_purpose") == "cashback"
}

pub(super) fn array<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An amount of the API in minor units. All currencies here have two decimals.
pub(super) fn minor(value: &Value, pointer: &str) -> i64 {
    text(value, &format!("{pointer}/value")).replace('.', "").parse().unwrap_or_default()
}
