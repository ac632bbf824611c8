//! `/`: a shop's checkouts of today, and a form for one more.

use crate::client::encoded;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use kembali::domain::ids::{CheckoutId, MerchantId, Reference};
use kembali::domain::market::Country;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{Checkout, Checkouts};
use super::api::read;
use super::common::{Page, see_other, status_of};
use super::layout::{Section, Shell, badge, field, table};
use super::machine;
use super::problem::Problem;
use super::shops::Shop;
use super::zone::Zone;

/// How many lines of calls are shown.
const SHOWN_CALLS: usize = 12;

#[derive(Debug, Deserialize)]
pub(super) struct Picked {
    shop: Option<String>,
    /// A day of the market's own, today when none is named.
    day: Option<String>,
}

/// The form, as it was sent or as it is suggested.
#[derive(Debug, Deserialize)]
pub(super) struct Draft {
    #[serde(default)]
    shop: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    phone: String,
    /// Ticked or not there.
    #[serde(default)]
    use_wallet: Option<String>,
    #[serde(default)]
    channel: String,
}

/// Shows the picked shop, or the first.
pub(super) async fn show(State(page): State<Page>, Query(picked): Query<Picked>) -> Response {
    let shop = match picked.shop {
        Some(slug) => page.shop(&slug).map(Some),
        None => Ok(page.shops().into_iter().next()),
    };
    let shown = match shop {
        Ok(Some(shop)) => {
            render(&page, &shop, &Draft::suggested(&page, &shop), picked.day.as_deref(), None).await
        }
        Ok(None) => Ok(without_shops(&page)),
        Err(problem) => Err(problem),
    };
    page.answer(shown)
}

/// Creates a checkout and goes to it, or shows the form again with what is wrong.
pub(super) async fn create(State(page): State<Page>, Form(draft): Form<Draft>) -> Response {
    let shop = match page.shop(&draft.shop) {
        Ok(shop) => shop,
        Err(problem) => return page.answer(Err(problem)),
    };
    let created = match draft.agreed(&page, &shop).await {
        Ok(body) => page.api().of_shop(&shop, "/v1/checkouts", Some(&body)).await,
        Err(problem) => Err(problem),
    };
    match created.and_then(read::<Checkout>) {
        Ok(checkout) => see_other(&format!("/checkouts/{}/{}", shop.slug, checkout.id)),
        Err(problem) => page.answer(render(&page, &shop, &draft, None, Some(&problem)).await),
    }
}

impl Draft {
    fn suggested(page: &Page, shop: &Shop) -> Self {
        let (amount, description) = match shop.country {
            Country::SG => ("25.00", "2 kopi, 1 kaya toast"),
            Country::IN => ("640.00", "2 masala chai, 1 thali"),
            Country::BR => ("48.50", "2 cafés, 1 pão de queijo"),
            Country::US => ("18.40", "Pancakes and coffee"),
        };
        Self {
            shop: shop.slug.clone(),
            // The clock never goes back, so a reference never comes twice.
            reference: format!("order-{}", page.stack().clock().epoch_millis()),
            amount: amount.to_owned(),
            description: description.to_owned(),
            phone: String::new(),
            use_wallet: None,
            channel: "chat".to_owned(),
        }
    }

    /// What a shop's own system would send, with what the platform adds once its payer has agreed to spend
    /// credit.
    async fn agreed(&self, page: &Page, shop: &Shop) -> Result<Value, Problem> {
        let mut body = self.body(page, shop);
        if self.use_wallet.is_none() {
            return Ok(body);
        }
        let consent = json!({
            "phone": self.phone.trim(), "merchant": shop.id, "reference": body.get("reference"),
            "amount": body.get("amount"),
        });
        let path = format!("/v1/markets/{}/wallet-consents", shop.country.code());
        let answer = page.api().operate("POST", &path, Some(&consent)).await?;
        if let Some(payer) = body.get_mut("payer") {
            set(payer, "wallet_consent", answer.get("wallet_consent").cloned().unwrap_or_default());
        }
        Ok(body)
    }

    /// What a shop's own system would send.
    fn body(&self, page: &Page, shop: &Shop) -> Value {
        let mut body = json!({
            "reference": self.reference.trim(),
            "amount": { "value": self.amount.trim(), "currency": shop.country.currency().code() },
            "description": self.description.trim(),
            "channel": self.channel,
        });
        let phone = self.phone.trim();
        // Without a number there is no wallet either; the API says so at the field.
        if !phone.is_empty() || self.use_wallet.is_some() {
            set(&mut body, "payer", json!({ "phone": phone }));
        }
        // A checkout's id follows from the merchant and the reference, so the way back is known before there
        // is one. A reference that is none is the API's to refuse.
        if let (Ok(merchant), Ok(reference)) =
            (MerchantId::parse(&shop.id), Reference::parse(self.reference.trim()))
        {
            let id = CheckoutId::of(&merchant, &reference);
            set(&mut body, "return_url", json!(format!("{}/checkouts/{}/{id}", page.url(), shop.slug)));
        }
        body
    }
}

