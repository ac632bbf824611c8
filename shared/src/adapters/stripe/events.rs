//! The list of Stripe's events: what webhooks tell, to be asked for.

use serde_json::Value;

use super::request::{Form, Stripe, StripeError};
use crate::domain::ids::AccountId;
use crate::domain::recovery::Window;
use crate::domain::stripe_event::{LISTED_TYPES, Parsed, StripeEvent, parse_listed};

impl Stripe {
    /// The events of a connected account in `window` that concern us, oldest first. One that cannot be read is left out
    /// and told: its webhook was refused for the same reason, which an alarm has told as well.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn events(&self, account: &AccountId, window: Window) -> Result<Vec<StripeEvent>, StripeError> {
        let mut filter: Form = vec![
            ("created[gte]".to_owned(), window.from.epoch_seconds().to_string()),
            ("created[lt]".to_owned(), window.until.epoch_seconds().to_string()),
        ];
        for (index, kind) in LISTED_TYPES.iter().enumerate() {
            filter.push((format!("types[{index}]"), (*kind).to_owned()));
        }
        let read = |event: &Value| Ok(ours(event, account));
        let events = self.list_as("/v1/events", &filter, Some(account), read).await?;
        Ok(events.into_iter().rev().flatten().collect())
    }
}

fn ours(event: &Value, account: &AccountId) -> Option<StripeEvent> {
    match parse_listed(event, account) {
        Ok(Parsed::Ours(event)) => Some(*event),
        Ok(Parsed::NotOurs { .. }) => None,
        Err(error) => {
            // The metric and its alarm are made from this line.
            tracing::error!(%account, field = error.0, unreadable = 1, "a Stripe event cannot be read");
            None
        }
    }
}
