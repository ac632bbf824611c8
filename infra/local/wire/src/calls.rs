//! Every call that crosses the wire, in order, with what it consumed: the count behind every claim about
//! cost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// One request that a stand-in answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Which stand-in: `dynamodb`, `sqs`, `scheduler`, `eventbridge`, `stripe`.
    pub service: &'static str,
    /// The API's own name for it: `TransactWriteItems`, `POST /v1/refunds`.
    pub operation: String,
    /// Who asked, of Stripe: the country of the platform whose key the request has. `None` if it is nobody's,
    /// and for other services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// What it was about, for a person to read: a key, a queue, an object's id. Never a body.
    pub subject: String,
    /// The HTTP status answered.
    pub status: u16,
    /// What DynamoDB calls the refusal, of a cancelled transaction its reasons: `ConditionalCheckFailed`,
    /// `TransactionConflict`. `None` when it was served, and for other services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// DynamoDB write request units consumed, in tenths (a unit is 10), zero for other services.
    pub write_units_tenths: u32,
    /// DynamoDB read request units consumed, in tenths (half a unit is 5), zero for other services.
    pub read_units_tenths: u32,
    /// When, on the stack's clock, in milliseconds since the epoch.
    pub at_millis: i64,
}

/// The record. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a call.
    pub fn record(&self, call: Call) {
        self.lock().push(call);
    }

    /// How many calls there are: a mark for [`Self::since`].
    pub fn mark(&self) -> usize {
        self.lock().len()
    }

    /// The calls recorded after `mark`.
    pub fn since(&self, mark: usize) -> Vec<Call> {
        self.lock().get(mark..).unwrap_or_default().to_vec()
    }

    /// The newest `count` calls, oldest first.
    pub fn newest(&self, count: usize) -> Vec<Call> {
        let calls = self.lock();
        calls.get(calls.len().saturating_sub(count)..).unwrap_or_default().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
