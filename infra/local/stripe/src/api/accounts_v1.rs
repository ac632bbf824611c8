//! Accounts as API v1 shows them.

use serde_json::Value;

use super::auth::connected;
use super::job::Job;
use crate::acts::onboarding;
use crate::error::Error;
use crate::objects::account::{Account, Capability, Configuration};
use crate::objects::account_v1;
use crate::params::Params;

/// `GET /v1/account`
pub(super) fn retrieve_own(_: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| Ok(account_v1::render(act.state.account(&act.owner)?))))
}

/// `GET /v1/accounts/{id}`
pub(super) fn retrieve(id: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        let owner = act.state.owner(&id).filter(|owner| owner.platform == act.owner.platform);
        let owner = owner.ok_or_else(|| Error::missing("account", &id))?;
        if owner.account.is_some() {
            connected(act, &id)?;
        }
        Ok(account_v1::render(act.state.account(&owner)?))
    }))
}

/// `GET /v1/accounts/{id}/capabilities/{name}`
pub(super) fn retrieve_capability(path: String, params: Params) -> Result<Job, Error> {
    params.finish()?;
    Ok(Box::new(move |act| {
        let (id, name) = path.split_once('/').unwrap_or_default();
        capability(connected(act, id)?, name)
    }))
}

/// `POST /v1/accounts/{id}/capabilities/{name}`: the way to request what API v2 does not list.
pub(super) fn request_capability(path: String, mut params: Params) -> Result<Job, Error> {
    let requested = params.boolean("requested")?.ok_or_else(|| Error::param_missing("requested"))?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let (id, name) = path.split_once('/').unwrap_or_default();
        connected(act, id)?;
        if !requested {
            return Err(Error::invalid("The stand-in takes no capability back.").at("requested"));
        }
        onboarding::request(act, id, Capability::requested(Configuration::Merchant, name))?;
        capability(connected(act, id)?, name)
    }))
}

fn capability(account: &Account, name: &str) -> Result<Value, Error> {
    let found = account.capabilities.iter().find(|capability| capability.name == name);
    found
        .and_then(|capability| account_v1::render_capability(account, capability))
        .ok_or_else(|| Error::missing("capability", name))
}
