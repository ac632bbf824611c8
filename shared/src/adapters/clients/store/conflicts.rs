//! Transactions that meet. Where two requests are at the same item at the same time and one of them is a
//! transaction, DynamoDB rejects the one that came later; it has done nothing and may be sent again. The SDK
//! knows that of throttling, and not of this.

use std::time::Duration;

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;

use crate::adapters::clients::aws::{retries, timeouts};

/// With the delays below, tries for about three seconds at most.
const TRIES: u32 = 8;

/// A transaction takes a few milliseconds: who waits for another need not wait long. It doubles with every
/// try, and a random part of it is waited.
const FIRST_DELAY: Duration = Duration::from_millis(25);

/// A try may take four seconds when DynamoDB does not answer; all together must fit into a function's own
/// time limit.
const ALL_TRIES: Duration = Duration::from_secs(12);

/// The SDK stops to try again when a process does little else. Its measure is one client that a service
/// throttles; here it is a campaign that is popular for an hour, so there is more of it, and it comes back
/// with time: a hundred a second.
const RETRY_TOKENS: usize = 2_000;

/// `config`, by which also what met a transaction is tried again, after a delay with jitter.
pub(super) fn with_retries_on_conflict(config: Builder) -> Builder {
    let tokens = TokenBucket::builder().capacity(RETRY_TOKENS).refill_rate(100.0).build();
    config
        .retry_config(retries().with_max_attempts(TRIES).with_initial_backoff(FIRST_DELAY))
        .timeout_config(timeouts().to_builder().operation_timeout(ALL_TRIES).build())
        .retry_partition(RetryPartition::custom("table").token_bucket(tokens).build())
        .retry_classifier(Conflicts)
}

/// Tells a request that met a transaction from one whose condition does not hold.
#[derive(Debug)]
struct Conflicts;

impl ClassifyRetry for Conflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.output_or_error().and_then(Result::err);
        let Some(error) = failed.and_then(|error| error.as_operation_error()) else {
            return RetryAction::NoActionIndicated;
        };
        let met_another = if let Some(error) = error.downcast_ref::<TransactWriteItemsError>() {
            matches!(error, TransactWriteItemsError::TransactionCanceledException(canceled)
                if only_met_others(canceled.cancellation_reasons()))
        } else {
            let put = error.downcast_ref::<PutItemError>();
            put.is_some_and(|error| matches!(error, PutItemError::TransactionConflictException(_)))
        };
        if met_another { RetryAction::throttling_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "transactions that meet"
    }
}

/// Whether a transaction was cancelled for nothing that a decision has to be made anew for.
fn only_met_others(reasons: &[CancellationReason]) -> bool {
    let code = |reason: &CancellationReason| reason.code().map(str::to_owned).unwrap_or_default();
    let codes: Vec<String> = reasons.iter().map(code).filter(|code| code != "None").collect();
    let passes = |code: &String| {
        matches!(code.as_str(), "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    };
    !codes.is_empty() && codes.iter().all(passes)
}
