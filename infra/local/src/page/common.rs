//! What every page has: the stack, the API, the shops whose keys are known.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use kembali::domain::time::Timestamp;

use super::api::Api;
use super::problem::Problem;
use super::shops::{Shop, Shops};
use crate::stack::Stack;

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

    /// The shops whose keys it has, in the order in which it met them.
    pub fn shops(&self) -> Vec<Shop> {
        self.0.shops.all()
    }

    pub(super) fn stack(&self) -> &Stack {
        &self.0.stack
    }

    pub(super) fn api(&self) -> &Api {
        &self.0.api
    }

    /// What time it is on the stack.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_epoch_millis(self.stack().clock().epoch_millis())
    }

    /// The shops that it knows.
    pub(super) fn known_shops(&self) -> &Shops {
        &self.0.shops
    }

    /// Where this page is reachable.
    pub(super) fn url(&self) -> &str {
        &self.0.url
    }

    /// The shop that the page calls `slug`.
    pub(super) fn shop(&self, slug: &str) -> Result<Shop, Problem> {
        self.0.shops.get(slug).ok_or_else(|| {
            let next = "Pick one under Merchants. A stack in memory forgets everything when it stops.";
            Problem::not_found("This page has no key of such a shop.").with_next(next)
        })
    }

    /// Does what is due, so that what is shown is what has happened: a payer who comes back from Stripe's
    /// page sees the payment.
    pub(super) async fn settle(&self) -> Result<(), Problem> {
        self.stack().settle().await.map(|_| ()).map_err(|error| Problem::internal(error.to_string()))
    }
}

/// What was changed can be seen at `path`.
pub(super) fn see_other(path: &str) -> Response {
    use axum::response::{IntoResponse as _, Redirect};
    Redirect::to(path).into_response()
}

/// The status of a page that shows `problem`, if there is one.
pub(super) fn status_of(problem: Option<&Problem>) -> StatusCode {
    problem.map_or(StatusCode::OK, Problem::status)
}
