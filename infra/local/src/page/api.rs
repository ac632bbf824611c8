//! The way to the HTTP API, as a merchant or as the operator.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use local_wire::calls::Call;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use super::shops::Shop;
use crate::client::Client;
use crate::stack::Stack;

/// The client.
pub(super) struct Api {
    stack: Arc<Stack>,
    client: Client,
    /// The reads of the table and of Stripe that happened because a person looked, by their place in the
    /// record of calls.
    looks: Mutex<BTreeSet<usize>>,
}

impl Api {
    pub(super) fn new(stack: Arc<Stack>) -> Self {
        Self { client: Client::new(stack.gateway_url()), stack, looks: Mutex::default() }
    }

    /// Looks at something of a shop. What the looking itself reads does not count as a call of the system's.
    pub(super) async fn look(&self, shop: &Shop, path: &str) -> Result<Value, Problem> {
        self.look_with(&shop.key, path).await
    }

    /// Looks at something as the operator, in the same way.
    pub(super) async fn look_up(&self, path: &str) -> Result<Value, Problem> {
        self.look_with(&self.stack.operator_token().unwrap_or_default(), path).await
    }

    async fn look_with(&self, token: &str, path: &str) -> Result<Value, Problem> {
        let mark = self.stack.calls().mark();
        let answer = self.call(token, "GET", path, None).await;
        let made = self.stack.calls().since(mark);
        let reads = made.iter().enumerate().filter(|(_, call)| is_read(call));
        let reads = reads.map(|(index, _)| mark.saturating_add(index));
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).extend(reads);
        answer
    }

    /// A request of a shop that changes something.
    pub(super) async fn of_shop(
        &self,
        shop: &Shop,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        self.call(&shop.key, "POST", path, body).await
    }

    /// A request of the operator's.
    pub(super) async fn operate(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        let token = self.stack.operator_token().unwrap_or_default();
        self.call(&token, method, path, body).await
    }

    /// The calls since a time, the oldest first, without those that [`look`](Self::look) made.
    pub(super) fn calls_since(&self, at_millis: i64) -> Vec<Call> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = self.stack.calls().since(0).into_iter().enumerate();
        let others = calls.filter(|(index, call)| call.at_millis >= at_millis && !looks.contains(index));
        others.map(|(_, call)| call).collect()
    }

    async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        let answer = self.client.call(token, method, path, body).await?;
        if (200..300).contains(&answer.status) { Ok(answer.json()) } else { Err(Problem::of(&answer)) }
    }
}

/// An answer of the API as the page reads it.
pub(super) fn read<T: DeserializeOwned>(answer: Value) -> Result<T, Problem> {
    serde_json::from_value(answer)
        .map_err(|error| Problem::internal(format!("The API's answer is not what this page knows: {error}")))
}

fn is_read(call: &Call) -> bool {
    match call.service {
        "dynamodb" => call.write_units_tenths == 0,
        "stripe" => call.operation.starts_with("GET "),
        _ => false,
    }
}
