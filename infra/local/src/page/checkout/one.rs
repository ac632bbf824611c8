//! `/checkouts/{shop}/{checkout}`: everything about one checkout.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;
use serde_json::Value;

use super::view;
use crate::client::encoded;
use crate::page::answers::Checkout;
use crate::page::api::read;
use crate::page::common::{Page, status_of};
use crate::page::layout::{Section, Shell};
use crate::page::problem::Problem;
use crate::page::shops::Shop;
use crate::page::zone::Zone;
use crate::page::{ledger, machine};

/// The most lines of calls that are shown.
const SHOWN_CALLS: usize = 100;

/// The checkout as it is now.
pub(in crate::page) async fn show(
    State(page): State<Page>,
    Path((slug, id)): Path<(String, String)>,
) -> Response {
    let shown = match page.shop(&slug) {
        Ok(shop) => render(&page, &shop, &id, None).await,
        Err(problem) => Err(problem),
    };
    page.answer(shown)
}

/// The checkout's page, with a problem on top if an action had one.
pub(super) async fn render(
    page: &Page,
    shop: &Shop,
    id: &str,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    page.settle().await?;
    let answer = page.api().look(shop, &format!("/v1/checkouts/{}", encoded(id))).await?;
    let checkout: Checkout = read(answer.clone())?;
    let zone = Zone::of(shop.country, page.now());
    let calls = page.api().calls_since(checkout.created_at.epoch_seconds().saturating_mul(1000));
    let moved = page.stack().stripe().moved();
    let moved: Vec<_> = moved.iter().filter(|movement| is_about(page, &movement.source, &checkout)).collect();
    let path = path(shop, &checkout.id);
    let content = html! {
        p.crumbs { a href={ "/?shop=" (shop.slug) } { (shop.name) } " / " (checkout.reference) }
        @if let Some(problem) = problem { (problem.alert()) }
        (view::head(&checkout))
        div.columns.even {
            @if checkout.url.is_some() { (view::to_pay(&checkout, &path)) }
            @if let Some(cashback) = &checkout.cashback { (view::cashback(&zone, cashback)) }
            @if let Some(payment) = &checkout.payment {
                (view::payment(&zone, payment))
                (view::refunds(&checkout, &path, page.stack().clock().epoch_millis()))
                (view::bank(page, payment, &path))
            }
            (view::facts(&zone, shop, &checkout))
        }
        section.card { h2 { "Books" } (ledger::show(&zone, &checkout.postings)) }
        section.card {
            h2 { "Money that moved at Stripe" }
            (machine::movements(&zone, &moved))
        }
        section.card {
            h2 { "Calls since it was created" }
            (machine::sums(&calls))
            (machine::calls(&zone, &calls, SHOWN_CALLS))
            p.quiet { "Calls of the whole stack, without what this page reads to show itself." }
        }
        (view::raw(page, shop, &checkout, &answer))
    };
    let shell = Shell::new(Section::Checkouts, &path).in_zone(zone);
    let title = format!("{} {}", checkout.amount, checkout.status);
    Ok(shell.render(page, status_of(problem), &title, &content))
}

/// Where a checkout is on this page.
pub(super) fn path(shop: &Shop, id: &str) -> String {
    format!("/checkouts/{}/{}", shop.slug, encoded(id))
}

/// Whether Stripe's object `source` belongs to the checkout: its charge, or something that names the charge
/// or, in its metadata, the checkout.
fn is_about(page: &Page, source: &str, checkout: &Checkout) -> bool {
    let Some(payment) = &checkout.payment else { return false };
    let object = || page.stack().stripe().object(source).unwrap_or_default();
    source == payment.charge || names(&object(), &payment.charge, &checkout.id)
}

fn names(object: &Value, charge: &str, checkout: &str) -> bool {
    let is_charges = object.get("charge").and_then(Value::as_str) == Some(charge);
    let metadata = object.get("metadata").and_then(Value::as_object);
    is_charges || metadata.is_some_and(|metadata| metadata.values().any(|value| value == checkout))
}
