//! Transfers. They are the platform's, whatever account is selected.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::acts::transfer;
use crate::error::Error;
use crate::money::is_currency;
use crate::objects::transfer::{Wish, render};
use crate::params::Params;

/// `POST /v1/transfers`
pub(super) fn create(_: String, mut params: Params) -> Result<Job, Error> {
    let amount = params.integer_from("amount", 1)?.ok_or_else(|| Error::param_missing("amount"))?;
    let wish = Wish {
        amount,
        currency: params.required_text("currency")?.to_lowercase(),
        destination: params.required_text("destination")?,
        description: params.text("description")?,
        transfer_group: params.text("transfer_group")?,
        metadata: params.metadata("metadata")?,
    };
    params.ignore(&["source_type"]);
    params.finish()?;
    if !is_currency(&wish.currency) {
        return Err(Error::invalid(format!("Invalid currency: {}.", wish.currency)).at("currency"));
    }
    Ok(Box::new(move |act| {
        if act.owner.account.is_some() {
            return Err(Error::invalid("Transfers can only be made by the platform in the stand-in."));
        }
        transfer::create(act, wish)
    }))
}

/// `POST /v1/transfers/{id}/reversals`
pub(super) fn reverse(id: String, mut params: Params) -> Result<Job, Error> {
    let amount = params.integer_from("amount", 1)?;
    let metadata = params.metadata("metadata")?;
    params.ignore(&["description", "refund_application_fee"]);
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.transfers.get(&act.owner, &id)?;
        transfer::reverse(act, &id, amount, metadata)
    }))
}

/// `GET /v1/transfers/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        act.state.transfers.get(&act.owner, &id).map(|transfer| render(transfer, &act.state.config))
    }))
}

/// `GET /v1/transfers`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let group = params.text("transfer_group")?;
    let destination = params.text("destination")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act.state.transfers.newest_first(&act.owner).filter(|transfer| {
            (group.is_none() || transfer.wish.transfer_group == group)
                && destination.as_ref().is_none_or(|destination| transfer.wish.destination == *destination)
        });
        let rows: Vec<Value> = rows.map(|transfer| render(transfer, &act.state.config)).collect();
        page.of("/v1/transfers", rows)
    }))
}
