//! Who asks, and for which account.

use axum::http::{HeaderMap, header};
use data_encoding::BASE64;

use crate::error::Error;
use crate::objects::account::Account;
use crate::state::{Act, State};
use crate::table::Owner;

/// Checks the API key and returns the account that `Stripe-Account` selects.
pub(super) fn owner(state: &State, headers: &HeaderMap) -> Result<Owner, Error> {
    let key = presented_key(headers).ok_or_else(no_key)?;
    let platform = state.owner_of_key(&key).ok_or_else(|| {
        Error::invalid(format!("Invalid API Key provided: {}", redacted(&key))).with_status(401)
    })?;
    let account = headers.get("stripe-account").or_else(|| headers.get("stripe-context"));
    let Some(account) =
        account.and_then(|account| account.to_str().ok()).filter(|account| !account.is_empty())
    else {
        return Ok(platform);
    };
    let owner = state.owner(account).filter(|owner| owner.platform == platform.platform);
    let owner = owner.filter(|_| !state.departed.contains(account));
    owner.ok_or_else(|| Error::no_access(&redacted(&key), account))
}

/// The country of the platform whose key is presented.
pub(super) fn caller(state: &State, headers: &HeaderMap) -> Option<String> {
    let owner = state.owner_of_key(&presented_key(headers)?)?;
    state.account(&owner).ok()?.profile.country.clone()
}

/// The key of `Bearer sk_…`, or the user name of HTTP Basic.
fn presented_key(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    let decoded =
        scheme.eq_ignore_ascii_case("basic").then(|| BASE64.decode(credentials.trim().as_bytes()).ok())??;
    let decoded = String::from_utf8(decoded).ok()?;
    Some(decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user).to_owned())
}

fn no_key() -> Error {
    let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                   Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
                   https://stripe.com/docs/api#authentication for details, or we can help at \
                   https://support.stripe.com/.";
    Error::invalid(message).with_status(401)
}

/// The connected account `id` that a path names, unless it has left the platform.
pub(super) fn connected<'a>(act: &'a Act<'_>, id: &str) -> Result<&'a Account, Error> {
    if act.state.departed.contains(id) {
        return Err(Error::no_access("sk_********", id));
    }
    act.state.accounts.get(&act.owner.platform(), id)
}

/// A key as Stripe shows it in errors: its kind and its last four characters.
fn redacted(key: &str) -> String {
    let shown = key.chars().rev().take(4).collect::<Vec<_>>();
    let kind: String = key.chars().take_while(|c| c.is_ascii_lowercase()).take(2).collect();
    format!("{kind}_********{}", shown.into_iter().rev().collect::<String>())
}
