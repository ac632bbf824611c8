//! Application fees: the platform's, read and given back.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::acts::fee;
use crate::error::Error;
use crate::objects::application_fee::render_refund;
use crate::params::Params;

/// `GET /v1/application_fees/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.fees.get(&act.owner, &id)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `GET /v1/application_fees`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let charge = params.text("charge")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act
            .state
            .fees
            .newest_first(&act.owner)
            .filter(|fee| charge.as_ref().is_none_or(|charge| fee.charge == *charge));
        let rows: Vec<Value> = rows.filter_map(|fee| act.state.render(&fee.id)).collect();
        page.of("/v1/application_fees", rows)
    }))
}

/// `POST /v1/application_fees/{id}/refunds`
pub(super) fn refund(id: String, mut params: Params) -> Result<Job, Error> {
    let amount = params.integer_from("amount", 1)?;
    let metadata = params.metadata("metadata")?;
    params.finish()?;
    Ok(Box::new(move |act| fee::refund(act, &id, amount, metadata)))
}

/// `GET /v1/application_fees/{id}/refunds`
pub(super) fn list_refunds(id: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let fee = act.state.fees.get(&act.owner, &id)?;
        let rows = fee.refunds.iter().rev().map(|refund| render_refund(fee, refund)).collect();
        page.of(&format!("/v1/application_fees/{id}/refunds"), rows)
    }))
}
