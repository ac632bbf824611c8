//! Puts each change of the table on the event bus. What happened is found by comparing the two images of the
//! stream's record, so no event is there without its change. A record that cannot be published holds up its
//! shard for six hours and is then named in the queue of what was not delivered, for a person to publish from
//! the table.

use std::convert::Infallible;

use aws_lambda_events::event::dynamodb::{Event as ChangeEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::bus::{BATCH, Bus, BusEvent};
use kembali::adapters::config::{ConfigError, Environment};
use kembali::domain::checkout::Checkout;
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::decision::changes;
use kembali::domain::ids::MerchantId;
use kembali::domain::market::Country;
use kembali::domain::merchant::Merchant;
use kembali::fault::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version of the events' form. It rises when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct PublishEvents {
    bus: Bus,
}

/// An event's `detail`. It may be put twice; `id` stays the same.
#[derive(Serialize)]
struct Detail<'a, T> {
    version: u32,
    id: String,
    #[serde(flatten)]
    subject: &'a T,
}

#[derive(Serialize)]
struct CheckoutSubject {
    checkout: CheckoutView,
}

#[derive(Serialize)]
struct MerchantSubject {
    merchant: MerchantId,
    country: Country,
    state: &'static str,
}

impl PublishEvents {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { bus: Bus::new(&Aws::new(environment)?, environment)? })
    }

    /// Publishes a batch of changes in their order. The first that cannot be published is reported; the
    /// stream continues there.
    ///
    /// # Errors
    /// Never: what goes wrong is in the report.
    pub async fn handle(&self, batch: ChangeEvent) -> Result<DynamoDbEventResponse, Infallible> {
        let mut response = DynamoDbEventResponse::default();
        for record in batch.records {
            let sequence_number = record.change.sequence_number.clone();
            if let Err(fault) = self.publish(record).await {
                tracing::warn!(sequence_number, fault = %fault, "a change could not be published");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = sequence_number;
                response.batch_item_failures.push(failure);
                break;
            }
        }
        Ok(response)
    }

    async fn publish(&self, record: EventRecord) -> Result<(), Fault> {
        for events in events(record)?.chunks(BATCH) {
            self.bus.put(events).await?;
        }
        Ok(())
    }
}

fn events(record: EventRecord) -> Result<Vec<BusEvent>, Fault> {
    let (old, new) = (record.change.old_image, record.change.new_image);
    let pk = match new.get("pk") {
        Some(serde_dynamo::AttributeValue::S(pk)) => pk.clone(),
        // Nothing of ours is ever removed, and every item has a key.
        Some(_) | None => return Ok(Vec::new()),
    };
    if pk.starts_with("C#") {
        let (before, after): (Option<Checkout>, Checkout) = (image(old)?, read(new)?);
        let subject = CheckoutSubject { checkout: CheckoutView::from(&after).without_words() };
        let names = changes(before.as_ref(), &after);
        names.iter().map(|name| event(name, after.id.as_str(), after.version, &subject)).collect()
    } else if pk.starts_with("M#") {
        let (before, after): (Option<Merchant>, Merchant) = (image(old)?, read(new)?);
        let state = after.state.name();
        if before.is_some_and(|before| before.state.name() == state) {
            return Ok(Vec::new());
        }
        let subject = MerchantSubject { merchant: after.id.clone(), country: after.country, state };
        Ok(vec![event(&format!("merchant.{state}"), after.id.as_str(), after.version, &subject)?])
    } else {
        Ok(Vec::new())
    }
}

fn event<T: Serialize>(name: &str, id: &str, version: u64, subject: &T) -> Result<BusEvent, Fault> {
    let detail = Detail { version: VERSION, id: format!("{id}.{version}.{name}"), subject };
    let detail =
        serde_json::to_string(&detail).map_err(|error| Fault::Bug(format!("write an event: {error}")))?;
    Ok(BusEvent { detail_type: name.to_owned(), detail })
}

fn image<T: DeserializeOwned>(item: serde_dynamo::Item) -> Result<Option<T>, Fault> {
    if item.is_empty() { Ok(None) } else { read(item).map(Some) }
}

fn read<T: DeserializeOwned>(item: serde_dynamo::Item) -> Result<T, Fault> {
    serde_dynamo::from_item(item).map_err(|_| Fault::Bug("a change cannot be read".to_owned()))
}
