//! `/campaigns`: what is promised in each market, and a form for one more.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kembali::domain::campaign::{Campaign, Funding, Reward};
use kembali::domain::market::{Country, Method};
use kembali::domain::time::{Day, Timestamp};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::answers::Campaigns;
use super::api::read;
use super::layout::{Section, Shell, Zone, badge, field, table};
use super::problem::Problem;
use super::{Page, see_other, status_of};

/// How long a suggested campaign runs.
const SUGGESTED_SECONDS: i64 = 60 * 24 * 3600;

const METHODS: [Method; 4] = [Method::Card, Method::Paynow, Method::Upi, Method::Pix];

/// The form, as it was sent or as it is suggested: a method that earns is there under its name.
struct Draft(BTreeMap<String, String>);

/// All markets.
pub(super) async fn show(State(page): State<Page>) -> Response {
    page.answer(render(&page, &Draft::suggested(&page), None).await)
}

/// Creates a campaign, or shows the form again with what is wrong.
pub(super) async fn create(
    State(page): State<Page>,
    Form(draft): Form<BTreeMap<String, String>>,
) -> Response {
    let draft = Draft(draft);
    let created = async {
        let country =
            draft.country().ok_or_else(|| Problem::invalid("country", "Pick one of the markets."))?;
        let path = format!("/v1/markets/{}/campaigns", country.code());
        page.api().operate("POST", &path, Some(&draft.rule(country)?)).await
    };
    match created.await {
        Ok(_) => see_other("/campaigns"),
        Err(problem) => page.answer(render(&page, &draft, Some(&problem)).await),
    }
}

/// Pauses or resumes a campaign.
pub(super) async fn set_paused(
    State(page): State<Page>,
    Path((country, campaign, action)): Path<(String, String, String)>,
) -> Response {
    let segments = [country, campaign, action]
        .map(|segment| form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>());
    let [country, campaign, action] = &segments;
    let path = format!("/v1/markets/{country}/campaigns/{campaign}/{action}");
    page.answer(page.api().operate("POST", &path, None).await.map(|_| see_other("/campaigns")))
}

