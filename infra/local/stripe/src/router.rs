//! The server: the API and the pages at their addresses.

use axum::Router;
use axum::routing::{any, get};

use crate::stripe::Stripe;
use crate::{api, pages};

impl Stripe {
    /// The API under `/v1` and `/v2`, and the hosted pages.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/c/pay/{session}", get(pages::checkout::show).post(pages::checkout::submit))
            .route("/setup/{token}", get(pages::setup::show).post(pages::setup::submit))
            .route("/receipts/{charge}", get(pages::checkout::receipt))
            .fallback(any(api::answer))
            .with_state(self.clone())
    }
}
