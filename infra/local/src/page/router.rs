//! Which address is answered where.

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};

use super::common::Page;
use super::problem::Problem;
use super::{campaigns, checkout, clock, events, home, merchants, payers, reviews};

impl Page {
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
            .route("/campaigns/trial", post(campaigns::run))
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
}

async fn unknown(State(page): State<Page>, uri: Uri) -> Response {
    page.answer(Err(Problem::not_found(format!("This page has nothing at {}.", uri.path()))))
}
