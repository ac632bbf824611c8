//! Balance settings, of the platform or of the account that is selected.

use serde_json::Value;

use super::job::Job;
use crate::acts::day;
use crate::error::Error;
use crate::money::is_currency;
use crate::objects::balance_settings::render;
use crate::params::Params;
use crate::state::Act;

/// `GET /v1/balance_settings`
pub(super) fn retrieve(_: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| shown(act)))
}

/// `POST /v1/balance_settings`
pub(super) fn update(_: String, mut params: Params) -> Result<Job, Error> {
    let mut payments = params.object("payments")?;
    let mut payouts = payments.object("payouts")?;
    let mut schedule = payouts.object("schedule")?;
    let interval = schedule.one_of("interval", &["manual", "daily"])?;
    schedule.finish()?;
    let unsets_all = payouts.is_scalar("minimum_balance_by_currency");
    let mut given = payouts.object("minimum_balance_by_currency")?;
    let mut minimum = Vec::new();
    for currency in given.keys() {
        if !is_currency(&currency) {
            let message = format!("Invalid currency: {currency}.");
            return Err(Error::invalid(message).at(given.name(&currency)));
        }
        minimum.push((currency.to_lowercase(), given.emptiable_integer_from(&currency, 0)?));
    }
    given.finish()?;
    payouts.ignore(&["statement_descriptor"]);
    payouts.finish()?;
    payments.ignore(&["debit_negative_balances"]);
    payments.finish()?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let before = shown(act)?;
        let owner = act.owner.clone();
        let settings = act.state.balance_settings.entry(owner.clone()).or_default();
        if let Some(interval) = interval {
            settings.manual = interval == "manual";
        }
        if unsets_all {
            settings.minimum.clear();
        }
        for (currency, least) in minimum {
            match least {
                Some(least) => settings.minimum.insert(currency, least),
                None => settings.minimum.remove(&currency),
            };
        }
        day::plan_payout(act, &owner);
        let after = shown(act)?;
        act.emit_change(&owner, "balance_settings.updated", after.clone(), Some(&before));
        Ok(after)
    }))
}

fn shown(act: &Act<'_>) -> Result<Value, Error> {
    let settings = act.state.balance_settings.get(&act.owner).cloned().unwrap_or_default();
    Ok(render(&settings, act.state.account(&act.owner)?))
}
