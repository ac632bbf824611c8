//! What outsiders remember of a checkout: what they asked for, and what they were told.

use std::collections::BTreeMap;

use kembali_tests::text;
use serde_json::Value;

/// What is remembered of one life.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What the merchant asked for, once it is decided.
    pub body: Option<Value>,
    /// The first answer with a checkout in it.
    pub told: Option<Value>,
    /// When that came.
    pub told_at: i64,
    /// Stripe's page.
    pub session: String,
    /// The merchant's refunds, by their number.
    pub refunds: BTreeMap<u8, RefundAsked>,
    /// The dispute.
    pub dispute: Option<String>,
    /// Whether a request was answered with a failure, or not at all.
    pub met_fault: bool,
    /// What was answered and must never be.
    pub problems: Vec<String>,
}

/// A refund that a merchant asked for.
#[derive(Clone, Debug, Default)]
pub struct RefundAsked {
    /// The request.
    pub body: Value,
    /// When it was asked for the first time.
    pub first_at: i64,
    /// When it was answered for good, and the status.
    pub answered: Option<(i64, u16)>,
}

impl RefundAsked {
    /// How much was asked for; all that is left is at most the price.
    pub fn minor(&self, price: i64) -> i64 {
        match minor(&self.body, "/amount") {
            0 => price,
            minor => minor,
        }
    }
}

impl Memory {
    /// The checkout's id, once it was told.
    pub fn id(&self) -> Option<String> {
        self.told.as_ref().map(|told| text(told, "/id"))
    }
}

/// An amount of the API in minor units; zero where there is none. All currencies here have two decimals.
pub fn minor(value: &Value, pointer: &str) -> i64 {
    text(value, &format!("{pointer}/value")).replace('.', "").parse().unwrap_or_default()
}

/// A list of the API; empty where there is none.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
