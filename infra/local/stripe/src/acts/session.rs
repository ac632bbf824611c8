//! Ending a Checkout Session that nobody paid.

use serde_json::Value;

use crate::objects::session::{Status, render};
use crate::state::{Act, Change};

/// Ends an open session, by request or because its time is up.
pub(crate) fn expire(act: &mut Act<'_>, id: &str) -> Value {
    let Some(session) = act.state.sessions.find_mut(id) else { return Value::Null };
    session.status = Status::Expired;
    let (owner, rendered) = (session.account.clone(), render(session, &act.state.config));
    act.state.changes.cancel(&Change::ExpireSession(id.to_owned()));
    act.emit(&owner, "checkout.session.expired", rendered.clone());
    rendered
}

/// Ends a session whose time is up, unless it was paid.
pub(crate) fn expire_when_due(act: &mut Act<'_>, id: &str) {
    if act.state.sessions.find(id).is_some_and(|(_, session)| session.status == Status::Open) {
        expire(act, id);
    }
}
