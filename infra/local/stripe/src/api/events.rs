//! Events of the last thirty days.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::error::Error;
use crate::events::Event;
use crate::params::Params;

/// `GET /v1/events/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    retrieve_kind(id, params, false)
}

/// `GET /v2/core/events/{id}`
pub(super) fn retrieve_thin(id: String, params: Params) -> Result<Job, Error> {
    retrieve_kind(id, params, true)
}

fn retrieve_kind(id: String, params: Params, thin: bool) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.forget_old_events();
        match act.state.events.get(&act.owner, &id)? {
            event if event.thin == thin => Ok(event.render()),
            _ => Err(Error::missing("event", &id)),
        }
    }))
}

/// `GET /v1/events`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let kind = params.text("type")?;
    let kinds = params.texts("types")?;
    let delivered = params.boolean("delivery_success")?;
    params.finish()?;
    if kind.is_some() && !kinds.is_empty() {
        return Err(Error::invalid("You may only specify one of these parameters: type, types.").at("types"));
    }
    Ok(Box::new(move |act| {
        act.forget_old_events();
        let rows = act.state.events.newest_first(&act.owner).filter(|event| {
            !event.thin
                && page.wants(event.created_millis.div_euclid(1000))
                && kind.as_ref().is_none_or(|pattern| matches(pattern, event))
                && (kinds.is_empty() || kinds.iter().any(|pattern| matches(pattern, event)))
                && delivered.is_none_or(|delivered| delivered == (event.pending_webhooks == 0))
        });
        let rows: Vec<Value> = rows.map(Event::render).collect();
        page.of("/v1/events", rows)
    }))
}

/// Whether the event's type is `pattern`, in which a last `*` stands for anything.
fn matches(pattern: &str, event: &Event) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => event.kind.starts_with(start),
        None => event.kind == pattern,
    }
}
