//! Balances and balance transactions.

use serde_json::Value;

use super::job::Job;
use super::list::Page;
use crate::balance::{render, render_movement};
use crate::error::Error;
use crate::params::Params;

/// `GET /v1/balance`
pub(super) fn retrieve(_: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| Ok(render(&act.state.books, &act.owner, act.state.config.livemode))))
}

/// `GET /v1/balance_transactions/{id}`
pub(super) fn retrieve_movement(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| act.state.books.movements.get(&act.owner, &id).map(render_movement)))
}

/// `GET /v1/balance_transactions`
pub(super) fn list_movements(_: String, mut params: Params) -> Result<Job, Error> {
    let page = Page::take(&mut params)?;
    let currency = params.text("currency")?;
    let source = params.text("source")?;
    let kind = params.text("type")?;
    let payout = params.text("payout")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let payout = payout.map(|payout| act.state.payouts.get(&act.owner, &payout)).transpose()?;
        let rows = act.state.books.movements.newest_first(&act.owner).filter(|movement| {
            currency.as_ref().is_none_or(|currency| movement.currency == *currency)
                && source.as_ref().is_none_or(|source| movement.source == *source)
                && payout.is_none_or(|payout| payout.covers.contains(&movement.id))
                && kind.as_ref().is_none_or(|kind| movement.kind.as_str() == kind)
        });
        let rows: Vec<Value> = rows.map(render_movement).collect();
        page.of("/v1/balance_transactions", rows)
    }))
}