impl Draft {
    fn suggested(page: &Page) -> Self {
        let now = Timestamp::from_epoch_millis(page.stack().clock().epoch_millis());
        let day = |at: Timestamp| at.day_in(&Country::SG.time_zone()).to_string();
        let end = day(now.plus_seconds(SUGGESTED_SECONDS));
        let fields = [
            ("country", "SG".to_owned()),
            ("percent", "10".to_owned()),
            ("funding", "merchant".to_owned()),
            ("starts_at", day(now)),
            ("ends_at", end),
            ("paynow", "on".to_owned()),
        ];
        Self(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    fn country(&self) -> Option<Country> {
        Country::parse(self.get("country"))
    }

    /// What an operator's own tools would send. A day is one of the market's own; the last one counts.
    fn rule(&self, country: Country) -> Result<Value, Problem> {
        let day = |name: &str| {
            let day = Day::parse(self.get(name)).map(|day| day.bounds_in(&country.time_zone()));
            day.map_err(|_| Problem::invalid(name, "Write a day such as 2026-11-22."))
        };
        let methods = METHODS.iter().map(|method| method.stripe_name());
        let methods: Vec<&str> = methods.filter(|method| !self.get(method).is_empty()).collect();
        let mut rule = json!({
            "id": self.get("id"),
            "reward": { "kind": "percent", "percent": self.get("percent") },
            "methods": methods,
            "funding": self.get("funding"),
            "starts_at": day("starts_at")?.0,
            "ends_at": day("ends_at")?.1,
        });
        for name in ["min_spend", "max_per_payment"] {
            let value = self.get(name);
            if let (Value::Object(members), false) = (&mut rule, value.is_empty()) {
                let amount = json!({ "value": value, "currency": country.currency().code() });
                members.insert(name.to_owned(), amount);
            }
        }
        Ok(rule)
    }
}

async fn render(page: &Page, draft: &Draft, problem: Option<&Problem>) -> Result<Response, Problem> {
    let mut markets = Vec::new();
    for country in Country::ALL {
        let path = format!("/v1/markets/{}/campaigns", country.code());
        let listed: Campaigns = read(page.api().operate("GET", &path, None).await?)?;
        markets.push((country, listed.campaigns));
    }
    let content = html! {
        h1 { "Campaigns" }
        @if let Some(problem) = problem { (problem.alert()) }
        div.columns {
            section.card.aside { h2 { "A new campaign" } (form(draft, problem)) }
            div {
                @for (country, campaigns) in &markets { (market(*country, campaigns)) }
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

fn market(country: Country, campaigns: &[Campaign]) -> Markup {
    let zone = Zone::of(country);
    let rows = html! {
        @for campaign in campaigns {
            @let rule = &campaign.rule;
            @let action = if campaign.paused { "resume" } else { "pause" };
            tr {
                td { strong { (reward(&rule.reward)) } br; span.id { (rule.id) } }
                td { (rule.methods.iter().map(|method| method.label()).collect::<Vec<_>>().join(", ")) }
                td { (limits(campaign)) }
                td { @match rule.funding { Funding::Merchant => "merchant", Funding::Platform => "platform" } }
                td.time { (zone.day(rule.starts_at)) " to" br; (zone.day(rule.ends_at.plus_seconds(-1))) }
                td { (badge(if campaign.paused { "paused" } else { "running" })) }
                td {
                    form method="post" action={ "/campaigns/" (country.code()) "/" (rule.id) "/" (action) } {
                        button aria-label={ (action) " " (rule.id) } { (action) }
                    }
                }
            }
        }
    };
    let headings = ["Reward", "Paid with", "Limits", "Paid by", "Runs", "State", ""];
    html! {
        section.card {
            h2 { span.flag { (country.code()) } " " (country.currency().code()) }
            (table(&headings, campaigns.is_empty(), "No campaign.", &rows))
        }
    }
}

fn reward(reward: &Reward) -> String {
    match reward {
        Reward::Percent { percent } => format!("{percent}% back"),
        Reward::Fixed { amount } => format!("{amount} back"),
    }
}

fn limits(campaign: &Campaign) -> String {
    let from = campaign.rule.min_spend.map(|least| format!("from {least}"));
    let most = campaign.rule.max_per_payment.map(|most| format!("at most {most}"));
    [from, most].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn form(draft: &Draft, problem: Option<&Problem>) -> Markup {
    let text = |name: &str, placeholder: &str, required: bool| {
        html! { input name=(name) placeholder=(placeholder) required[required] value=(draft.get(name)); }
    };
    let amount = |name: &str| html! { input name=(name) inputmode="decimal" placeholder="none" value=(draft.get(name)); };
    let day = |name: &str| html! { input type="date" name=(name) required value=(draft.get(name)); };
    let choice = |name: &str, values: &[&str]| {
        html! { select name=(name) { @for value in values { option selected[draft.get(name) == *value] { (value) } } } }
    };
    html! {
        form method="post" action="/campaigns" {
            (field(problem, "country", "Market", &choice("country", &Country::ALL.map(Country::code))))
            (field(problem, "id", "Name, of a-z, 0-9 and -", &text("id", "weekend-10", true)))
            (field(problem, "percent", "Percent back", &text("percent", "5", true)))
            fieldset.wrong[problem.is_some_and(|problem| problem.is_about("methods"))] {
                legend { "Paid with" }
                @for method in METHODS {
                    label.check {
                        input type="checkbox" name=(method.stripe_name()) checked[!draft.get(method.stripe_name()).is_empty()];
                        span { (method.label()) }
                    }
                }
            }
            div.pair {
                (field(problem, "min_spend", "Smallest payment", &amount("min_spend")))
                (field(problem, "max_per_payment", "Most per payment", &amount("max_per_payment")))
            }
            (field(problem, "funding", "Paid by", &choice("funding", &["merchant", "platform"])))
            div.pair {
                (field(problem, "starts_at", "First day", &day("starts_at")))
                (field(problem, "ends_at", "Last day", &day("ends_at")))
            }
            button.go { "Create campaign" }
        }
    }
}
