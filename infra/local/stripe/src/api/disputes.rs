//! Disputes.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::error::Error;
use crate::params::Params;

/// `GET /v1/disputes/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.disputes.get(&act.owner, &id)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `GET /v1/disputes`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let charge = params.text("charge")?;
    let intent = params.text("payment_intent")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act.state.disputes.newest_first(&act.owner).filter(|dispute| {
            charge.as_ref().is_none_or(|charge| dispute.charge == *charge)
                && intent.as_ref().is_none_or(|intent| dispute.intent == *intent)
        });
        let rows: Vec<Value> = rows.filter_map(|dispute| act.state.render(&dispute.id)).collect();
        page.of("/v1/disputes", rows)
    }))
}
