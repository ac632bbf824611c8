//! `/merchants`: each shop's state, a form for one more, and what Stripe and the operator can do.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kembali::domain::market::{Country, Method};
use kembali::domain::time::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Merchant, WhyNot};
use super::api::read;
use super::common::{Page, see_other, status_of};
use super::layout::{Section, Shell, badge, field};
use super::problem::Problem;
use super::shops::Shop;
use super::zone::Zone;

/// What Stripe asks for when it restricts an account here.
const PAST_DUE: &str = "identity.individual.documents";

/// How Stripe sends a merchant back.
#[derive(Debug, Deserialize)]
pub(super) struct Back {
    returned: Option<String>,
    refresh: Option<String>,
}

/// What comes first on the page: a word to a merchant who is back from Stripe, and their card.
#[derive(Debug, Default)]
struct Top<'a> {
    note: &'static str,
    account: &'a str,
}

/// A business that applies.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Application {
    #[serde(default)]
    pub(super) reference: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) country: String,
}

/// All shops.
pub(super) async fn show(State(page): State<Page>, Query(back): Query<Back>) -> Response {
    let (note, account) = match back {
        Back { returned: Some(account), .. } => {
            ("Back from Stripe. This is how the merchant stands now.", account)
        }
        Back { refresh: Some(account), .. } => {
            ("That link was used before or is too old. Here is a new one.", account)
        }
        Back { returned: None, refresh: None } => ("", String::new()),
    };
    let top = Top { note, account: &account };
    page.answer(render(&page, &Application::suggested(&page), &top, None).await)
}

/// Lets a business apply.
pub(super) async fn apply(State(page): State<Page>, Form(application): Form<Application>) -> Response {
    match enroll(&page, &application).await {
        Ok(shop) => see_other(&format!("/merchants#{}", shop.slug)),
        Err(problem) => page.answer(render(&page, &application, &Top::default(), Some(&problem)).await),
    }
}

/// Begins the onboarding and goes to Stripe.
pub(super) async fn onboard(State(page): State<Page>, Path(slug): Path<String>) -> Response {
    let link = async {
        let shop = page.shop(&slug)?;
        let merchant = begin_onboarding(&page, &shop).await?;
        let link = merchant.why_not_enabled.and_then(|why| why.link);
        link.ok_or_else(|| Problem::internal("The API gave no link to Stripe."))
    };
    page.answer(link.await.map(|url| Redirect::to(&url).into_response()))
}

/// Stripe restricts the account until its holder sends something.
pub(super) async fn restrict(State(page): State<Page>, Path(slug): Path<String>) -> Response {
    let done = async {
        let merchant = look(&page, &page.shop(&slug)?).await?;
        let none = || Problem::not_found("There is no account at Stripe to restrict.");
        let account = merchant.account.ok_or_else(none)?;
        let restricted = page.stack().stripe().restrict(&account, PAST_DUE);
        restricted.map_err(|error| Problem::at_stripe(&error))?;
        Ok(see_other(&format!("/merchants#{slug}")))
    };
    page.answer(done.await)
}

/// The operator opens a market to everybody.
pub(super) async fn open_market(State(page): State<Page>, Path(country): Path<String>) -> Response {
    let done = async {
        let parsed =
            Country::parse(&country).ok_or_else(|| Problem::not_found("There is no such market."))?;
        open(&page, parsed).await.map(|()| see_other("/merchants"))
    };
    page.answer(done.await)
}

impl Application {
    fn suggested(page: &Page) -> Self {
        Self {
            reference: format!("shop-{}", page.stack().clock().epoch_seconds()),
            name: String::new(),
            email: "owner@example.com".to_owned(),
            country: Country::SG.code().to_owned(),
        }
    }
}

/// Opens a market to everybody.
pub(super) async fn open(page: &Page, country: Country) -> Result<(), Problem> {
    let path = format!("/v1/markets/{}/rollout", country.code());
    page.api().operate("PUT", &path, Some(&json!({ "open_to": { "mode": "open" } }))).await.map(|_| ())
}

/// Applies for a business, and gets a key of it. One that has applied before shows its key no more, so it
/// gets a new one in place of those it had.
pub(super) async fn enroll(page: &Page, application: &Application) -> Result<Shop, Problem> {
    let no_market = || Problem::invalid("country", "Pick one of the markets.");
    let country = Country::parse(&application.country).ok_or_else(no_market)?;
    let body = json!({
        "reference": application.reference.trim(), "name": application.name.trim(),
        "email": application.email.trim(), "country": country.code(), "fee_bps": 100,
    });
    let mut merchant: Merchant = read(page.api().operate("POST", "/v1/merchants", Some(&body)).await?)?;
    // What could not stand in an address is called by its id there.
    let reference = application.reference.trim();
    let slug = if reference.contains(['/', '#']) { merchant.id.as_str() } else { reference }.to_owned();
    if let (None, Ok(known)) = (&merchant.api_key, page.shop(&slug)) {
        return Ok(known);
    }
    if merchant.api_key.is_none() {
        let reset = format!("/v1/merchants/{}/keys/reset", merchant.id);
        merchant = read(page.api().operate("POST", &reset, None).await?)?;
    }
    let key = merchant.api_key.ok_or_else(|| Problem::internal("The API gave no key."))?;
    let shop = Shop { slug, id: merchant.id, key, name: application.name.trim().to_owned(), country };
    page.known_shops().add(shop.clone());
    Ok(shop)
}

