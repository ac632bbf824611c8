//! What is kept of a payment about money that moves between the platform and the merchant: cover and funding.

use serde::{Deserialize, Serialize};

use crate::domain::pause;
use crate::domain::time::Timestamp;

/// What is known of the platform's money at the merchant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funding {
    /// How much Stripe has said is there, in minor units; none if attempts may have sent some since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there_minor: Option<i64>,
    /// Since when another amount belongs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_since: Option<Timestamp>,
}

/// How often Stripe has refused to move cover or funding of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    /// How many times. Stripe repeats a refusal to whoever brings the same key, so it is a part of the next
    /// one; it never goes back.
    pub times: u32,
    /// When Stripe is asked again; none if the last one was no refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
}

impl Funding {
    /// Whether there is nothing to know.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Stripe says that `minor` is there.
    pub(super) fn is(minor: i64) -> Self {
        Self { there_minor: Some(minor), wrong_since: None }
    }
}

impl Refusals {
    /// Whether there was none.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// One more.
    pub(super) fn once_more(self, now: Timestamp) -> Self {
        let times = self.times.saturating_add(1);
        Self { times, next_at: Some(now.plus_seconds(pause::after_seconds(times))) }
    }

    /// Stripe has moved what it was asked to move.
    pub(super) fn over(self) -> Self {
        Self { next_at: None, ..self }
    }

    /// When what is due `since` is to be asked for.
    pub(super) fn not_before(self, since: Timestamp) -> Timestamp {
        self.next_at.map_or(since, |next_at| since.max(next_at))
    }
}
