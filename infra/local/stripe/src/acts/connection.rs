//! The platform's access to connected accounts: merchants take it away and give it again.

use serde_json::json;

use crate::state::{Act, application};

/// The merchant takes the access away
/// (<https://docs.stripe.com/api/events/types#event_types-account.application.deauthorized>).
pub(crate) fn leave(act: &mut Act<'_>, account: &str) {
    let is_there = act.state.accounts.find(account).is_some() && !act.state.departed.contains(account);
    if is_there {
        tell(act, account, "account.application.deauthorized");
        act.state.departed.insert(account.to_owned());
    }
}

/// The merchant gives the access again.
pub(crate) fn come_back(act: &mut Act<'_>, account: &str) {
    if act.state.departed.remove(account) {
        tell(act, account, "account.application.authorized");
    }
}

fn tell(act: &mut Act<'_>, account: &str, kind: &str) {
    let Some(owner) = act.state.owner(account) else { return };
    let Ok(platform) = act.state.platform(&owner.platform) else { return };
    let application = json!({
        "id": application(&platform.id),
        "object": "application",
        "name": platform.shown_name(),
    });
    act.emit(&owner, kind, application);
}
