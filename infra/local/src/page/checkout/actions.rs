//! What a person does with a checkout: expires it, refunds it, or disputes it at the bank.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::one::{path, render};
use super::view::open_dispute;
use crate::client::encoded;
use crate::page::answers::{Checkout, Merchant};
use crate::page::api::read;
use crate::page::common::{Page, see_other};
use crate::page::problem::Problem;
use crate::page::shops::Shop;

#[derive(Debug, Deserialize)]
pub(in crate::page) struct RefundForm {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    amount: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct DisputeForm {
    #[serde(default)]
    action: String,
}

/// The checkout in the path.
type Target = Path<(String, String)>;

pub(in crate::page) async fn expire(State(page): State<Page>, Path((slug, id)): Target) -> Response {
    let done = async |shop: &Shop| {
        let target = format!("/v1/checkouts/{}/expire", encoded(&id));
        page.api().of_shop(shop, &target, None).await.map(|_| ())
    };
    act(&page, &slug, &id, done).await
}

pub(in crate::page) async fn refund(
    State(page): State<Page>,
    Path((slug, id)): Target,
    Form(form): Form<RefundForm>,
) -> Response {
    let done = async |shop: &Shop| {
        let mut body = json!({ "reference": form.reference });
        let value = form.amount.trim();
        if let (Value::Object(members), false) = (&mut body, value.is_empty()) {
            let amount = json!({ "value": value, "currency": shop.country.currency().code() });
            members.insert("amount".to_owned(), amount);
        }
        let target = format!("/v1/checkouts/{}/refunds", encoded(&id));
        page.api().of_shop(shop, &target, Some(&body)).await.map(|_| ())
    };
    act(&page, &slug, &id, done).await
}

pub(in crate::page) async fn dispute(
    State(page): State<Page>,
    Path((slug, id)): Target,
    Form(form): Form<DisputeForm>,
) -> Response {
    let done = async |shop: &Shop| {
        let answer = page.api().look(shop, &format!("/v1/checkouts/{}", encoded(&id))).await?;
        let checkout: Checkout = read(answer)?;
        let unpaid = || Problem::not_found("There is no payment to dispute.");
        decide(&page, &checkout.payment.ok_or_else(unpaid)?.charge, &form.action)
    };
    act(&page, &slug, &id, done).await
}

/// The bank will refuse the next refund on the shop's account, for good.
pub(in crate::page) async fn refuse(State(page): State<Page>, Path((slug, id)): Target) -> Response {
    let done = async |shop: &Shop| {
        let merchant: Merchant = read(page.api().look(shop, &format!("/v1/merchants/{}", shop.id)).await?)?;
        page.stack().stripe().fail_next_refund(&merchant.account.unwrap_or_default(), "declined");
        Ok(())
    };
    act(&page, &slug, &id, done).await
}

fn decide(page: &Page, charge: &str, action: &str) -> Result<(), Problem> {
    let stripe = page.stack().stripe();
    let close = |won| {
        let open = open_dispute(page, charge);
        let open = open.ok_or_else(|| Problem::not_found("There is no open dispute."))?;
        stripe.close_dispute(&open, won).map_err(|error| Problem::at_stripe(&error))
    };
    match action {
        "open" => stripe.dispute(charge).map(|_| ()).map_err(|error| Problem::at_stripe(&error)),
        "win" => close(true),
        "lose" => close(false),
        _ => Err(Problem::invalid("action", "Open, win or lose.")),
    }
}

/// Does something and shows the checkout as it is then, or what went wrong.
async fn act(
    page: &Page,
    slug: &str,
    id: &str,
    done: impl AsyncFnOnce(&Shop) -> Result<(), Problem>,
) -> Response {
    let shop = match page.shop(slug) {
        Ok(shop) => shop,
        Err(problem) => return page.answer(Err(problem)),
    };
    match done(&shop).await {
        Ok(()) => see_other(&path(&shop, id)),
        Err(problem) => page.answer(render(page, &shop, id, Some(&problem)).await),
    }
}
