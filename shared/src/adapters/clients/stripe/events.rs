//! The list of Stripe's events: what webhooks tell, to be asked for.

use serde_json::Value;

use super::request::{Call, Form, Stripe, StripeError};
use crate::domain::ids::{AccountId, EventId};
use crate::domain::stripe::event::{LISTED_TYPES, Parsed, StripeEvent, parse_listed};
use crate::domain::stripe::object::NotUnderstood;
use crate::domain::stripe::recovery::Window;

impl Stripe {
    /// The events of a connected account in `window` that concern us, oldest first.
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
        let read = |event: &Value| Ok(ours(event, account)?);
        let events = self.list_as("/v1/events", &filter, Some(account), read).await?;
        Ok(events.into_iter().rev().flatten().collect())
    }

    /// An event of a connected account as Stripe has it now; none if it does not concern us. Stripe keeps it
    /// for thirty days (<https://docs.stripe.com/api/events/retrieve>).
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn event(&self, account: &AccountId, id: &EventId) -> Result<Option<StripeEvent>, StripeError> {
        let event = self.send(Call::get(format!("/v1/events/{id}"), Some(account))).await?;
        Ok(ours(&event, account)?)
    }
}

fn ours(event: &Value, account: &AccountId) -> Result<Option<StripeEvent>, NotUnderstood> {
    Ok(match parse_listed(event, account)? {
        Parsed::Ours(event) => Some(*event),
        Parsed::NotOurs { .. } => None,
    })
}
