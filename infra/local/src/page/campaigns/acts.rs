//! `/campaigns`: what is promised in each market, and a form for one more.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kembali::domain::market::Country;
use maud::html;
use serde::Deserialize;
use serde_json::json;

use super::draft::Draft;
use super::trial::{self, Trial};
use super::{form, list};
use crate::client::encoded;
use crate::page::common::{Page, see_other, status_of};
use crate::page::layout::{Section, Shell};
use crate::page::problem::Problem;

/// All markets.
pub(in crate::page) async fn show(State(page): State<Page>) -> Response {
    page.answer(render(&page, &Draft::suggested(&page), None, None).await)
}

/// Creates a campaign, or shows the form again with what is wrong.
pub(in crate::page) async fn create(
    State(page): State<Page>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let draft = Draft::of(fields);
    let created = async {
        let country =
            draft.country().ok_or_else(|| Problem::invalid("country", "Pick one of the markets."))?;
        let path = format!("/v1/markets/{}/campaigns", country.code());
        page.api().operate("POST", &path, Some(&draft.rule(country)?)).await?;
        Ok(country)
    };
    match created.await {
        Ok(country) => see_other(&format!("/campaigns#{}", country.code())),
        Err(problem) => page.answer(render(&page, &draft, Some(&problem), None).await),
    }
}

/// Pauses or resumes a campaign.
pub(in crate::page) async fn act(
    State(page): State<Page>,
    Path((country, campaign, action)): Path<(String, String, String)>,
) -> Response {
    let [country, campaign, action] = [country, campaign, action].map(|segment| encoded(&segment));
    let path = format!("/v1/markets/{country}/campaigns/{campaign}/{action}");
    let done = page.api().operate("POST", &path, None).await;
    page.answer(done.map(|_| see_other(&format!("/campaigns#{country}"))))
}

/// Why a market is stopped.
#[derive(Debug, Deserialize)]
pub(in crate::page) struct Why {
    #[serde(default)]
    reason: String,
}

/// Stops all campaigns of a market, and what they have promised; or lets them go on.
pub(in crate::page) async fn switch(
    State(page): State<Page>,
    Path((country, action)): Path<(String, String)>,
    Form(why): Form<Why>,
) -> Response {
    let [country, action] = [country, action].map(|segment| encoded(&segment));
    let path = format!("/v1/markets/{country}/policy/{action}");
    let body = (action == "stop").then(|| json!({ "reason": why.reason.trim() }));
    match page.api().operate("POST", &path, body.as_ref()).await {
        Ok(_) => see_other(&format!("/campaigns#{country}")),
        Err(problem) => page.answer(render(&page, &Draft::suggested(&page), Some(&problem), None).await),
    }
}

/// Tries what the form says, and shows the form again with the answer.
pub(in crate::page) async fn run(
    State(page): State<Page>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let draft = Draft::of(fields);
    let tried = async {
        let country =
            draft.country().ok_or_else(|| Problem::invalid("country", "Pick one of the markets."))?;
        trial::ask(&page, &draft, country).await
    };
    match tried.await {
        Ok(trial) => page.answer(render(&page, &draft, None, Some(&trial)).await),
        Err(problem) => {
            let problem = problem.within("rule");
            page.answer(render(&page, &draft, Some(&problem), None).await)
        }
    }
}

async fn render(
    page: &Page,
    draft: &Draft,
    problem: Option<&Problem>,
    trial: Option<&Trial>,
) -> Result<Response, Problem> {
    let mut markets = Vec::new();
    for &country in Country::ALL {
        markets.push((country, list::of(page, country).await?));
    }
    let content = html! {
        h1 { "Campaigns" }
        @if let Some(problem) = problem { (problem.alert()) }
        div.columns {
            section.card.aside { h2 { "A new campaign" } (form::show(draft, problem)) }
            div {
                @if let Some(trial) = trial { (trial::show(trial)) }
                @for (country, market) in &markets { (list::market(*country, market, page.now())) }
                p.quiet {
                    "A checkout keeps what it was offered. New checkouts may follow a change of a campaign up to a "
                    "minute later."
                }
            }
        }
    };
    let shell = Shell::new(Section::Campaigns, "/campaigns");
    Ok(shell.render(page, status_of(problem), "Campaigns", &content))
}
