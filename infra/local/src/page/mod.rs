//! One page for a person: create a checkout, pay it, see its cashback, its books and its calls, and move the clock.
//!
//! What it knows about merchants, campaigns and checkouts it asks the HTTP API, with the keys that everybody else has.
//! Only what a person at the machine could look at or do anyway (clock, queues, calls, Stripe's dashboard) it takes from
//! the [`Stack`] directly. It is plain HTML that works without scripts; whatever changes something answers with a
//! redirect, so that reloading repeats nothing.

mod answers;
mod api;
mod campaigns;
mod checkout;
mod clock;
mod events;
mod home;
mod layout;
mod ledger;
mod machine;
mod merchants;
mod payers;
mod problem;
mod reviews;
pub mod seed;
mod shops;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use maud::html;

use crate::stack::Stack;
use api::Api;
use layout::{Section, Shell};
pub use problem::Problem;
pub use shops::Shop;
use shops::Shops;

/// The page. Cloning shares it.
#[derive(Clone)]
pub struct Page(Arc<Inner>);

struct Inner {
    stack: Arc<Stack>,
    api: Api,
    shops: Shops,
    url: String,
}

impl Page {
    /// A page about `stack`, reachable at `url` (no trailing slash). It knows no shop yet.
    pub fn new(stack: Arc<Stack>, url: String) -> Self {
        Self(Arc::new(Inner { api: Api::new(Arc::clone(&stack)), shops: Shops::default(), stack, url }))
    }

    /// Everything it answers.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(home::show).post(home::create))
            .route("/clock", post(clock::advance))
            .route("/checkouts/{shop}/{checkout}", get(checkout::show))
            .route("/checkouts/{shop}/{checkout}/expire", post(checkout::actions::expire))
            .route("/checkouts/{shop}/{checkout}/refunds", post(checkout::actions::refund))
            .route("/checkouts/{shop}/{checkout}/dispute", post(checkout::actions::dispute))
            .route("/checkouts/{shop}/{checkout}/refuse", post(checkout::actions::refuse))
            .route("/merchants", get(merchants::show).post(merchants::apply))
            .route("/merchants/{shop}/onboarding", post(merchants::onboard))
            .route("/merchants/{shop}/restrict", post(merchants::restrict))
            .route("/markets/{country}/open", post(merchants::open_market))
            .route("/campaigns", get(campaigns::show).post(campaigns::create))
            .route("/campaigns/trial", post(campaigns::trial::run))
            .route("/campaigns/{country}/{campaign}/{action}", post(campaigns::act))
            .route("/markets/{country}/{action}", post(campaigns::switch))
            .route("/payers", get(payers::show).post(payers::ask))
            .route("/reviews", get(reviews::show))
            .route("/reviews/screening/{country}", post(reviews::screen))
            .route("/reviews/{checkout}/{verdict}", post(reviews::decide))
            .route("/events", get(events::show))
            .fallback(unknown)
            .with_state(self.clone())
    }

    /// The shops whose keys it has, in the order in which it met them.
    pub fn shops(&self) -> Vec<Shop> {
        self.0.shops.all()
    }

    fn stack(&self) -> &Stack {
        &self.0.stack
    }

    fn api(&self) -> &Api {
        &self.0.api
    }

    /// Where this page is reachable.
    fn url(&self) -> &str {
        &self.0.url
    }

    /// The shop that the page calls `slug`.
    fn shop(&self, slug: &str) -> Result<Shop, Problem> {
        self.0.shops.get(slug).ok_or_else(|| {
            let next = "Pick one under Merchants. A stack in memory forgets everything when it stops.";
            Problem::not_found("This page has no key of such a shop.").with_next(next)
        })
    }

    /// Does what is due, so that what is shown is what has happened: a payer who comes back from Stripe's page sees the
    /// payment.
    async fn settle(&self) -> Result<(), Problem> {
        self.stack().settle().await.map(|_| ()).map_err(|error| Problem::internal(error.to_string()))
    }

    /// An answer, or the page that says why there is none.
    fn answer(&self, answer: Result<Response, Problem>) -> Response {
        answer.unwrap_or_else(|problem| {
            let content = html! {
                h1 { (problem.title()) }
                (problem.alert())
                p { a.button href="/" { "Back to the checkouts" } }
            };
            Shell::new(Section::None, "/").render(self, problem.status(), problem.title(), &content)
        })
    }
}

async fn unknown(State(page): State<Page>, uri: Uri) -> Response {
    page.answer(Err(Problem::not_found(format!("This page has nothing at {}.", uri.path()))))
}

/// What was changed can be seen at `path`.
fn see_other(path: &str) -> Response {
    use axum::response::{IntoResponse as _, Redirect};
    Redirect::to(path).into_response()
}

/// The status of a page that shows `problem`, if there is one.
fn status_of(problem: Option<&Problem>) -> StatusCode {
    problem.map_or(StatusCode::OK, Problem::status)
}

#[cfg(test)]
mod tests;