fn set(body: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = body {
        members.insert(name.to_owned(), value);
    }
}

async fn render(
    page: &Page,
    shop: &Shop,
    draft: &Draft,
    day: Option<&str>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    page.settle().await?;
    let day = day.map_or_else(String::new, |day| format!("&day={}", encoded(day)));
    let path = format!("/v1/checkouts?limit=50{day}");
    let listed: Checkouts = read(page.api().look(shop, &path).await?)?;
    let zone = Zone::of(shop.country, page.now());
    let calls = page.api().calls_since(i64::MIN);
    let content = html! {
        (tabs(page, shop))
        @if let Some(problem) = problem { (problem.alert()) }
        div.columns {
            section.card.aside { h2 { "New checkout" } (form(shop, draft, problem)) }
            section.card {
                h2 { "Checkouts of " (listed.day) }
                (list(shop, &zone, &listed))
                (days(shop, &listed.day))
            }
        }
        section.card { h2 { "Queues" } (machine::queues(page)) }
        section.card {
            h2 { "Newest calls" }
            (machine::calls(&zone, &calls, SHOWN_CALLS))
        }
    };
    let back = format!("/?shop={}", shop.slug);
    let shell = Shell::new(Section::Checkouts, &back).in_zone(zone);
    Ok(shell.render(page, status_of(problem), &shop.name, &content))
}

fn tabs(page: &Page, current: &Shop) -> Markup {
    html! {
        nav.tabs aria-label="Shops" {
            @for shop in page.shops() {
                a href={ "/?shop=" (shop.slug) } aria-current=[(shop.slug == current.slug).then_some("true")] {
                    span.flag { (shop.country.code()) } " " (shop.name)
                }
            }
        }
    }
}

fn form(shop: &Shop, draft: &Draft, problem: Option<&Problem>) -> Markup {
    let amount = html! { input name="amount" inputmode="decimal" required value=(draft.amount); };
    let description = html! { input name="description" maxlength="250" required value=(draft.description); };
    let phone =
        html! { input name="phone" type="tel" placeholder="with its country code" value=(draft.phone); };
    let reference = html! { input name="reference" required value=(draft.reference); };
    let channel = html! {
        select name="channel" {
            @for (value, text) in [("chat", "In the chat"), ("counter", "At the counter")] {
                option value=(value) selected[draft.channel == value] { (text) }
            }
        }
    };
    html! {
        form method="post" action="/" {
            input type="hidden" name="shop" value=(shop.slug);
            (field(problem, "amount", &format!("Amount in {}", shop.country.currency().code()), &amount))
            (field(problem, "description", "Description", &description))
            (field(problem, "channel", "Where the payer is", &channel))
            (field(problem, "phone", "Payer's phone (optional)", &phone))
            @if shop.country.has_wallets() {
                label.check.alone {
                    input type="checkbox" name="use_wallet" checked[draft.use_wallet.is_some()];
                    span { "Pay a part with wallet credit" }
                }
            }
            (field(problem, "reference", "Order number", &reference))
            button.go { "Create checkout" }
        }
    }
}

fn list(shop: &Shop, zone: &Zone, listed: &Checkouts) -> Markup {
    let rows = html! {
        @for checkout in &listed.checkouts {
            tr {
                td.time { (zone.time(checkout.created_at)) }
                td { a href={ "/checkouts/" (shop.slug) "/" (checkout.id) } { (checkout.what()) } }
                td.number {
                    (checkout.amount)
                    @if let Some(wallet) = &checkout.wallet { br; span.quiet { "of it credit " (wallet) } }
                }
                td { (badge(&checkout.status)) }
                td {
                    @if let Some(cashback) = &checkout.cashback {
                        @if let Some(amount) = &cashback.amount { (amount) " " }
                        (badge(&cashback.state))
                    }
                }
            }
        }
    };
    let headings = ["Created", "What for", "#Amount", "Status", "Cashback"];
    html! {
        (table(&headings, listed.checkouts.is_empty(), "None on this day.", &rows))
        @if listed.next_cursor.is_some() { p.quiet { "The newest 50; the API has the rest." } }
    }
}

/// The way to the day before, where the checkouts are whose forty-eight hours have just passed, and back.
fn days(shop: &Shop, shown: &str) -> Markup {
    let shown: Option<Date> = shown.parse().ok();
    let day = |date: Option<Date>, text: &str| {
        html! {
            @if let Some(date) = date { a href={ "/?shop=" (shop.slug) "&day=" (date) } { (text) } " " }
        }
    };
    html! {
        p.days {
            (day(shown.and_then(|day| day.yesterday().ok()), "← day before"))
            (day(shown.and_then(|day| day.tomorrow().ok()), "day after →"))
        }
    }
}

fn without_shops(page: &Page) -> Response {
    let content = html! {
        h1 { "No shop yet" }
        p { "A checkout belongs to a shop. Let one apply first." }
        p { a.button href="/merchants" { "To the merchants" } }
    };
    Shell::new(Section::Checkouts, "/").render(page, axum::http::StatusCode::OK, "No shop yet", &content)
}
