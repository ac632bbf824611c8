//! How an account comes into being, becomes ready and is restricted, with the events of both APIs.

use serde_json::{Value, json};

use super::day;
use crate::error::Error;
use crate::ids::scramble;
use crate::objects::account::{Account, Capability, Link, Profile, Status, Visit};
use crate::objects::{account_v1, account_v2};
use crate::state::Act;

/// How long an account link can be opened.
const LINK_MILLIS: i64 = 5 * 60 * 1000;

/// Creates an account and returns its id.
pub(crate) fn create(act: &mut Act<'_>, profile: Profile, capabilities: Vec<Capability>) -> String {
    let id = act.state.ids.next_of_length("acct", 16);
    let account = Account::new(id.clone(), act.now_millis, profile, capabilities);
    let platform = act.owner.platform();
    act.state.accounts.insert(platform.clone(), &id, account);
    act.emit_thin(&platform, "v2.core.account.created", &id, None);
    id
}

/// Creates an account link and returns its object.
pub(crate) fn create_link(
    act: &mut Act<'_>,
    account: &str,
    refresh_url: String,
    return_url: String,
) -> Result<Value, Error> {
    act.state.accounts.get(&act.owner.platform(), account)?;
    let token = act.state.ids.next("link");
    let token = scramble(&token, 32);
    let link = Link {
        account: account.to_owned(),
        refresh_url,
        return_url,
        expires_millis: act.now_millis + LINK_MILLIS,
        visit: Visit::Fresh,
    };
    let rendered = account_v2::render_link(&act.state.config, &token, &link, act.now_millis);
    act.state.links.insert(token, link);
    Ok(rendered)
}

/// Uses an account link to open its page or to leave it. Opening works once and in time, leaving once; a link
/// that is used up yields the URL that makes a new one. `None`: there is no such link.
pub(crate) fn use_link(act: &mut Act<'_>, token: &str, next: Visit) -> Option<Result<Link, String>> {
    let link = act.state.links.get_mut(token)?;
    let usable = match (link.visit, next) {
        (Visit::Fresh, _) => act.now_millis < link.expires_millis,
        (Visit::Opened, Visit::Left) => true,
        (Visit::Opened, Visit::Fresh | Visit::Opened) | (Visit::Left, _) => false,
    };
    if !usable {
        return Some(Err(link.refresh_url.clone()));
    }
    link.visit = next;
    Some(Ok(link.clone()))
}

/// One more capability is requested. It is active at once when nothing is wanted any more, and pending when
/// the others are.
pub(crate) fn request(act: &mut Act<'_>, id: &str, capability: Capability) -> Result<(), Error> {
    change(act, id, |account| {
        if !account.capabilities.iter().any(|known| known.name == capability.name) {
            let is_pending = account.capabilities.iter().any(|known| known.status == Status::Pending);
            let status = match (account.details_submitted && account.wanted.is_empty(), is_pending) {
                (true, false) => Status::Active,
                (true, true) => Status::Pending,
                (false, _) => Status::Inactive,
            };
            account.capabilities.push(Capability { status, ..capability });
        }
    })
}

/// Onboarding is finished: requested capabilities become active and nothing is wanted any more. Money that
/// could not leave goes with the next payout.
pub(crate) fn complete(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    change(act, id, |account| {
        account.wanted.clear();
        account.details_submitted = true;
        set_all(account, Status::Active);
    })?;
    let owner = act.state.owner(id).unwrap_or_default();
    if act.state.float_minor > 0 {
        let currency = act.state.account(&owner)?.default_currency().to_owned();
        act.state.balance_settings.entry(owner.clone()).or_default().manual = true;
        act.state.books.set(&owner, &currency, act.state.float_minor);
    }
    day::plan_payout(act, &owner);
    Ok(())
}

/// Stripe wants `reason` from the account's holder and turns the capabilities off until it has it.
pub(crate) fn restrict(act: &mut Act<'_>, id: &str, reason: &str) -> Result<(), Error> {
    change(act, id, |account| {
        account.wanted = vec![reason.to_owned()];
        set_all(account, Status::Inactive);
    })
}

/// Stripe has what it wanted and looks at it.
pub(crate) fn pend(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    change(act, id, |account| {
        account.wanted.clear();
        account.details_submitted = true;
        set_all(account, Status::Pending);
    })
}

fn set_all(account: &mut Account, status: Status) {
    account.capabilities.iter_mut().for_each(|capability| capability.status = status);
}

/// Changes an account and produces the events that say so: one for each capability that changed, then the
/// account's.
fn change(act: &mut Act<'_>, id: &str, alter: impl FnOnce(&mut Account)) -> Result<(), Error> {
    let (platform, before) =
        act.state.accounts.find(id).cloned().ok_or_else(|| Error::missing("account", id))?;
    let mut after = before.clone();
    alter(&mut after);
    if let Some(account) = act.state.accounts.find_mut(id) {
        account.clone_from(&after);
    }
    let owner = platform.connected(id);
    for (old, new) in before.capabilities.iter().zip(&after.capabilities).filter(|(old, new)| old != new) {
        let previous = account_v1::render_capability(&before, old);
        if let Some(capability) = account_v1::render_capability(&after, new) {
            act.emit_change(&owner, "capability.updated", capability, previous.as_ref());
        }
        let kind = format!(
            "v2.core.account[configuration.{}].capability_status_updated",
            new.configuration.as_str()
        );
        act.emit_thin(&platform, &kind, id, Some(json!({ "updated_capability": new.name })));
    }
    if before.wanted != after.wanted {
        act.emit_thin(&platform, "v2.core.account[requirements].updated", id, None);
    }
    let previous = account_v1::render(&before);
    act.emit_change(&owner, "account.updated", account_v1::render(&after), Some(&previous));
    Ok(())
}
