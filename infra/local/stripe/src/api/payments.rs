//! Payment intents and charges: made by paying a session, read here.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::acts::payment;
use crate::error::Error;
use crate::params::Params;

/// `GET /v1/payment_intents/{id}`
pub(super) fn retrieve_intent(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.intents.get(&act.owner, &id)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `POST /v1/payment_intents/{id}/capture`
pub(super) fn capture_intent(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        payment::capture(act, &id)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `POST /v1/payment_intents/{id}/cancel`
pub(super) fn cancel_intent(id: String, mut params: Params) -> Result<Job, Error> {
    params.ignore(&["cancellation_reason"]);
    params.finish()?;
    Ok(Box::new(move |act| {
        payment::cancel(act, &id)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `GET /v1/charges/{id}`, also of the payment that a transfer is on its destination.
pub(super) fn retrieve_charge(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        let received = act.state.transfers.all().any(|transfer| {
            transfer.destination_payment == id
                && act.owner.account.as_ref() == Some(&transfer.wish.destination)
        });
        if !received {
            act.state.charges.get(&act.owner, &id)?;
        }
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// `GET /v1/charges`
pub(super) fn list_charges(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let intent = params.text("payment_intent")?;
    let group = params.text("transfer_group")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act.state.charges.newest_first(&act.owner).filter(|charge| {
            intent.as_ref().is_none_or(|intent| charge.intent == *intent)
                && (group.is_none() || charge.data.transfer_group == group)
        });
        let rows: Vec<Value> = rows.filter_map(|charge| act.state.render(&charge.id)).collect();
        page.of("/v1/charges", rows)
    }))
}