/// Gets a fresh link to Stripe, and an account if there is none yet.
pub(super) async fn begin_onboarding(page: &Page, shop: &Shop) -> Result<Merchant, Problem> {
    let path = format!("/v1/merchants/{}/onboarding-link", shop.id);
    read(page.api().of_shop(shop, &path, None).await?)
}

/// How a shop stands now.
pub(super) async fn look(page: &Page, shop: &Shop) -> Result<Merchant, Problem> {
    read(page.api().look(shop, &format!("/v1/merchants/{}", shop.id)).await?)
}

async fn render(
    page: &Page,
    draft: &Application,
    top: &Top<'_>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    page.settle().await?;
    let mut shops = Vec::new();
    for shop in page.shops() {
        let merchant = look(page, &shop).await?;
        shops.push((shop, merchant));
    }
    shops.sort_by_key(|(_, merchant)| merchant.account.as_deref() != Some(top.account));
    let content = html! {
        h1 { "Merchants" }
        @if !top.note.is_empty() { p.note role="status" { (top.note) } }
        @if let Some(problem) = problem { (problem.alert()) }
        div.columns {
            section.card.aside { h2 { "A new merchant" } (form(draft, problem)) }
            div { @for (shop, merchant) in &shops { (card(shop, merchant, page.now())) } }
        }
    };
    let shell = Shell::new(Section::Merchants, "/merchants");
    Ok(shell.render(page, status_of(problem), "Merchants", &content))
}

fn card(shop: &Shop, merchant: &Merchant, now: Timestamp) -> Markup {
    let methods: Vec<&str> = merchant.methods.iter().map(|method| Method::label(*method)).collect();
    html! {
        section.card id=(shop.slug) {
            h2 { span.flag { (shop.country.code()) } " " (shop.name) " " (badge(&merchant.state)) }
            dl {
                @if !methods.is_empty() { dt { "Takes" } dd { (methods.join(", ")) } }
                dt { "Merchant" } dd.id { (merchant.id) }
                @if let Some(account) = &merchant.account { dt { "Stripe account" } dd.id { (account) } }
                dt { "Key" } dd { details { summary { "show" } code.id { (shop.key) } } }
            }
            @if let Some(why) = &merchant.why_not_enabled { (why_not(shop, merchant, why, now)) }
            @if merchant.state == "enabled" {
                div.row {
                    a.button href={ "/?shop=" (shop.slug) } { "Checkouts" }
                    form method="post" action={ "/merchants/" (shop.slug) "/restrict" } {
                        button { "Stripe restricts the account" }
                    }
                }
            }
        }
    }
}

fn why_not(shop: &Shop, merchant: &Merchant, why: &WhyNot, now: Timestamp) -> Markup {
    let zone = Zone::of(shop.country, now);
    html! {
        div.why {
            p { strong { (why.reason) } }
            @if !why.requirements.is_empty() {
                ul {
                    @for wanted in &why.requirements {
                        li {
                            code { (wanted.requirement) }
                            @if let Some(deadline) = wanted.deadline { " by " (zone.time(deadline)) }
                            @if !wanted.awaits_merchant { span.quiet { " (Stripe looks at it)" } }
                        }
                    }
                }
            }
            @if let Some(link) = &why.link {
                a.button.go href=(link) { "Continue at Stripe" }
            } @else if merchant.state == "waitlisted" {
                form.quietly method="post" action={ "/markets/" (shop.country.code()) "/open" } {
                    button { "Open the market " (shop.country.code()) " to everybody" }
                }
                form.quietly method="post" action={ "/merchants/" (shop.slug) "/onboarding" } {
                    button { "Ask to be let in" }
                }
            } @else if merchant.state == "invited" {
                form method="post" action={ "/merchants/" (shop.slug) "/onboarding" } {
                    button.go { "Begin onboarding at Stripe" }
                }
            }
            @if let Some(next) = &why.next { p.quiet { (next) } }
        }
    }
}

fn form(draft: &Application, problem: Option<&Problem>) -> Markup {
    let name =
        html! { input name="name" maxlength="60" required placeholder="Baker's 13" value=(draft.name); };
    let email = html! { input name="email" type="email" required value=(draft.email); };
    let reference = html! { input name="reference" required value=(draft.reference); };
    let country = html! {
        select name="country" {
            @for &country in Country::ALL {
                option selected[country.code() == draft.country] { (country.code()) }
            }
        }
    };
    html! {
        form method="post" action="/merchants" {
            (field(problem, "name", "Name", &name))
            (field(problem, "country", "Market", &country))
            (field(problem, "email", "Email", &email))
            (field(problem, "reference", "Platform's reference", &reference))
            button.go { "Apply" }
        }
    }
}
