//! Events: snapshots of API v1 and thin ones of API v2.

use serde_json::{Value, json};

/// The version that snapshots are rendered in, and the only one the stand-in speaks.
pub(crate) const API_VERSION: &str = "2026-10-28.endive";

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) thin: bool,
    pub(crate) created_millis: i64,
    /// What a webhook delivers.
    pub(crate) notification: Value,
    /// What retrieving it adds: `data` of a thin event.
    pub(crate) data: Option<Value>,
    /// Deliveries that have not succeeded yet.
    pub(crate) pending_webhooks: u32,
}

impl Event {
    /// The event as the API answers it.
    pub(crate) fn render(&self) -> Value {
        let mut rendered = self.notification.clone();
        if let Some(members) = rendered.as_object_mut() {
            if !self.thin {
                members.insert("pending_webhooks".to_owned(), json!(self.pending_webhooks));
            }
            if let Some(data) = &self.data {
                members.insert("data".to_owned(), data.clone());
            }
        }
        rendered
    }
}

/// A time as API v2 writes it.
pub(crate) fn rfc3339(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|time| format!("{time:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_api_v2_have_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
    }
}
