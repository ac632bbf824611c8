//! What the end of a transaction means.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;

use super::table::{Written, fault};
use crate::fault::Fault;

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
