//! Payouts: made by themselves, read here.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::error::Error;
use crate::objects::payout::render;
use crate::params::Params;

/// `GET /v1/payouts/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.payouts.get(&act.owner, &id).map(|payout| render(payout, &act.state.config))
    }))
}

/// `GET /v1/payouts`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let status = params.text("status")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act
            .state
            .payouts
            .newest_first(&act.owner)
            .filter(|payout| status.as_ref().is_none_or(|status| payout.status.as_str() == status));
        let rows: Vec<Value> = rows.map(|payout| render(payout, &act.state.config)).collect();
        page.of("/v1/payouts", rows)
    }))
}
