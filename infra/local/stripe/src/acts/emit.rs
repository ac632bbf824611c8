//! Producing events, which are kept for thirty days, and planning their deliveries.

use serde_json::{Map, Value, json};

use crate::config::Scope;
use crate::delivery::Delivery;
use crate::events::{API_VERSION, Event, rfc3339};
use crate::state::Act;
use crate::table::Owner;

/// How long an event can be retrieved.
const KEPT_MILLIS: i64 = 30 * 24 * 3600 * 1000;

impl Act<'_> {
    /// Produces a snapshot event of `owner`'s account about `object`.
    pub(crate) fn emit(&mut self, owner: &Owner, kind: &str, object: Value) {
        self.emit_change(owner, kind, object, None);
    }

    /// Produces a snapshot event that says what changed: `before` is the object as it was.
    pub(crate) fn emit_change(&mut self, owner: &Owner, kind: &str, object: Value, before: Option<&Value>) {
        if self.is_lost(kind) {
            return;
        }
        let id = self.state.ids.next("evt");
        let scope = if owner.account.is_some() { Scope::Connect } else { Scope::Account };
        let pending_webhooks = self.plan_deliveries(scope, owner.account.as_deref(), &id);
        let mut data = Map::new();
        if let Some(before) = before {
            data.insert("previous_attributes".to_owned(), previous_attributes(before, &object));
        }
        data.insert("object".to_owned(), object);
        let mut notification = json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": self.state.config.livemode,
            "pending_webhooks": pending_webhooks,
            "request": { "id": self.cause.request, "idempotency_key": self.cause.key },
            "type": kind,
        });
        if let (Some(account), Some(members)) = (&owner.account, notification.as_object_mut()) {
            members.insert("account".to_owned(), json!(account));
        }
        self.keep(owner.clone(), kind, notification, None, pending_webhooks);
    }

    /// Produces a thin event of a platform about its connected account `account`.
    pub(crate) fn emit_thin(&mut self, platform: &Owner, kind: &str, account: &str, data: Option<Value>) {
        if self.is_lost(kind) {
            return;
        }
        let id = self.state.ids.next(if self.state.config.livemode { "evt" } else { "evt_test" });
        let pending_webhooks = self.plan_deliveries(Scope::Thin, Some(account), &id);
        let reason = self.cause.request.as_ref().map(|request| {
            json!({ "type": "request", "request": { "id": request, "idempotency_key": self.cause.key } })
        });
        let notification = json!({
            "id": id,
            "object": "v2.core.event",
            "changes": null,
            "context": null,
            "created": rfc3339(self.now_millis),
            "livemode": self.state.config.livemode,
            "reason": reason,
            "related_object": {
                "id": account, "type": "v2.core.account", "url": format!("/v2/core/accounts/{account}"),
            },
            "type": kind,
        });
        self.keep(platform.clone(), kind, notification, data, pending_webhooks);
    }

    /// Forgets events older than thirty days.
    pub(crate) fn forget_old_events(&mut self) {
        let oldest = self.now_millis - KEPT_MILLIS;
        self.state.events.retain(|event| event.created_millis >= oldest);
    }

    /// Whether this event is one that cannot be generated.
    fn is_lost(&mut self, kind: &str) -> bool {
        let index = self.state.lost_events.iter().position(|lost| lost == kind);
        index.map(|index| self.state.lost_events.remove(index)).is_some()
    }

    fn keep(
        &mut self,
        owner: Owner,
        kind: &str,
        notification: Value,
        data: Option<Value>,
        pending_webhooks: u32,
    ) {
        let id = notification.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let event = Event {
            kind: kind.to_owned(),
            thin: notification.get("object") == Some(&json!("v2.core.event")),
            created_millis: self.now_millis,
            notification,
            data,
            pending_webhooks,
        };
        self.state.events.insert(owner, &id, event);
    }

    /// Plans the deliveries of an event about `account` and returns how many there are. Whoever has left is
    /// none of the platform's accounts any more.
    fn plan_deliveries(&mut self, scope: Scope, account: Option<&str>, event: &str) -> u32 {
        if account.is_some_and(|account| self.state.departed.contains(account)) {
            return 0;
        }
        let urls: Vec<String> =
            self.state.config.endpoints.iter().filter(|e| e.scope == scope).map(|e| e.url.clone()).collect();
        let count = u32::try_from(urls.len()).unwrap_or(u32::MAX);
        for url in urls {
            let delivery =
                Delivery { event: event.to_owned(), url, scope, first_millis: self.now_millis, attempts: 0 };
            self.state.deliveries.plan(self.now_millis, delivery);
        }
        count
    }
}

/// The members of `before` that are different in `after`.
fn previous_attributes(before: &Value, after: &Value) -> Value {
    let changed =
        |(name, old): (&String, &Value)| (after.get(name) != Some(old)).then(|| (name.clone(), old.clone()));
    before.as_object().map(|members| members.iter().filter_map(changed).collect::<Map<_, _>>()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_a_previous_attribute() {
        let (before, after) = (json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3, "c": 4}));
        assert_eq!(previous_attributes(&before, &after), json!({"b": 2}));
    }
}
