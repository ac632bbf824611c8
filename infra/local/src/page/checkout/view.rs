//! The parts of a checkout's page.

use kembali::domain::market::Method;
use local_stripe::MovementKind;
use maud::{Markup, html};
use serde_json::Value;

use crate::page::answers::{Cashback, Checkout, Payment};
use crate::page::common::Page;
use crate::page::layout::{badge, table};
use crate::page::shops::Shop;
use crate::page::zone::Zone;

/// Amount, state and what for.
pub(super) fn head(checkout: &Checkout) -> Markup {
    html! {
        div.headline {
            h1 { (checkout.amount) }
            (badge(&checkout.status))
        }
        p.lead {
            (checkout.what())
            @if let Some(wallet) = &checkout.wallet { " · " (wallet) " of it with wallet credit" }
        }
    }
}

/// The offers and the way to Stripe's page.
pub(super) fn to_pay(checkout: &Checkout, path: &str) -> Markup {
    html! {
        section.card {
            h2 { "To pay" }
            ul.offers {
                @for offer in &checkout.offers {
                    li.good[offer.cashback.is_some()] {
                        (offer.text)
                        @if !offer.campaigns.is_empty() { " " span.id { (offer.campaigns.join(" + ")) } }
                        @if let Some(rule) = &offer.no_cashback { " " code { (rule) } }
                    }
                }
            }
            @if let Some(url) = &checkout.url { a.button.go href=(url) { "Pay on Stripe's page" } }
            form.quietly method="post" action={ (path) "/expire" } { button { "Expire it" } }
        }
    }
}

/// Where the promise stands.
pub(super) fn cashback(zone: &Zone, cashback: &Cashback) -> Markup {
    html! {
        section.card.cashback {
            h2 { "Cashback " (badge(&cashback.state)) }
            p.big { (cashback.text) }
            dl {
                @if let Some(amount) = &cashback.amount { dt { "Amount" } dd { (amount) } }
                @if let Some(by) = cashback.promised_by { dt { "Promised by" } dd { (zone.time(by)) } }
                @if let Some(at) = cashback.credited_at { dt { @if cashback.state == "credited" { "Sent at" } @else { "Credited at" } } dd { (zone.time(at)) } }
                @if let Some(campaign) = &cashback.campaign { dt { "Campaign" } dd { (campaign) } }
                @if let Some(refund) = &cashback.refund { dt { "Stripe's refund" } dd.id { (refund) } }
                @if cashback.state == "in_review" { dt { "Decided" } dd { a href="/reviews" { "by a person" } } }
                @if cashback.state == "credited_to_wallet" { dt { "Wallet" } dd { a href="/payers" { "look it up" } } }
                @if let Some(rule) = &cashback.no_cashback { dt { "Rule that said no" } dd.id { (rule) } }
            }
        }
    }
}

/// How it was paid.
pub(super) fn payment(zone: &Zone, payment: &Payment) -> Markup {
    html! {
        section.card {
            h2 { "Payment" }
            dl {
                dt { "Paid with" } dd { (payment.method.map_or("another method", Method::label)) }
                dt { "Paid at" } dd { (zone.time(payment.paid_at)) }
                dt { "Charge" } dd.id { (payment.charge) }
                dt { "Payment intent" } dd.id { (payment.payment_intent) }
            }
        }
    }
}

