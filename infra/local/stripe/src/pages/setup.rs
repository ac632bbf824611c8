//! The onboarding page behind an account link.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::layout::{notice, page};
use crate::acts::onboarding;
use crate::objects::account::{Account, Visit};
use crate::stripe::Stripe;

/// Which button was pressed.
#[derive(Debug, Deserialize)]
pub(crate) struct Pressed {
    action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Complete,
    Leave,
}

/// Opens the page. A link opens once: later visits, and visits that come too late, go to the refresh URL.
pub(crate) async fn show(State(stripe): State<Stripe>, Path(token): Path<String>) -> Response {
    let visited = stripe.act(|act| {
        Some(match onboarding::use_link(act, &token, Visit::Opened)? {
            Ok(link) => Ok(act.state.accounts.find(&link.account)?.1.clone()),
            Err(refresh_url) => Err(refresh_url),
        })
    });
    match visited {
        None => unknown(),
        Some(Err(refresh_url)) => Redirect::to(&refresh_url).into_response(),
        Some(Ok(account)) => form(&account),
    }
}

/// A button was pressed: the account is ready, or stays as it is. Either way the person returns.
pub(crate) async fn submit(
    State(stripe): State<Stripe>,
    Path(token): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let visited = stripe.act(|act| {
        let link = onboarding::use_link(act, &token, Visit::Left)?;
        if let (Ok(link), Action::Complete) = (&link, pressed.action) {
            // The link names an account that exists.
            let _ = onboarding::complete(act, &link.account);
        }
        Some(link)
    });
    match visited {
        None => unknown(),
        Some(Err(refresh_url)) => Redirect::to(&refresh_url).into_response(),
        Some(Ok(link)) => Redirect::to(&link.return_url).into_response(),
    }
}

fn form(account: &Account) -> Response {
    let content = html! {
        h1 { "Set up payments for" }
        p.total { (account.shown_name()) }
        section.card {
            @if account.wanted.is_empty() {
                h2 { "Nothing is missing" }
            } @else {
                h2 { "Still needed" }
                ul { @for entry in &account.wanted { li { (entry) } } }
            }
            p.quiet { "Stripe would ask for these here. The stand-in asks for nothing: one press provides them all." }
            form method="post" {
                button.go name="action" value="complete" { "Complete" }
                div.rest { button name="action" value="leave" { "Leave unfinished" } }
            }
        }
    };
    page(StatusCode::OK, "Set up payments", &content)
}

fn unknown() -> Response {
    notice(StatusCode::NOT_FOUND, "Unknown link", "This account link does not exist.")
}
