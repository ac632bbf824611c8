//! Refunds.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::acts::refund;
use crate::error::Error;
use crate::objects::refund::{Wish, render};
use crate::params::Params;
use crate::state::Act;

const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// `POST /v1/refunds`
pub(super) fn create(_: String, mut params: Params) -> Result<Job, Error> {
    let charge = params.text("charge")?;
    let intent = params.text("payment_intent")?;
    let wish = Wish {
        amount: params.integer_from("amount", 1)?,
        metadata: params.metadata("metadata")?,
        reason: params.one_of("reason", &REASONS)?,
        refund_application_fee: params.boolean("refund_application_fee")?.unwrap_or(false),
        instructions_email: params.text("instructions_email")?,
    };
    if params.boolean("reverse_transfer")? == Some(true) {
        return Err(Error::invalid("Cannot reverse transfer on a charge without an associated transfer.")
            .at("reverse_transfer"));
    }
    params.finish()?;
    if charge.is_none() && intent.is_none() {
        let message =
            "One of the following params should be provided for this request: payment_intent or charge.";
        return Err(Error::invalid(message).coded("parameter_missing"));
    }
    Ok(Box::new(move |act| {
        let charge = charge_to_refund(act, charge, intent)?;
        let id = refund::create(act, &charge, wish)?;
        Ok(act.state.render(&id).unwrap_or_default())
    }))
}

/// The charge that is named, or the latest one of the payment intent that is.
fn charge_to_refund(act: &Act<'_>, charge: Option<String>, intent: Option<String>) -> Result<String, Error> {
    let by_intent = |id: String| {
        let intent = act.state.intents.get(&act.owner, &id).map_err(|error| error.at("payment_intent"))?;
        intent.latest_charge.clone().ok_or_else(|| {
            Error::invalid(format!("This PaymentIntent ({id}) does not have a successful charge to refund."))
        })
    };
    let of_intent = intent.map(by_intent).transpose()?;
    let charge = match (charge, of_intent) {
        (Some(charge), Some(other)) if charge != other => {
            return Err(Error::invalid("The charge does not belong to the payment_intent.").at("charge"));
        }
        (charge, of_intent) => charge.or(of_intent).unwrap_or_default(),
    };
    act.state.charges.get(&act.owner, &charge).map_err(|error| error.at("charge"))?;
    Ok(charge)
}

/// `GET /v1/refunds/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| act.state.refunds.get(&act.owner, &id).map(render)))
}

/// `GET /v1/refunds`
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let charge = params.text("charge")?;
    let intent = params.text("payment_intent")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let rows = act.state.refunds.newest_first(&act.owner).filter(|refund| {
            charge.as_ref().is_none_or(|charge| refund.charge == *charge)
                && (intent.is_none() || refund.intent == intent)
        });
        let rows: Vec<Value> = rows.map(render).collect();
        page.of("/v1/refunds", rows)
    }))
}