/// The merchant's refunds, and a form for one more.
pub(super) fn refunds(checkout: &Checkout, path: &str, now_millis: i64) -> Markup {
    let has_credit = checkout.wallet.is_some();
    let headings: &[&str] = if has_credit {
        &["Reference", "#Of the charge", "#To the wallet", "Status", "At Stripe"]
    } else {
        &["Reference", "#Amount", "Status", "At Stripe"]
    };
    let rows = html! {
        @for refund in &checkout.refunds {
            tr {
                td { (refund.reference.as_deref().unwrap_or("in Stripe's dashboard")) }
                td.number { (refund.amount) }
                @if has_credit { td.number { @if let Some(to_wallet) = &refund.to_wallet { (to_wallet) } } }
                td { (badge(&refund.status)) }
                td.id { (refund.refund.as_deref().unwrap_or_default()) }
            }
        }
    };
    let currency = checkout.amount.currency().code();
    html! {
        section.card {
            h2 { "Refunds" }
            (table(headings, checkout.refunds.is_empty(), "None.", &rows))
            @if has_credit { p.quiet { "The charge is given back first, the credit last." } }
            form.row method="post" action={ (path) "/refunds" } {
                input type="hidden" name="reference" value={ "refund-" (now_millis) };
                label { span { "Amount in " (currency) }
                    input name="amount" inputmode="decimal" placeholder="all that is left";
                }
                button { "Refund" }
            }
        }
    }
}

/// Stripe has no disputes for PayNow.
fn can_dispute(payment: &Payment) -> bool {
    payment.method != Some(Method::Paynow)
}

/// What the payer's bank can do.
pub(super) fn bank(page: &Page, payment: &Payment, path: &str) -> Markup {
    let open = open_dispute(page, &payment.charge);
    html! {
        section.card {
            h2 { "At the payer's bank" }
            p.quiet { "What a bank does; Stripe tells of it. A refund that it refuses fails for good." }
            div.row {
                @if can_dispute(payment) {
                    form.row method="post" action={ (path) "/dispute" } {
                        @if open.is_some() {
                            button name="action" value="win" { "The shop wins" }
                            button name="action" value="lose" { "The shop loses" }
                        } @else {
                            button name="action" value="open" { "The payer disputes" }
                        }
                    }
                }
                form method="post" action={ (path) "/refuse" } { button { "It will refuse what comes back" } }
            }
        }
    }
}

/// What does not change.
pub(super) fn facts(zone: &Zone, shop: &Shop, checkout: &Checkout) -> Markup {
    html! {
        section.card {
            h2 { "Checkout" }
            dl {
                dt { "Created" } dd { (zone.time(checkout.created_at)) }
                dt { "Shop" } dd { (shop.name) " (" (shop.country.code()) ")" }
                dt { "Order number" } dd.id { (checkout.reference) }
                dt { "Payer" } dd { @if checkout.channel == "chat" { "in the chat" } @else { "at the counter" } }
                @if let Some(wallet) = &checkout.wallet {
                    dt { "Wallet credit" } dd { (wallet) }
                    @if let Ok(charged) = checkout.amount.minus(*wallet) {
                        dt { "Charged by Stripe" } dd { (charged) }
                    }
                }
                dt { "Platform's fee" } dd { (checkout.fee) }
                dt { "Id" } dd.id { (checkout.id) }
            }
        }
    }
}

/// The same for those who rather read JSON.
pub(super) fn raw(page: &Page, shop: &Shop, checkout: &Checkout, answer: &Value) -> Markup {
    let gateway = page.stack().gateway_url();
    html! {
        details.card {
            summary { "As the API answers" }
            pre { "curl -H 'Authorization: Bearer " (shop.key) "' " (gateway) "/v1/checkouts/" (checkout.id) }
            pre { (format!("{answer:#}")) }
        }
    }
}

/// The dispute about a charge that waits for the bank. Its first trace at Stripe is the money that it took.
pub(super) fn open_dispute(page: &Page, charge: &str) -> Option<String> {
    let stripe = page.stack().stripe();
    let taken = stripe.moved().into_iter().filter(|movement| movement.kind == MovementKind::Adjustment);
    let mut sources = taken.map(|movement| movement.source);
    sources.find(|source| {
        let dispute = stripe.object(source).unwrap_or_default();
        let is = |name: &str, value: &str| dispute.get(name).and_then(Value::as_str) == Some(value);
        is("charge", charge) && is("status", "needs_response")
    })
}
