//! The deployed functions: built once, invoked with a payload's bytes, each invocation on record.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use local_functions::Handler;
use local_wire::{Clock, Faults};
use serde::Serialize;

use crate::template::Function;

/// One invocation, for people and tests to look at. Never the payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invocation {
    /// The function's logical id.
    pub function: String,
    /// When it began, on the stack's clock, in milliseconds since the epoch.
    pub at_millis: i64,
    /// The function's error, if it answered with one.
    pub error: Option<String>,
}

impl Invocation {
    /// Whether the function answered without an error.
    pub fn ok(&self) -> bool {
        self.error.is_none()
    }
}

/// All functions of the stack. Each has one execution environment, which lives as long as the stack.
pub struct Functions {
    clock: Clock,
    faults: Faults,
    deployed: BTreeMap<String, Deployed>,
    invocations: Mutex<Vec<Invocation>>,
}

struct Deployed {
    handler: Handler,
    timeout: Duration,
}

impl Functions {
    /// No functions yet. Those that run when `faults` say so end.
    pub fn new(clock: Clock, faults: Faults) -> Self {
        Self { clock, faults, deployed: BTreeMap::new(), invocations: Mutex::default() }
    }

    /// Adds `function`, which `handler` answers for.
    pub fn deploy(&mut self, function: &Function, handler: Handler) {
        let timeout = Duration::from_secs(function.timeout_seconds.into());
        self.deployed.insert(function.id.clone(), Deployed { handler, timeout });
    }

    /// Invokes the function with this logical id, and waits for its answer.
    ///
    /// The invocation goes on when the caller stops waiting, and a panic ends it alone, as on Lambda.
    ///
    /// # Errors
    /// The function's own error, its timeout or its panic, or that there is no such function.
    pub async fn invoke(&self, function: &str, payload: Vec<u8>) -> Result<Vec<u8>, String> {
        let at_millis = self.clock.epoch_millis();
        let answer = match self.deployed.get(function) {
            Some(deployed) => deployed.answer(payload, self.faults.clone()).await,
            None => Err(format!("there is no function {function}")),
        };
        let error = answer.as_ref().err().cloned();
        self.lock().push(Invocation { function: function.to_owned(), at_millis, error });
        answer
    }

    /// Every invocation that has ended, in the order of ending.
    pub fn invocations(&self) -> Vec<Invocation> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Invocation>> {
        self.invocations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deployed {
    async fn answer(&self, payload: Vec<u8>, faults: Faults) -> Result<Vec<u8>, String> {
        let in_time = tokio::time::timeout(self.timeout, (self.handler)(payload));
        let running = tokio::spawn(async move {
            tokio::select! {
                // Listens before the handler makes its first call.
                biased;
                () = faults.crashed() => Ok(Err("Runtime exited with error: exit status 1".to_owned())),
                answer = in_time => answer,
            }
        });
        match running.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(format!("Task timed out after {} seconds", self.timeout.as_secs())),
            Err(_) => Err("the handler panicked".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::template::Triggers;

    /// Invokes `handler` with a timeout of no time at all.
    async fn invoke(handler: Handler) -> (Result<Vec<u8>, String>, Vec<Invocation>) {
        let function = Function {
            id: "Function".to_owned(),
            binary: "function".to_owned(),
            timeout_seconds: 0,
            environment: BTreeMap::new(),
            triggers: Triggers::default(),
        };
        let mut functions = Functions::new(Clock::fixed(1_800_000_000), Faults::default());
        functions.deploy(&function, handler);
        (functions.invoke("Function", b"payload".to_vec()).await, functions.invocations())
    }

    #[tokio::test]
    async fn an_answer_passes_and_is_on_record() {
        let (answer, invocations) = invoke(Arc::new(|payload| Box::pin(async { Ok(payload) }))).await;
        assert_eq!(answer, Ok(b"payload".to_vec()));
        let expected =
            Invocation { function: "Function".to_owned(), at_millis: 1_800_000_000_000, error: None };
        assert_eq!(invocations, [expected]);
    }

    #[tokio::test]
    async fn neither_a_panic_nor_an_endless_wait_leaves_the_invocation() {
        let panicked = Err("the handler panicked".to_owned());
        assert_eq!(invoke(Arc::new(|_| Box::pin(async { panic!("on purpose") }))).await.0, panicked);
        let (answer, invocations) = invoke(Arc::new(|_| Box::pin(std::future::pending()))).await;
        assert_eq!(answer, Err("Task timed out after 0 seconds".to_owned()));
        assert!(!invocations[0].ok());
    }
}
