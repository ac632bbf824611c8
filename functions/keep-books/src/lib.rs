//! Keeps the books: the new postings of each change of the table go into the journal, and a day that is over
//! is summed into rows.
//!
//! A batch of changes becomes one page for each market and day, so a payment costs the fraction of a write
//! that its entry is of a page. The stream tells a change at least once: nothing here tries to prevent a
//! second page with the same entry; whoever reads a day counts it once ([`books`](kembali::domain::books)). A
//! change that cannot be read holds up its shard for six hours and is then named in the queue of what was not
//! delivered; until it is mended, a rebuild shows the difference.

mod changes;
mod close;

use aws_lambda_events::event::streams::DynamoDbEventResponse;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::Store;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::fault::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct KeepBooks {
    store: Store,
}

/// What was done.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Done {
    /// Changes were written down; the first that was not is named.
    Kept(DynamoDbEventResponse),
    /// Days were closed.
    Closed(Closed),
}

/// What was closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// How many days.
    pub days: usize,
    /// How many rows were written.
    pub rows: usize,
    /// How many days must be tried again.
    pub failed: usize,
}

impl KeepBooks {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { store: Store::new(&Aws::new(environment)?, environment)? })
    }

    /// Takes a batch of changes, or the hourly event at which days are closed.
    ///
    /// # Errors
    /// The event cannot be read, or no day could be looked at. What goes wrong with a change is in the
    /// report.
    pub async fn handle(&self, event: Value) -> Result<Done, Fault> {
        if event.get("Records").is_some() {
            Ok(Done::Kept(self.keep(read(event)?).await))
        } else {
            self.close(read(event)?).await.map(Done::Closed)
        }
    }
}

fn read<T: DeserializeOwned>(event: Value) -> Result<T, Fault> {
    serde_json::from_value(event).map_err(|_| Fault::Bug("an event cannot be read".to_owned()))
}
