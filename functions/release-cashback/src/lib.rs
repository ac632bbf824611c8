//! Finds what is due (cashbacks, begun refunds, pages never made, settlements) and queues it. It decides
//! nothing: whether one is paid is decided, by its own state, where it is paid. So finding one twice does no
//! harm.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::keys::{DUE_SHARDS, shard_name, unsettled_shard};
use kembali::adapters::clients::messages::{BucketDue, Due};
use kembali::adapters::clients::queue::Queue;
use kembali::adapters::clients::store::Store;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::domain::checkout::review::Waits;
use kembali::domain::market::Country;
use kembali::domain::promise::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;
use serde::{Deserialize, Serialize};

/// The sweep leaves alone what became due so recently that its own schedule is still at work on it.
const SWEEP_AFTER_SECONDS: i64 = 15 * 60;

/// What wakes the function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Wake {
    /// The schedule of one bucket.
    Bucket(BucketDue),
    /// The half-hourly rule.
    Sweep(Box<EventBridgeEvent>),
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Released {
    /// How many were queued.
    pub queued: usize,
    /// How many are late: due for more than an hour, whatever the campaign promised; or waiting for a person
    /// although the usual promise is over.
    pub late: usize,
}

/// The function and what it keeps between invocations.
#[derive(Debug)]
pub struct ReleaseCashback {
    store: Store,
    due: Queue,
}

impl ReleaseCashback {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let aws = Aws::new(environment)?;
        Ok(Self {
            store: Store::new(&aws, environment)?,
            due: Queue::new(&aws, environment, "CASHBACK_DUE_QUEUE_URL")?,
        })
    }

    /// Queues what is due.
    ///
    /// # Errors
    /// The table or the queue did not answer; the scheduler tries again, and the next sweep finds the rest.
    pub async fn handle(&self, wake: Wake) -> Result<Released, Fault> {
        let mut released = Released::default();
        let mut shards: Vec<String> = (0..DUE_SHARDS).map(shard_name).collect();
        let (from, until) = match wake {
            Wake::Bucket(BucketDue { bucket }) => (bucket.start(), bucket.end()),
            Wake::Sweep(event) => {
                let time =
                    event.time.ok_or_else(|| Fault::Bug("a scheduled event has no time".to_owned()))?;
                let now = Timestamp::from_epoch_seconds(time.timestamp());
                released.late += self.late_in_review(now).await?;
                // What is in trouble has no schedule: its pauses are long, and the sweep ends them.
                shards.extend(Country::ALL.iter().map(|country| unsettled_shard(*country)));
                (Timestamp::from_epoch_seconds(0), now.plus_seconds(-SWEEP_AFTER_SECONDS))
            }
        };
        // An hour after its release a cashback should be with the payer; the campaign's own promise is in its
        // item.
        let late_before = until.plus_seconds(SWEEP_AFTER_SECONDS - i64::from(RELEASE_MARGIN_HOURS) * 3600);
        for shard in &shards {
            let mut start = None;
            loop {
                let page = self.store.due(shard, from, until, start).await?;
                released.late += page.due.iter().filter(|(_, due_at)| *due_at < late_before).count();
                let due: Vec<Due> = page.due.into_iter().map(|(due, _)| due).collect();
                self.due.send_all(&due).await?;
                released.queued += due.len();
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        tracing::info!(queued = released.queued, late = released.late, "released");
        Ok(released)
    }

    /// How many cashbacks still wait for a person although the usual promise is over. They are due to nobody
    /// else.
    async fn late_in_review(&self, now: Timestamp) -> Result<usize, Fault> {
        let paid_before = now.plus_seconds(-i64::from(PROMISE_HOURS) * 3600);
        let mut late = 0_usize;
        for &country in Country::ALL {
            let waiting = self.store.waiting_since_before(country, Waits::InReview, paid_before).await?;
            late = late.saturating_add(waiting);
        }
        Ok(late)
    }
}
