//! An event's way to an endpoint: what is still to be delivered, and each attempt.

use crate::config::Scope;

/// An event on its way to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) scope: Scope,
    pub(crate) first_millis: i64,
    pub(crate) attempts: u32,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `evt_…`.
    pub event: String,
    /// The event's type: `charge.refunded`.
    pub kind: String,
    /// The endpoint.
    pub url: String,
    /// What it answered; `None`: nothing.
    pub status: Option<u16>,
    /// When, on the stand-in's clock.
    pub at_millis: i64,
    /// 1 for the first attempt.
    pub number: u32,
}

impl Attempt {
    /// Whether the endpoint took the event.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}
