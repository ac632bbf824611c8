//! Messages that were given up.

use std::io::Write;

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::{Operator, path};
use super::error::CommandError;
use crate::town::text;

/// What to do with messages that were given up.
#[derive(Clone, Debug, Subcommand)]
pub enum DeadLetters {
    /// Shows what they are about. A message that is looked at is hidden for five seconds.
    List {
        /// Only stripe_events, cashback_due or undelivered.
        queue: Option<String>,
        /// So many messages of each queue.
        #[arg(long, default_value = "10")]
        limit: u8,
    },
    /// Sends all messages of a queue back to be tried again, once what was wrong is mended.
    Redrive {
        /// stripe_events or cashback_due.
        queue: String,
        /// Why, for whoever asks later.
        #[arg(long)]
        reason: String,
    },
    /// Takes all messages of a queue away. What each was about stays in the log.
    Discard {
        /// stripe_events, cashback_due or undelivered.
        queue: String,
        /// Why, for whoever asks later.
        #[arg(long)]
        reason: String,
    },
}

impl Operator {
    pub(super) async fn dead_letters(
        &self,
        what: Option<&DeadLetters>,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        match what {
            None => self.list_dead_letters(None, None, out).await,
            Some(DeadLetters::List { queue, limit }) => {
                self.list_dead_letters(queue.as_deref(), Some(&limit.to_string()), out).await
            }
            Some(DeadLetters::Redrive { queue, reason }) => {
                let messages = self.move_dead_letters(queue, "redrive", reason).await?;
                writeln!(out, "{queue}: {messages} messages go back, to be tried again")?;
                Ok(true)
            }
            Some(DeadLetters::Discard { queue, reason }) => {
                let messages = self.move_dead_letters(queue, "discard", reason).await?;
                writeln!(out, "{queue}: {messages} messages are gone")?;
                Ok(true)
            }
        }
    }

    /// Is content when there are none.
    async fn list_dead_letters(
        &self,
        queue: Option<&str>,
        limit: Option<&str>,
        out: &mut impl Write,
    ) -> Result<bool, CommandError> {
        let at = path("/v1/dead-letters", &[("queue", queue), ("limit", limit)]);
        let list = self.ask("GET", &at).await?.json();
        let queues = list.get("queues").and_then(Value::as_array);
        let mut is_empty = true;
        for queue in queues.ok_or_else(|| CommandError::NotUnderstood(at.clone()))? {
            let waiting = queue.get("waiting").and_then(Value::as_u64);
            let waiting = waiting.ok_or_else(|| CommandError::NotUnderstood(at.clone()))?;
            is_empty &= waiting == 0;
            writeln!(out, "{}: {waiting} messages", text(queue, "/queue"))?;
            for message in queue.get("messages").and_then(Value::as_array).into_iter().flatten() {
                let received = message.get("received").and_then(Value::as_u64).unwrap_or_default();
                let sent_at = text(message, "/sent_at");
                writeln!(out, "  {sent_at} received {received} times: {}", about(message))?;
            }
        }
        Ok(is_empty)
    }

    async fn move_dead_letters(&self, queue: &str, what: &str, reason: &str) -> Result<u64, CommandError> {
        let at = format!("/v1/dead-letters/{queue}/{what}");
        let moved = self.send("POST", &at, Some(&json!({"reason": reason}))).await?.json();
        moved.get("messages").and_then(Value::as_u64).ok_or(CommandError::NotUnderstood(at))
    }
}

/// What a message is about: `stripe_event account acct_1 checkout chk_…`, each name after what it is the name
/// of.
fn about(message: &Value) -> String {
    let named = message.get("about").and_then(Value::as_object).into_iter().flatten();
    let named = named.filter(|(name, _)| *name != "what").map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!(" {name} {value}")
    });
    named.fold(text(message, "/about/what"), |said, one| said + &one)
}
