//! What AWS and Stripe do by themselves: delivering webhooks, firing schedules and rules, polling queues and
//! streams. Here it happens when asked for, by the stack's clock, so that it is over when the answer comes.
//!
//! Differences from AWS: a function that fails fails its schedule at once, which is then retried by the
//! schedule's own policy, where AWS counts the invocation as delivered and retries the function twice; a
//! rule's invocation is not retried; a queue's batches are not waited for to fill, and one is processed after
//! the other; a stream's filters are left out, so a function is also told of changes that its filter keeps
//! from it on AWS, and changes are given up after so many attempts, whatever their age.

mod batch;
mod queue;
mod stream;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use local_aws::sqs::MessageAttribute;
use local_stripe::Stripe;
use local_wire::Clock;
use tokio::sync::Mutex;

use crate::aws::Aws;
use crate::functions::Functions;
use crate::names::last_of;
use crate::template::Template;
use queue::Consumer;
use stream::Reader;

/// How often everything is asked for work at one point in time, before this counts as going in circles.
const MAX_ROUNDS: usize = 10_000;

/// How often [`Engine::run`] looks for work.
const TICK: Duration = Duration::from_millis(100);

/// The work at one point in time does not end: something answers each event with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is still work to do after {MAX_ROUNDS} rounds: something goes in circles")]
pub struct Unsettled;

/// Does what is due.
pub struct Engine {
    clock: Clock,
    aws: Aws,
    stripe: Stripe,
    functions: Arc<Functions>,
    consumers: Vec<Consumer>,
    /// The function of each rule.
    rules: BTreeMap<String, String>,
    /// One caller at a time settles: it holds the readers.
    readers: Mutex<Vec<Reader>>,
}

impl Engine {
    /// An engine for what `template` connects.
    pub fn new(
        template: &Template,
        clock: Clock,
        aws: Aws,
        stripe: Stripe,
        functions: Arc<Functions>,
    ) -> Self {
        let mut consumers = Vec::new();
        let mut readers = Vec::new();
        let mut rules = BTreeMap::new();
        for function in &template.functions {
            let triggers = &function.triggers;
            consumers.extend(triggers.queues.iter().map(|trigger| Consumer::new(&function.id, trigger)));
            readers.extend(triggers.streams.iter().map(|trigger| Reader::new(&function.id, trigger)));
            rules.extend(triggers.rates.iter().map(|rate| (rate.name.clone(), function.id.clone())));
        }
        Self { clock, aws, stripe, functions, consumers, rules, readers: Mutex::new(readers) }
    }

    /// Does everything that is due now, and what comes of it, until nothing is left. Answers how much that
    /// was.
    ///
    /// # Errors
    /// It does not end.
    pub async fn settle(&self) -> Result<usize, Unsettled> {
        let mut readers = self.readers.lock().await;
        let mut done = 0;
        for _ in 0..MAX_ROUNDS {
            let round = self.round(&mut readers).await;
            if round == 0 {
                return Ok(done);
            }
            done += round;
        }
        Err(Unsettled)
    }

    /// Lets `seconds` pass, stopping at each moment at which something is due. Answers how much was done.
    ///
    /// # Errors
    /// The work at one of these moments does not end.
    pub async fn advance(&self, seconds: i64) -> Result<usize, Unsettled> {
        let target = self.clock.epoch_seconds().saturating_add(seconds);
        let mut done = self.settle().await?;
        while let Some(next) = self.next_due_seconds().await.filter(|next| *next <= target) {
            self.clock.advance_to(next);
            done += self.settle().await?;
        }
        self.clock.advance_to(target);
        Ok(done + self.settle().await?)
    }

    /// Settles again and again, for as long as it is waited for.
    ///
    /// # Errors
    /// The work at one point in time does not end.
    pub async fn run(&self) -> Result<Infallible, Unsettled> {
        loop {
            self.settle().await?;
            tokio::time::sleep(TICK).await;
        }
    }

    /// The next whole second, after now, at which something is due.
    async fn next_due_seconds(&self) -> Option<i64> {
        let now = self.clock.epoch_millis();
        let readers = self.readers.lock().await;
        let queues = self.consumers.iter().filter_map(|consumer| consumer.next_due_millis(&self.aws.sqs));
        let streams = readers.iter().map(|reader| reader.next_due_millis(&self.aws));
        let others = [
            self.stripe.next_due_millis(),
            self.aws.scheduler.next_due_millis(),
            self.aws.eventbridge.next_due_millis(),
        ];
        let next = others.into_iter().flatten().chain(queues).chain(streams).filter(|due| *due > now).min();
        next.map(|due| due.saturating_add(999).div_euclid(1000))
    }

    /// Asks everything once for work that is due. Answers how much was done.
    async fn round(&self, readers: &mut [Reader]) -> usize {
        let mut done = self.stripe.deliver().await;
        done += self.fire_schedules().await;
        done += self.fire_rules().await;
        for consumer in &self.consumers {
            done += consumer.consume(&self.aws.sqs, &self.functions).await;
        }
        for reader in readers {
            done += reader.read(&self.clock, &self.aws, &self.functions).await;
        }
        done
    }

    async fn fire_schedules(&self) -> usize {
        let scheduler = &self.aws.scheduler;
        let schedules = scheduler.due();
        for due in &schedules {
            let function = last_of(&due.target_arn);
            if self.functions.invoke(function, due.input.clone().into_bytes()).await.is_ok() {
                scheduler.delivered(due);
            } else if let Some(undelivered) = scheduler.failed(due)
                && let Some(queue) = &undelivered.dead_letter_arn
            {
                let attributes = undelivered.attributes.iter();
                let attributes =
                    attributes.map(|(name, value)| (name.clone(), MessageAttribute::string(value)));
                self.aws.sqs.send(last_of(queue), &undelivered.body, attributes.collect());
            }
        }
        schedules.len()
    }

    async fn fire_rules(&self) -> usize {
        let rules = self.aws.eventbridge.due_rules();
        for due in &rules {
            if let Some(function) = self.rules.get(&due.name) {
                // The invocation is on record; a rule does not care how it went.
                let _ = self.functions.invoke(function, due.payload.clone().into_bytes()).await;
            }
            self.aws.eventbridge.fired(due);
        }
        rules.len()
    }
}

#[cfg(test)]
mod tests;
