//! The table and its client. Every write is conditional: on the item being new, or on nobody having written
//! it since it was read.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use super::conflicts;
use crate::adapters::clients::aws::{Aws, config};
use crate::adapters::clients::items::read;
use crate::adapters::clients::keys::{Item, Key};
use crate::adapters::config::{ConfigError, Environment};
use crate::fault::Fault;

/// The one table.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: aws_sdk_dynamodb::Client,
    pub(super) table: String,
}

/// Whether a conditional write was done. Whoever gets this must say what a lost race means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It was.
    Done,
    /// Somebody else wrote first: read again and decide again.
    Lost,
}

impl Store {
    /// The table that `TABLE_NAME` names.
    ///
    /// # Errors
    /// The variable is not set.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        let table = environment.required("TABLE_NAME")?.to_owned();
        let config = conflicts::with_retries_on_conflict(config!(aws_sdk_dynamodb, "DYNAMODB", aws));
        Ok(Self { client: aws_sdk_dynamodb::Client::from_conf(config.build()), table })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| fault("GetItem", &error))?;
        answer.item.map(read).transpose()
    }

    /// Writes `item` if there is none under its key (`expected` is `None`), or one of that version.
    pub(super) async fn put(&self, item: Item, expected: Option<u64>) -> Result<Written, Fault> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let sent = match expected {
            None => put.condition_expression("attribute_not_exists(pk)").send().await,
            Some(version) => {
                put.condition_expression("version = :version")
                    .expression_attribute_values(":version", number(version))
                    .send()
                    .await
            }
        };
        written("PutItem", sent)
    }
}

/// What the end of a conditional write means.
pub(super) fn written<T, E, R>(operation: &str, sent: Result<T, SdkError<E, R>>) -> Result<Written, Fault>
where
    E: ProvideErrorMetadata,
{
    let Err(error) = sent else { return Ok(Written::Done) };
    match error.as_service_error().and_then(|error| error.code()) {
        Some("ConditionalCheckFailedException") => Ok(Written::Lost),
        Some(_) | None => Err(fault(operation, &error)),
    }
}

pub(super) fn signed(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// What DynamoDB's error means for us. Only its code is told.
pub(super) fn fault<E, R>(operation: &str, error: &SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata,
{
    let code = error.as_service_error().and_then(|error| error.code());
    match code {
        Some("ValidationException" | "ResourceNotFoundException" | "AccessDeniedException") => {
            Fault::Bug(format!("DynamoDB {operation}: {}", code.unwrap_or_default()))
        }
        _ => Fault::Retry(format!("DynamoDB {operation}: {}", code.unwrap_or("no answer"))),
    }
}
