//! Which operation a path names.

use axum::http::request::Parts;

use super::job::{Job, Parse};
use super::{
    accounts_v1, accounts_v2, application_fees, balance, balance_settings, disputes, events, payments,
    payouts, refunds, sessions, transfers,
};
use crate::error::Error;
use crate::params::Params;

/// One operation of the API.
pub(super) struct Route {
    /// As the record of calls names it.
    pub(super) operation: &'static str,
    /// The id in the path, or empty.
    pub(super) id: String,
    parse: Parse,
}

impl Route {
    /// Reads the parameters.
    pub(super) fn parse(&self, params: Params) -> Result<Job, Error> {
        (self.parse)(self.id.clone(), params)
    }
}

/// The operation at `path`, if there is one.
pub(super) fn find(method: &str, path: &str) -> Option<Route> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if let ["v1", "accounts", id, "capabilities", name] = segments.as_slice() {
        let (operation, parse) = capability(method)?;
        return Some(Route { operation, id: format!("{id}/{name}"), parse });
    }
    let (operation, id, parse) = match segments.as_slice() {
        ["v1", rest @ ..] => v1(method, rest)?,
        ["v2", "core", rest @ ..] => v2(method, rest)?,
        _ => return None,
    };
    Some(Route { operation, id: id.to_owned(), parse })
}

/// What a request asks for, as the record of calls names it.
pub(crate) fn operation(parts: &Parts) -> String {
    let route = find(parts.method.as_str(), parts.uri.path());
    route.map_or_else(|| format!("{} unknown", parts.method), |route| route.operation.to_owned())
}

/// The one kind of path with two names in it.
fn capability(method: &str) -> Option<(&'static str, Parse)> {
    match method {
        "GET" => Some(("GET /v1/accounts/{id}/capabilities/{name}", accounts_v1::retrieve_capability)),
        "POST" => Some(("POST /v1/accounts/{id}/capabilities/{name}", accounts_v1::request_capability)),
        _ => None,
    }
}

type Found<'a> = Option<(&'static str, &'a str, Parse)>;

fn v1<'a>(method: &str, path: &[&'a str]) -> Found<'a> {
    let found: (&'static str, &'a str, Parse) = match (method, path) {
        ("GET", ["account"]) => ("GET /v1/account", "", accounts_v1::retrieve_own),
        ("GET", ["accounts", id]) => ("GET /v1/accounts/{id}", id, accounts_v1::retrieve),
        ("GET", ["application_fees"]) => ("GET /v1/application_fees", "", application_fees::list),
        ("GET", ["application_fees", id]) => {
            ("GET /v1/application_fees/{id}", id, application_fees::retrieve)
        }
        ("GET", ["application_fees", id, "refunds"]) => {
            ("GET /v1/application_fees/{id}/refunds", id, application_fees::list_refunds)
        }
        ("POST", ["application_fees", id, "refunds"]) => {
            ("POST /v1/application_fees/{id}/refunds", id, application_fees::refund)
        }
        ("GET", ["balance"]) => ("GET /v1/balance", "", balance::retrieve),
        ("GET", ["balance_settings"]) => ("GET /v1/balance_settings", "", balance_settings::retrieve),
        ("POST", ["balance_settings"]) => ("POST /v1/balance_settings", "", balance_settings::update),
        ("GET", ["balance_transactions"]) => ("GET /v1/balance_transactions", "", balance::list_movements),
        ("GET", ["balance_transactions", id]) => {
            ("GET /v1/balance_transactions/{id}", id, balance::retrieve_movement)
        }
        ("GET", ["charges"]) => ("GET /v1/charges", "", payments::list_charges),
        ("GET", ["charges", id]) => ("GET /v1/charges/{id}", id, payments::retrieve_charge),
        ("GET", ["checkout", "sessions"]) => ("GET /v1/checkout/sessions", "", sessions::list),
        ("POST", ["checkout", "sessions"]) => ("POST /v1/checkout/sessions", "", sessions::create),
        ("GET", ["checkout", "sessions", id]) => ("GET /v1/checkout/sessions/{id}", id, sessions::retrieve),
        ("POST", ["checkout", "sessions", id]) => ("POST /v1/checkout/sessions/{id}", id, sessions::update),
        ("GET", ["checkout", "sessions", id, "line_items"]) => {
            ("GET /v1/checkout/sessions/{id}/line_items", id, sessions::list_items)
        }
        ("POST", ["checkout", "sessions", id, "expire"]) => {
            ("POST /v1/checkout/sessions/{id}/expire", id, sessions::expire)
        }
        ("GET", ["disputes"]) => ("GET /v1/disputes", "", disputes::list),
        ("GET", ["disputes", id]) => ("GET /v1/disputes/{id}", id, disputes::retrieve),
        ("GET", ["events"]) => ("GET /v1/events", "", events::list),
        ("GET", ["events", id]) => ("GET /v1/events/{id}", id, events::retrieve),
        ("GET", ["payment_intents", id]) => ("GET /v1/payment_intents/{id}", id, payments::retrieve_intent),
        ("POST", ["payment_intents", id, "capture"]) => {
            ("POST /v1/payment_intents/{id}/capture", id, payments::capture_intent)
        }
        ("POST", ["payment_intents", id, "cancel"]) => {
            ("POST /v1/payment_intents/{id}/cancel", id, payments::cancel_intent)
        }
        ("GET", ["payouts"]) => ("GET /v1/payouts", "", payouts::list),
        ("GET", ["payouts", id]) => ("GET /v1/payouts/{id}", id, payouts::retrieve),
        ("GET", ["refunds"]) => ("GET /v1/refunds", "", refunds::list),
        ("POST", ["refunds"]) => ("POST /v1/refunds", "", refunds::create),
        ("GET", ["refunds", id]) => ("GET /v1/refunds/{id}", id, refunds::retrieve),
        ("GET", ["transfers"]) => ("GET /v1/transfers", "", transfers::list),
        ("POST", ["transfers"]) => ("POST /v1/transfers", "", transfers::create),
        ("GET", ["transfers", id]) => ("GET /v1/transfers/{id}", id, transfers::retrieve),
        ("POST", ["transfers", id, "reversals"]) => {
            ("POST /v1/transfers/{id}/reversals", id, transfers::reverse)
        }
        _ => return None,
    };
    Some(found)
}

fn v2<'a>(method: &str, path: &[&'a str]) -> Found<'a> {
    let found: (&'static str, &'a str, Parse) = match (method, path) {
        ("GET", ["accounts"]) => ("GET /v2/core/accounts", "", accounts_v2::list),
        ("POST", ["accounts"]) => ("POST /v2/core/accounts", "", accounts_v2::create),
        ("GET", ["accounts", id]) => ("GET /v2/core/accounts/{id}", id, accounts_v2::retrieve),
        ("POST", ["accounts", id]) => ("POST /v2/core/accounts/{id}", id, accounts_v2::update),
        ("POST", ["account_links"]) => ("POST /v2/core/account_links", "", accounts_v2::create_link),
        ("GET", ["events", id]) => ("GET /v2/core/events/{id}", id, events::retrieve_thin),
        _ => return None,
    };
    Some(found)
}
