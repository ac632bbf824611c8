//! Accounts and account links of API v2.

use serde_json::{Value, json};

use super::auth::connected;
use super::job::Job;
use crate::acts::onboarding;
use crate::error::Error;
use crate::objects::account::{Capability, Configuration, PAYOUTS, Profile, TRANSFERS};
use crate::objects::account_v2::{INCLUDABLE, render};
use crate::params::Params;

/// What the stand-in knows of and does nothing with.
const IGNORED: [&str; 2] = ["account_token", "contact_phone"];

/// `POST /v2/core/accounts`
pub(super) fn create(_: String, mut params: Params) -> Result<Job, Error> {
    let include = params.each_of("include", &INCLUDABLE)?;
    let profile = profile(&mut params)?;
    let capabilities = capabilities(&mut params)?;
    params.ignore(&IGNORED);
    params.finish()?;
    if !capabilities.is_empty() && profile.country.is_none() {
        return Err(Error::param_missing("identity[country]"));
    }
    Ok(Box::new(move |act| {
        let id = onboarding::create(act, profile, capabilities);
        let account = connected(act, &id)?;
        Ok(render(account, act.state.config.livemode, &include))
    }))
}

/// `POST /v2/core/accounts/{id}`: name, address and metadata only.
pub(super) fn update(id: String, mut params: Params) -> Result<Job, Error> {
    let include = params.each_of("include", &INCLUDABLE)?;
    let display_name = params.text("display_name")?;
    let contact_email = params.text("contact_email")?;
    let metadata = params.metadata("metadata")?;
    params.finish()?;
    Ok(Box::new(move |act| {
        connected(act, &id)?;
        if let Some(account) = act.state.accounts.find_mut(&id) {
            let profile = &mut account.profile;
            profile.display_name = display_name.or_else(|| profile.display_name.take());
            profile.contact_email = contact_email.or_else(|| profile.contact_email.take());
            profile.metadata.extend(metadata);
        }
        act.emit_thin(&act.owner.platform(), "v2.core.account.updated", &id, None);
        let account = connected(act, &id)?;
        Ok(render(account, act.state.config.livemode, &include))
    }))
}

/// `GET /v2/core/accounts/{id}`
pub(super) fn retrieve(id: String, mut params: Params) -> Result<Job, Error> {
    let include = params.each_of("include", &INCLUDABLE)?;
    params.finish()?;
    Ok(Box::new(move |act| {
        let account = connected(act, &id)?;
        Ok(render(account, act.state.config.livemode, &include))
    }))
}

/// `GET /v2/core/accounts`: all of them on one page.
pub(super) fn list(_: String, mut params: Params) -> Result<Job, Error> {
    params.ignore(&["applied_configurations", "closed", "limit"]);
    params.finish()?;
    Ok(Box::new(move |act| {
        let platform = act.owner.platform();
        let accounts = act.state.accounts.newest_first(&platform);
        let data: Vec<Value> =
            accounts.map(|account| render(account, act.state.config.livemode, &[])).collect();
        Ok(json!({ "data": data, "next_page_url": null, "previous_page_url": null }))
    }))
}

/// `POST /v2/core/account_links`
pub(super) fn create_link(_: String, mut params: Params) -> Result<Job, Error> {
    let account = params.required_text("account")?;
    let mut use_case = params.object("use_case")?;
    if use_case.one_of("type", &["account_onboarding"])?.is_none() {
        return Err(Error::param_missing("use_case[type]"));
    }
    let mut onboarding = use_case.object("account_onboarding")?;
    let refresh_url = onboarding.required_text("refresh_url")?;
    let return_url = onboarding.text("return_url")?.unwrap_or_else(|| refresh_url.clone());
    onboarding.ignore(&["collection_options"]);
    onboarding.finish()?;
    use_case.finish()?;
    params.finish()?;
    Ok(Box::new(move |act| {
        connected(act, &account)?;
        onboarding::create_link(act, &account, refresh_url, return_url)
    }))
}

fn profile(params: &mut Params) -> Result<Profile, Error> {
    let mut defaults = params.object("defaults")?;
    let mut responsibilities = defaults.object("responsibilities")?;
    let mut identity = params.object("identity")?;
    let profile = Profile {
        display_name: params.text("display_name")?,
        contact_email: params.text("contact_email")?,
        dashboard: params.one_of("dashboard", &["express", "full", "none"])?,
        country: identity.text("country")?.map(|country| country.to_uppercase()),
        entity_type: identity.text("entity_type")?,
        currency: defaults.text("currency")?.map(|currency| currency.to_lowercase()),
        fees_collector: responsibilities.one_of(
            "fees_collector",
            &["application", "application_custom", "application_express", "stripe"],
        )?,
        losses_collector: responsibilities.one_of("losses_collector", &["application", "stripe"])?,
        metadata: params.metadata("metadata")?,
    };
    responsibilities.finish()?;
    defaults.ignore(&["locales", "profile"]);
    defaults.finish()?;
    identity.ignore(&["attestations", "business_details", "individual"]);
    identity.finish()?;
    Ok(profile)
}

/// The capabilities that are requested. A merchant gets payouts with them.
fn capabilities(params: &mut Params) -> Result<Vec<Capability>, Error> {
    let mut configuration = params.object("configuration")?;
    let mut all = Vec::new();
    if configuration.has("merchant") {
        let mut merchant = configuration.object("merchant")?;
        let mut requested = merchant.object("capabilities")?;
        for name in requested.keys() {
            if name.ends_with("_payments") && is_requested(&mut requested, &name)? {
                all.push(Capability::requested(Configuration::Merchant, &name));
            }
        }
        requested.ignore(&["stripe_balance"]);
        requested.finish()?;
        all.push(Capability::requested(Configuration::Merchant, PAYOUTS));
        merchant.ignore(&["branding", "card_payments", "mcc", "statement_descriptor", "support"]);
        merchant.finish()?;
    }
    let mut recipient = configuration.object("recipient")?;
    let mut requested = recipient.object("capabilities")?;
    let mut balance = requested.object("stripe_balance")?;
    if is_requested(&mut balance, "stripe_transfers")? {
        all.push(Capability::requested(Configuration::Recipient, TRANSFERS));
    }
    balance.finish()?;
    requested.finish()?;
    recipient.finish()?;
    configuration.ignore(&["customer"]);
    configuration.finish()?;
    Ok(all)
}

fn is_requested(capabilities: &mut Params, name: &str) -> Result<bool, Error> {
    let mut capability = capabilities.object(name)?;
    let requested = capability.boolean("requested")?.unwrap_or(false);
    capability.finish()?;
    Ok(requested)
}
