//! What transactions are made of, and what their end means.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem};

use super::table::{Store, Written, fault, number};
use crate::adapters::clients::keys::Item;
use crate::fault::Fault;

impl Store {
    /// A part of a transaction that writes `item` if there is none under its key (`expected` is `None`), or
    /// one of that version.
    pub(super) fn conditional_put(
        &self,
        item: Item,
        expected: Option<u64>,
    ) -> Result<TransactWriteItem, Fault> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match expected {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("version = :version")
                .expression_attribute_values(":version", number(version)),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
    }
}

/// The version that the table must have when this one is written.
pub(super) fn before(version: u64) -> Option<u64> {
    version.checked_sub(1).filter(|before| *before > 0)
}

pub(super) fn broken(error: aws_sdk_dynamodb::error::BuildError) -> Fault {
    Fault::Bug(format!("build a transaction: {error}"))
}

pub(super) fn cancellation_reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons()
        }
        Some(_) | None => &[],
    }
}

pub(super) fn not_written<R>(error: &SdkError<TransactWriteItemsError, R>) -> Fault {
    let met_another = |reason: &CancellationReason| reason.code() == Some("TransactionConflict");
    if cancellation_reasons(error).iter().any(met_another) {
        Fault::Retry("DynamoDB TransactWriteItems: conflict".to_owned())
    } else {
        fault("TransactWriteItems", error)
    }
}

/// What the end of a transaction means: written, or lost to somebody else, or to be tried again.
pub(super) fn transaction_written<R>(
    sent: Result<(), SdkError<TransactWriteItemsError, R>>,
) -> Result<Written, Fault> {
    let Err(error) = sent else { return Ok(Written::Done) };
    if cancellation_reasons(&error).iter().any(|reason| reason.code() == Some("ConditionalCheckFailed")) {
        Ok(Written::Lost)
    } else {
        Err(not_written(&error))
    }
}
