//! Messages that were given up: `GET /v1/dead-letters` shows them, `POST
//! /v1/dead-letters/{queue}/redrive|discard` sends them back or takes them away.

use futures_util::future::try_join_all;
use kembali::adapters::clients::aws::Aws;
use kembali::adapters::config::{ConfigError, Environment};
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::edge::reason::{Reason, actor};
use kembali::adapters::flows::dead_letters::{DeadLetter, DeadLetters};
use kembali::domain::time::Timestamp;
use kembali::fault::{Fault, Kind, Problem};
use serde::Serialize;
use strum::VariantArray;

use crate::about::About;

/// How many messages of a queue are shown when nothing else is asked for, and at most.
const SHOWN: u16 = 10;
const MOST_SHOWN: u16 = 50;
/// How many are taken away by one request.
const MOST_DISCARDED: usize = 500;

/// A dead-letter queue, named after what comes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, VariantArray)]
#[serde(rename_all = "snake_case")]
enum Name {
    StripeEvents,
    CashbackDue,
    Undelivered,
}

/// The dead-letter queues.
#[derive(Debug)]
pub(crate) struct GivenUp {
    queues: [(Name, DeadLetters); 3],
}

#[derive(Serialize)]
struct List {
    queues: Vec<QueueView>,
}

#[derive(Serialize)]
struct QueueView {
    queue: Name,
    waiting: usize,
    messages: Vec<MessageView>,
}

#[derive(Serialize)]
struct MessageView {
    id: String,
    sent_at: Timestamp,
    received: u32,
    about: About,
}

/// What was sent back or taken away.
#[derive(Serialize)]
struct Moved {
    queue: Name,
    messages: usize,
}

impl Name {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let known = Self::VARIANTS.iter().copied().find(|name| name.as_str() == text);
        known.ok_or("There is no such queue. Write `stripe_events`, `cashback_due` or `undelivered`.")
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::StripeEvents => "stripe_events",
            Self::CashbackDue => "cashback_due",
            Self::Undelivered => "undelivered",
        }
    }

    fn about(self, letter: &DeadLetter) -> About {
        match self {
            Self::StripeEvents => About::stripe_event(letter),
            Self::CashbackDue => About::due(letter),
            Self::Undelivered => About::undelivered(letter),
        }
    }
}

impl GivenUp {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing.
    pub(crate) fn new(aws: &Aws, environment: &Environment) -> Result<Self, ConfigError> {
        let queue = |name, variable| Ok((name, DeadLetters::new(aws, environment, variable)?));
        Ok(Self {
            queues: [
                queue(Name::StripeEvents, "STRIPE_EVENTS_DLQ_URL")?,
                queue(Name::CashbackDue, "CASHBACK_DUE_DLQ_URL")?,
                queue(Name::Undelivered, "UNDELIVERED_DLQ_URL")?,
            ],
        })
    }

    /// Every queue, or the one that is asked for, with the first messages in it.
    pub(crate) async fn list(&self, request: &Request) -> Answer {
        let only = request.query("queue", Name::parse)?;
        let limit = usize::from(request.limit(SHOWN, MOST_SHOWN)?);
        let asked = self.queues.iter().filter(|(name, _)| only.is_none_or(|only| only == *name));
        let queues = try_join_all(asked.map(|(name, letters)| view(*name, letters, limit))).await?;
        json(200, &List { queues })
    }

    /// Sends everything back to the queue that it was given up in: to be tried again once what was wrong is
    /// mended.
    pub(crate) async fn redrive(&self, request: &Request) -> Answer {
        let (name, letters) = self.queue(request)?;
        let reason = request.json::<Reason>()?.checked()?;
        if name == Name::Undelivered {
            return Err(nowhere_to_go().into());
        }
        let actor = actor(request)?;
        let messages = letters.count().await?;
        letters.send_back().await?;
        tracing::warn!(queue = name.as_str(), messages, actor, reason, "dead letters sent back");
        json(200, &Moved { queue: name, messages })
    }

    /// Takes everything away. Each message leaves a line in the log; none goes that was not looked at.
    pub(crate) async fn discard(&self, request: &Request) -> Answer {
        let (name, letters) = self.queue(request)?;
        let reason = request.json::<Reason>()?.checked()?;
        let (actor, queue) = (actor(request)?, name.as_str());
        let mut messages = 0_usize;
        while messages < MOST_DISCARDED {
            let some = letters.look(SHOWN.into()).await?;
            if some.is_empty() {
                break;
            }
            for letter in &some {
                let about = name.about(letter);
                tracing::warn!(queue, message = letter.id, ?about, actor, reason, "dead letter taken away");
            }
            letters.take_away(&some).await?;
            messages = messages.saturating_add(some.len());
        }
        json(200, &Moved { queue: name, messages })
    }

    fn queue(&self, request: &Request) -> Result<(Name, &DeadLetters), Fault> {
        let asked = request.path("queue", Name::parse)?;
        let known = self.queues.iter().find(|(name, _)| *name == asked);
        known
            .map(|(name, letters)| (*name, letters))
            .ok_or_else(|| Fault::Bug("a queue is missing".to_owned()))
    }
}

async fn view(name: Name, letters: &DeadLetters, limit: usize) -> Result<QueueView, Fault> {
    let waiting = letters.count().await?;
    let messages = letters.look(limit).await?.into_iter().map(|letter| MessageView {
        about: name.about(&letter),
        id: letter.id,
        sent_at: letter.sent_at,
        received: letter.received,
    });
    let messages: Vec<MessageView> = messages.collect();
    Ok(QueueView { queue: name, waiting: waiting.max(messages.len()), messages })
}

/// What a schedule or the stream could not deliver came from no queue.
fn nowhere_to_go() -> Problem {
    Problem::new(Kind::WrongState, "What was not delivered came from no queue that it could go back to.").next(
        "The sweep finds within half an hour what a schedule did not tell: look at the cashbacks, then discard. Changes \
         of the table are not told again: see with `verify-books` what the books lack of them, then discard.",
    )
}
