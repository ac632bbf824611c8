//! Events that no webhook brought. Every half hour Stripe's list of them is read, account by account, since
//! the last time, and queued where the webhooks are queued: an event that no webhook brought is then an event
//! that came late, and one that a webhook did bring changes nothing a second time.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use futures_util::future::join_all;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::queue::Queue;
use kembali::adapters::clients::store::{Position, Store, Written};
use kembali::adapters::clients::stripe::{Platforms, StripeError};
use kembali::adapters::config::{ConfigError, Environment};
use kembali::domain::ids::EventId;
use kembali::domain::market::Country;
use kembali::domain::stripe::event::{Kind, StripeEvent};
use kembali::domain::stripe::recovery::{SETTLED_SECONDS, Window, next_window};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;
use serde::Serialize;

/// How many accounts are asked for at a time: a part of the hundred requests a second that Stripe takes
/// (<https://docs.stripe.com/rate-limits>).
const AT_ONCE: usize = 8;

/// The means to read Stripe's list.
#[derive(Debug)]
pub(crate) struct Missed {
    store: Store,
    stripe: Platforms,
    events: Queue,
    livemode: bool,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// How many events were queued.
    pub queued: usize,
    /// How many accounts could not be read; the next time tries again from where they are.
    pub failed: usize,
}

impl Missed {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub(crate) fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(aws, environment)?,
            stripe: Platforms::new(environment)?,
            events: Queue::new(aws, environment, "STRIPE_EVENTS_QUEUE_URL")?,
            livemode: environment.parsed("LIVEMODE", str::parse)?,
        })
    }

    /// Queues what Stripe lists and was not read yet.
    ///
    /// # Errors
    /// The table did not answer. What was read until then is written down.
    pub(crate) async fn recover(&self, event: EventBridgeEvent) -> Result<Recovered, Fault> {
        let time = event.time.ok_or_else(|| Fault::Bug("a scheduled event has no time".to_owned()))?;
        let now = Timestamp::from_epoch_seconds(time.timestamp());
        let mut recovered = Recovered::default();
        let mut behind = self.behind(now).await?;
        while !behind.is_empty() {
            let (mut still_behind, mut unread) = (Vec::new(), Vec::new());
            for some in behind.chunks(AT_ONCE) {
                let parts = join_all(some.iter().map(|position| self.read(position, now))).await;
                for (position, part) in some.iter().zip(parts) {
                    match self.queue(position, part).await {
                        Ok((count, next)) => {
                            recovered.queued += count;
                            still_behind.extend(next);
                        }
                        Err(fault) => {
                            tracing::warn!(account = %position.account, fault = %fault, "events not read");
                            unread.push(position.clone());
                        }
                    }
                }
            }
            recovered.failed = unread.len();
            // As long as Stripe answers for some it is asked again for the others: twice in a row one account
            // may be unlucky, and an hour would be over.
            if unread.len() < behind.len() {
                still_behind.append(&mut unread);
            }
            behind = still_behind;
        }
        // The metric of accounts that cannot be read is made from this line.
        tracing::info!(queued = recovered.queued, unread = recovered.failed, "recovered");
        Ok(recovered)
    }

    /// The accounts of all markets with events to read, those that are furthest behind first.
    async fn behind(&self, now: Timestamp) -> Result<Vec<Position>, Fault> {
        let (settled, mut behind) = (now.plus_seconds(-SETTLED_SECONDS), Vec::new());
        for &country in Country::ALL {
            behind.extend(self.store.accounts_behind(country, settled).await?);
        }
        behind.sort_by_key(|position| position.read_until);
        Ok(behind)
    }

    /// The next part of an account's events; none if there is no more.
    async fn read(
        &self,
        position: &Position,
        now: Timestamp,
    ) -> Result<Option<(Window, Vec<StripeEvent>)>, Fault> {
        let Some(window) = next_window(position.read_until, now) else { return Ok(None) };
        let mut events = match self.stripe.of(position.country)?.events(&position.account, window).await {
            Ok(events) => events,
            // Such as an account that has left the platform. Should it come back, it is read from here on.
            Err(StripeError::Refused { code }) => {
                tracing::info!(account = %position.account, code, "Stripe tells no events of this account");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        for event in &events {
            if let Kind::Unreadable { field } = &event.kind {
                // The metric and its alarm are made from this line.
                tracing::error!(event = %event.id, field, unreadable = 1, "a Stripe event cannot be read");
            }
        }
        if window.begins_a_day() {
            events.push(self.account_changed(position, window)?);
        }
        Ok(Some((window, events)))
    }

    /// Queues what was read, and writes down that it was. If the function ends in between, it is read and
    /// queued again. Gives how many events these were, and the account's new position; none if another
    /// invocation has read it.
    async fn queue(
        &self,
        position: &Position,
        part: Result<Option<(Window, Vec<StripeEvent>)>, Fault>,
    ) -> Result<(usize, Option<Position>), Fault> {
        // Where nothing has happened, nothing is written down: the next part begins where this one did.
        let Some((window, events)) = part?.filter(|(_, events)| !events.is_empty()) else {
            return Ok((0, None));
        };
        self.events.send_all(&events).await?;
        let next = match self.store.put_position(position, window).await? {
            Written::Done => Some(Position { read_until: window.until, ..position.clone() }),
            Written::Lost => None,
        };
        Ok((events.len(), next))
    }

    /// Has an account read as a whole. Events of API v2 about it are in no list.
    fn account_changed(&self, position: &Position, window: Window) -> Result<StripeEvent, Fault> {
        let account = position.account.clone();
        let id = EventId::parse(&format!("daily_{account}"));
        Ok(StripeEvent {
            id: id.map_err(|error| Fault::Bug(error.to_string()))?,
            account: Some(account.clone()),
            livemode: self.livemode,
            created: window.until,
            kind: Kind::AccountChanged { account },
            listed: true,
        })
    }
}
