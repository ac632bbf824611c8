//! `/payers`: what a payer has in the wallet, owes, and has had of campaigns; and what a payment would earn.

use crate::client::encoded;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kembali::domain::market::Country;
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::answers::Offer;
use super::api::read;
use super::common::{Page, status_of};
use super::layout::{Section, Shell, field, table};
use super::problem::Problem;
use super::zone::Zone;

/// Who is asked about. It comes in a body and not in an address: a number has no place in a browser's
/// history.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    phone: String,
    #[serde(default)]
    country: String,
    /// A shop of this page's, for what a payment there would earn.
    #[serde(default)]
    merchant: String,
    #[serde(default)]
    amount: String,
}

#[derive(Debug, Deserialize)]
struct Payer {
    payer: String,
    country: Country,
    balance: Money,
    lots: Vec<Lot>,
    debt: Money,
    campaigns: Vec<Use>,
    #[serde(default)]
    offers: Option<Vec<Offer>>,
}

#[derive(Debug, Deserialize)]
struct Lot {
    amount: Money,
    expires_at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Use {
    campaign: String,
    used: Vec<Window>,
    #[serde(default)]
    merchants: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Window {
    per: String,
    #[serde(default)]
    window: String,
    payments: u32,
    amount: Money,
}

/// The empty form.
pub(super) async fn show(State(page): State<Page>) -> Response {
    render(&page, &Question { country: Country::SG.code().to_owned(), ..Question::default() }, None, None)
}

/// Asks about a payer. It changes nothing, so it may be asked again by reloading.
pub(super) async fn ask(State(page): State<Page>, Form(question): Form<Question>) -> Response {
    let answered = async {
        page.settle().await?;
        read::<Payer>(page.api().look_up(&question.path(&page)).await?)
    };
    match answered.await {
        Ok(payer) => render(&page, &question, Some(&payer), None),
        Err(problem) => render(&page, &question, None, Some(&problem)),
    }
}

impl Question {
    fn path(&self, page: &Page) -> String {
        let (phone, country) = (encoded(self.phone.trim()), encoded(self.country.trim()));
        let mut path = format!("/v1/payers/{phone}/cashback?country={country}");
        if let Some(shop) = page.shops().iter().find(|shop| shop.slug == self.merchant) {
            path.push_str(&format!("&merchant={}", encoded(&shop.id)));
        }
        if !self.amount.trim().is_empty() {
            path.push_str(&format!("&amount={}", encoded(self.amount.trim())));
        }
        path
    }
}

fn render(page: &Page, question: &Question, payer: Option<&Payer>, problem: Option<&Problem>) -> Response {
    let now = page.now();
    let zone = payer.map_or_else(|| Zone::utc(now), |payer| Zone::of(payer.country, now));
    let content = html! {
        h1 { "Payers" }
        @if let Some(problem) = problem { (problem.alert()) }
        div.columns {
            section.card.aside { h2 { "Look up a payer" } (form(page, question, problem)) }
            div {
                @if let Some(payer) = payer { (answer(payer, &zone)) } @else {
                    section.card {
                        p.quiet {
                            "A payer is kept as a keyed hash of the phone number, one for each market. Only who knows the "
                            "number can ask."
                        }
                    }
                }
            }
        }
    };
    Shell::new(Section::Payers, "/payers").in_zone(zone).render(page, status_of(problem), "Payers", &content)
}

fn form(page: &Page, question: &Question, problem: Option<&Problem>) -> Markup {
    let phone =
        html! { input name="phone" type="tel" required placeholder="+6591234567" value=(question.phone); };
    let country = html! {
        select name="country" {
            @for &country in Country::ALL {
                option selected[country.code() == question.country] { (country.code()) }
            }
        }
    };
    let merchant = html! {
        select name="merchant" {
            option value="" { "–" }
            @for shop in page.shops() {
                option value=(shop.slug) selected[shop.slug == question.merchant] { (shop.name) }
            }
        }
    };
    let amount =
        html! { input name="amount" inputmode="decimal" placeholder="25.00" value=(question.amount); };
    html! {
        form method="post" action="/payers" {
            (field(problem, "phone", "Payer's phone", &phone))
            (field(problem, "country", "Market", &country))
            details.fold open[!question.merchant.is_empty() || !question.amount.is_empty()] {
                summary { "What a payment would earn" }
                div {
                    (field(problem, "merchant", "At", &merchant))
                    (field(problem, "amount", "Amount", &amount))
                }
            }
            button.go { "Look up" }
        }
    }
}

fn answer(payer: &Payer, zone: &Zone) -> Markup {
    let lots = html! {
        @for lot in &payer.lots {
            tr { td { (zone.time(lot.expires_at)) } td.number { (lot.amount) } }
        }
    };
    html! {
        section.card.cashback {
            h2 { "Wallet in " (payer.country.code()) }
            p.big { (payer.balance) " can be spent" }
            @if !payer.country.has_wallets() {
                p.quiet { "There are no wallets in this market: merchants could not be paid for credit that is spent." }
            }
            @if !payer.debt.is_zero() { p { strong.bad { (payer.debt) } " is owed, and taken from the next credit." } }
            (table(&["Can be spent until", "#Credit"], payer.lots.is_empty(), "No credit.", &lots))
            p.quiet { "Known as " span.id { (payer.payer) } }
        }
        @if let Some(offers) = &payer.offers {
            section.card {
                h2 { "What a payment would earn now" }
                ul.offers {
                    @for offer in offers {
                        li.good[offer.cashback.is_some()] {
                            (offer.text)
                            @if let Some(rule) = &offer.no_cashback { " " code { (rule) } }
                        }
                    }
                }
            }
        }
        section.card { h2 { "Had of campaigns" } (uses(&payer.campaigns)) }
    }
}

fn uses(campaigns: &[Use]) -> Markup {
    let rows = html! {
        @for known in campaigns {
            @for window in &known.used {
                tr {
                    td { (known.campaign) }
                    td { (window.per) " " (window.window) }
                    td.number { (window.payments) }
                    td.number { (window.amount) }
                }
            }
            @if !known.merchants.is_empty() {
                tr { td { (known.campaign) } td { "at merchants" } td.number { (known.merchants.len()) } td {} }
            }
        }
    };
    let headings = ["Campaign", "Period", "#Payments", "#Cashback"];
    table(&headings, campaigns.is_empty(), "Nothing of a campaign that counts by payer.", &rows)
}
