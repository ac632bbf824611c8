//! One-time schedules, one for each bucket of cashbacks.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_scheduler::error::ProvideErrorMetadata as _;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, Target,
};

use super::aws::{Aws, client};
use super::messages::BucketDue;
use crate::adapters::config::{ConfigError, Environment};
use crate::domain::cashback::bucket::Bucket;
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// A schedule in the past may be refused; one this far ahead of the message is usually in the future when it
/// is created.
const SOONEST_SECONDS: i64 = 60;

/// How many buckets are remembered: more than a promise's 48 hours have.
const REMEMBERED: usize = 1000;

/// The schedules of one group, all with the same target.
#[derive(Clone, Debug)]
pub struct Schedules {
    client: aws_sdk_scheduler::Client,
    group: String,
    target: Target,
    /// The buckets that this execution environment has ensured already: most payments need no call at all.
    ensured: Arc<Mutex<BTreeSet<Bucket>>>,
}

impl Schedules {
    /// Reads group, target, role and dead-letter queue.
    ///
    /// # Errors
    /// One of the variables is not set.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        let undelivered =
            DeadLetterConfig::builder().arn(environment.required("UNDELIVERED_QUEUE_ARN")?).build();
        let target = Target::builder()
            .arn(environment.required("RELEASE_FUNCTION_ARN")?)
            .role_arn(environment.required("RELEASE_ROLE_ARN")?)
            .dead_letter_config(undelivered)
            .build()
            .map_err(|error| ConfigError {
                name: "RELEASE_FUNCTION_ARN".to_owned(),
                problem: error.to_string(),
            })?;
        Ok(Self {
            client: client!(aws_sdk_scheduler, "SCHEDULER", aws),
            group: environment.required("RELEASE_SCHEDULE_GROUP")?.to_owned(),
            target,
            ensured: Arc::default(),
        })
    }

    /// Makes sure that `bucket` is released at its end, or soon if that has passed. A schedule that exists is
    /// as good as one that is created.
    ///
    /// # Errors
    /// EventBridge Scheduler did not take it.
    pub async fn ensure(&self, bucket: Bucket, now: Timestamp) -> Result<(), Fault> {
        if self.ensured.lock().unwrap_or_else(PoisonError::into_inner).contains(&bucket) {
            return Ok(());
        }
        let at = bucket.end().max(now.plus_seconds(SOONEST_SECONDS)).to_string();
        let input = serde_json::to_string(&BucketDue { bucket })
            .map_err(|error| Fault::Bug(format!("write a schedule: {error}")))?;
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build();
        let window = window.map_err(|error| Fault::Bug(format!("build a schedule: {error}")))?;
        let mut target = self.target.clone();
        target.input = Some(input);
        let created = self
            .client
            .create_schedule()
            .group_name(&self.group)
            .name(bucket.name())
            .schedule_expression(format!("at({})", at.trim_end_matches('Z')))
            .flexible_time_window(window)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(target)
            .send()
            .await;
        match created {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|error| error.is_conflict_exception()) => {}
            // A message that came again much later asks for a time that has passed: the sweep finds what is
            // due.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_validation_exception()) => {
                tracing::warn!(
                    bucket = bucket.name(),
                    "a schedule was refused; the sweep will find what is due"
                );
                return Ok(());
            }
            Err(error) => {
                let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("no answer");
                return Err(Fault::Retry(format!("Scheduler CreateSchedule: {code}")));
            }
        }
        self.remember(bucket);
        Ok(())
    }

    fn remember(&self, bucket: Bucket) {
        let mut ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        ensured.insert(bucket);
        if ensured.len() > REMEMBERED {
            ensured.pop_first();
        }
    }
}
