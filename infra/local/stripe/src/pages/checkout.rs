//! The payment page behind a session's `url`, and the receipt.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::layout::{notice, page};
use crate::acts::payment::{Course, Outcome};
use crate::methods::{Method, PayWith};
use crate::money::display;
use crate::objects::session::{Session, Status};
use crate::stripe::Stripe;

/// What was filled in, and which button was pressed.
#[derive(Debug, Deserialize)]
pub(crate) struct Pressed {
    method: Method,
    #[serde(default)]
    action: Action,
    #[serde(default)]
    number: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    #[default]
    Pay,
    Decline,
    PayLater,
    FailLater,
}

impl Pressed {
    fn with(&self) -> PayWith {
        match (self.method, self.action) {
            (Method::Card, Action::Decline) => PayWith::Decline,
            (Method::Card, _) => PayWith::Card { number: self.number.clone() },
            (Method::Link, _) => PayWith::Link,
            (Method::Paynow, _) => PayWith::Paynow,
            (Method::Upi, _) => PayWith::Upi,
            (Method::Pix, _) => PayWith::Pix,
        }
    }

    fn course(&self) -> Course {
        match self.action {
            Action::Pay | Action::Decline => Course::AtOnce,
            Action::PayLater => Course::LaterSucceeds,
            Action::FailLater => Course::LaterFails,
        }
    }
}

/// Shows the payment page, or what has become of the session.
pub(crate) async fn show(State(stripe): State<Stripe>, Path(id): Path<String>) -> Response {
    render(&stripe, &id, StatusCode::OK, None)
}

/// Pays, and sends the payer back to the shop.
pub(crate) async fn submit(
    State(stripe): State<Stripe>,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    match stripe.pay_in(&id, &pressed.with(), pressed.course()) {
        Ok(Outcome::Complete) => {
            let target = stripe.lock().sessions.find(&id).and_then(|(_, session)| session.after_payment());
            Redirect::to(&target.unwrap_or_else(|| format!("/c/pay/{id}"))).into_response()
        }
        Ok(Outcome::Declined) => {
            let text = "Your card was declined. Please try a different card.";
            render(&stripe, &id, StatusCode::PAYMENT_REQUIRED, Some(text))
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            render(&stripe, &id, status, Some(error.message()))
        }
    }
}

/// Shows a charge's receipt.
pub(crate) async fn receipt(State(stripe): State<Stripe>, Path(id): Path<String>) -> Response {
    let found = stripe.act(|act| {
        let (owner, charge) = act.state.charges.find(&id)?.clone();
        Some((act.state.account(&owner).ok()?.shown_name().to_owned(), charge))
    });
    let Some((name, charge)) = found else {
        return notice(StatusCode::NOT_FOUND, "Unknown receipt", "There is no such payment.");
    };
    let content = html! {
        h1 { "Receipt from " (name) }
        p.total { (display(charge.amount, &charge.currency)) }
        section.card {
            table {
                tr { td { "Paid with" } td { (charge.method.label()) @if let Some(card) = &charge.card { " •••• " (card.last4()) } } }
                @if charge.amount_refunded > 0 {
                    tr { td { "Refunded" } td { (display(charge.amount_refunded, &charge.currency)) } }
                }
                tr { td { "Reference" } td { (charge.id) } }
            }
        }
    };
    page(StatusCode::OK, "Receipt", &content)
}

fn render(stripe: &Stripe, id: &str, status: StatusCode, error: Option<&str>) -> Response {
    let found = stripe.act(|act| {
        let (owner, session) = act.state.sessions.find(id)?.clone();
        Some((act.state.account(&owner).ok()?.shown_name().to_owned(), session))
    });
    let Some((name, session)) = found else {
        return notice(StatusCode::NOT_FOUND, "Unknown page", "There is no such Checkout Session.");
    };
    match session.status {
        Status::Open => page(status, &format!("Pay {name}"), &payment(&name, &session, error)),
        Status::Complete if session.paid => {
            notice(status, "Payment received", &format!("{name} has been paid. You can close this page."))
        }
        Status::Complete => {
            notice(status, "Payment under way", &format!("{name} will hear when your payment arrives."))
        }
        Status::Expired => {
            notice(StatusCode::GONE, "This page has expired", &format!("Ask {name} for a new link."))
        }
    }
}

fn payment(name: &str, session: &Session, error: Option<&str>) -> Markup {
    let order = &session.order;
    html! {
        h1 { "Pay " (name) }
        p.total { (display(order.amount, &order.currency)) }
        @if let Some(error) = error { p.error role="alert" { (error) } }
        section.card {
            h2 { "Order" }
            table {
                @for item in &order.items {
                    tr {
                        td { (item.name) @if item.quantity > 1 { " × " (item.quantity) } }
                        td { (display(item.unit_amount.saturating_mul(item.quantity), &order.currency)) }
                    }
                }
            }
        }
        @for method in &session.methods {
            section.card {
                h2 { (method.label()) }
                @match method {
                    Method::Card => { (card_form()) }
                    Method::Link => { (link_form()) }
                    Method::Paynow | Method::Upi | Method::Pix => { (scan_form(*method, session)) }
                }
            }
        }
        @if let Some(url) = &order.cancel_url { p { a href=(url) { "Back to " (name) } } }
    }
}

fn card_form() -> Markup {
    html! {
        form method="post" {
            input type="hidden" name="method" value="card";
            label { "Card number"
                input name="number" inputmode="numeric" autocomplete="cc-number" required value="4242 4242 4242 4242";
            }
            div.pair {
                label { "Expiry" input name="expiry" autocomplete="cc-exp" value="12 / 34"; }
                label { "CVC" input name="cvc" inputmode="numeric" autocomplete="cc-csc" value="123"; }
            }
            button.go name="action" value="pay" { "Pay" }
            div.rest {
                button name="action" value="decline" { "Pay with a card that is declined" }
            }
        }
    }
}

fn link_form() -> Markup {
    html! {
        form method="post" {
            input type="hidden" name="method" value="link";
            button.go name="action" value="pay" { "Pay with Link" }
        }
    }
}

fn scan_form(method: Method, session: &Session) -> Markup {
    let code = format!("stand-in:{}:{}:{}", method.as_str(), session.id, session.order.amount);
    html! {
        form method="post" {
            input type="hidden" name="method" value=(method.as_str());
            div.qr role="img" aria-label=(format!("{} code, a stand-in that no bank reads", method.label())) { (qr(&code)) }
            p.quiet { "This code is a stand-in that no bank reads. Press a button instead of scanning it." }
            button.go name="action" value="pay" { "I have paid" }
            div.rest {
                button name="action" value="pay_later" { "It takes a while, then succeeds" }
                button name="action" value="fail_later" { "It takes a while, then fails" }
            }
        }
    }
}

fn qr(text: &str) -> Markup {
    let drawn =
        QrCode::new(text).map(|code| code.render::<svg::Color<'_>>().min_dimensions(176, 176).build());
    // The renderer starts with an XML declaration, which has no place inside HTML.
    let drawn = drawn.unwrap_or_default();
    let inline = drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or_default();
    PreEscaped(inline.to_owned())
}
