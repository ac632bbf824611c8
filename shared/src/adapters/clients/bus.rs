//! The event bus: what happened, for whoever listens.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::aws::{Aws, client};
use crate::adapters::config::{ConfigError, Environment};
use crate::fault::Fault;

/// The source that all events name.
pub const SOURCE: &str = "kembali";

/// EventBridge takes ten events a request.
pub const BATCH: usize = 10;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusEvent {
    /// `checkout.paid`, `cashback.credited`, …
    pub detail_type: String,
    /// JSON.
    pub detail: String,
}

/// A bus.
#[derive(Clone, Debug)]
pub struct Bus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl Bus {
    /// The bus that `EVENT_BUS_NAME` names.
    ///
    /// # Errors
    /// The variable is not set.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        let name = environment.required("EVENT_BUS_NAME")?.to_owned();
        Ok(Self { client: client!(aws_sdk_eventbridge, "EVENTBRIDGE", aws), name })
    }

    /// Puts at most [`BATCH`] events.
    ///
    /// # Errors
    /// The bus did not take all of them. Those it took will be put again; each has an id by which a listener
    /// can tell.
    pub async fn put(&self, events: &[BusEvent]) -> Result<(), Fault> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source(SOURCE)
                .detail_type(&event.detail_type)
                .detail(&event.detail)
                .build()
        });
        let sent = self.client.put_events().set_entries(Some(entries.collect())).send().await;
        let answer = sent.map_err(|_| Fault::Retry("EventBridge PutEvents".to_owned()))?;
        match answer.failed_entry_count() {
            0 => Ok(()),
            failed => Err(Fault::Retry(format!("EventBridge took all but {failed} events"))),
        }
    }
}
