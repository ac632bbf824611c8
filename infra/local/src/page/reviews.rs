//! `/reviews`: the cashbacks that wait for a person, and what makes one wait.

use crate::client::encoded;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kembali::domain::market::Country;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answers::{Checkout, Policy};
use super::api::read;
use super::common::{Page, see_other, status_of};
use super::layout::{Section, Shell, table};
use super::problem::Problem;
use super::zone::Zone;

/// What is looked for, as the API calls it and as a person reads it.
const COUNTS: [(&str, &str); 3] = [
    ("payments_per_day", "Payments of one payer a day"),
    ("payers_per_card", "Payers on one card"),
    ("cards_per_payer", "Cards of one payer"),
];

/// What a market looks for: usual counts, each a number or nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Screening {
    #[serde(default)]
    payments_per_day: String,
    #[serde(default)]
    payers_per_card: String,
    #[serde(default)]
    cards_per_payer: String,
}

/// Why somebody decides as they do.
#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Reviews {
    reviews: Vec<Review>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Review {
    checkout: Checkout,
    why: Option<String>,
    waits: Option<String>,
}

pub(super) async fn show(State(page): State<Page>) -> Response {
    page.answer(render(&page, None).await)
}

/// Changes what a market looks for.
pub(super) async fn screen(
    State(page): State<Page>,
    Path(country): Path<String>,
    Form(screening): Form<Screening>,
) -> Response {
    let values = [&screening.payments_per_day, &screening.payers_per_card, &screening.cards_per_payer];
    let mut body = Map::new();
    for ((name, _), value) in COUNTS.iter().zip(values) {
        let value = value.trim();
        if !value.is_empty() {
            // What is no number is the API's to refuse.
            let number = value.parse::<u32>().map_or_else(|_| json!(value), |number| json!(number));
            body.insert((*name).to_owned(), number);
        }
    }
    let path = format!("/v1/markets/{}/policy/screening", encoded(&country));
    act(&page, "PUT", &path, &Value::Object(body)).await
}

/// Approves, rejects, retries or writes off.
pub(super) async fn decide(
    State(page): State<Page>,
    Path((checkout, verdict)): Path<(String, String)>,
    Form(decision): Form<Decision>,
) -> Response {
    let path = format!("/v1/cashbacks/{}/{}", encoded(&checkout), encoded(&verdict));
    act(&page, "POST", &path, &json!({ "reason": decision.reason.trim() })).await
}

async fn act(page: &Page, method: &str, path: &str, body: &Value) -> Response {
    match page.api().operate(method, path, Some(body)).await {
        Ok(_) => see_other("/reviews"),
        Err(problem) => page.answer(render(page, Some(&problem)).await),
    }
}

async fn render(page: &Page, problem: Option<&Problem>) -> Result<Response, Problem> {
    page.settle().await?;
    let mut markets = Vec::new();
    for &country in Country::ALL {
        let market = format!("/v1/markets/{}", country.code());
        let policy: Policy = read(page.api().look_up(&format!("{market}/policy")).await?)?;
        let mut reviews = Vec::new();
        let mut is_more = false;
        for state in ["in_review", "failed"] {
            let path = format!("{market}/reviews?state={state}");
            let listed: Reviews = read(page.api().look_up(&path).await?)?;
            reviews.extend(listed.reviews);
            is_more |= listed.next_cursor.is_some();
        }
        markets.push((country, policy, reviews, is_more));
    }
    let content = html! {
        h1 { "Reviews" }
        @if let Some(problem) = problem { (problem.alert()) }
        p.quiet {
            "Nobody is refused for looking suspicious: the cashback waits here until a person has looked at it. What "
            "could not be paid, and has no payer's wallet to go to, waits here, too."
        }
        @for (country, policy, reviews, is_more) in &markets {
            section.card {
                h2 { span.flag { (country.code()) } " " (country.currency().code()) }
                (list(page, *country, reviews))
                @if *is_more { p.quiet { "There are more; the API has the rest." } }
                (screening(*country, &policy.screening))
            }
        }
    };
    let shell = Shell::new(Section::Reviews, "/reviews");
    Ok(shell.render(page, status_of(problem), "Reviews", &content))
}

fn list(page: &Page, country: Country, reviews: &[Review]) -> Markup {
    let zone = Zone::of(country, page.now());
    let rows = html! {
        @for Review { checkout, why, waits } in reviews {
            @let shop = page.shops().into_iter().find(|shop| shop.id == checkout.merchant);
            tr {
                td.time { (zone.time(checkout.created_at)) }
                td {
                    @if let Some(shop) = shop {
                        a href={ "/checkouts/" (shop.slug) "/" (checkout.id) } { (checkout.what()) }
                    } @else { (checkout.what()) }
                }
                td.number {
                    @if let Some(amount) = checkout.cashback.as_ref().and_then(|cashback| cashback.amount) { (amount) }
                }
                td { (why.as_deref().unwrap_or("it failed")) }
                td { (decisions(&checkout.id, waits.as_deref() == Some("failed"))) }
            }
        }
    };
    let headings = ["Created", "What for", "#Cashback", "Why it waits", "Decide"];
    table(&headings, reviews.is_empty(), "Nothing waits for a person.", &rows)
}

fn decisions(checkout: &str, is_failed: bool) -> Markup {
    let verdicts = if is_failed { ["retry", "write-off"] } else { ["approve", "reject"] };
    html! {
        form.row {
            label { span { "Reason" } input name="reason" required maxlength="250"; }
            @for verdict in verdicts {
                button formmethod="post" formaction={ "/reviews/" (checkout) "/" (verdict) } { (verdict.replace('-', " ")) }
            }
        }
    }
}

fn screening(country: Country, known: &Map<String, Value>) -> Markup {
    let is_on = !known.is_empty();
    html! {
        details.fold open[is_on] {
            summary { "What is looked at twice" @if !is_on { ": nothing" } }
            div {
                form method="post" action={ "/reviews/screening/" (country.code()) } {
                    div.pair {
                        @for (name, label) in COUNTS {
                            @let value = known.get(name).map(Value::to_string).unwrap_or_default();
                            label {
                                span { (label) ", more than" }
                                input name=(name) inputmode="numeric" placeholder="not looked for" value=(value);
                            }
                        }
                    }
                    button { "Look for this in " (country.code()) }
                }
            }
        }
    }
}
