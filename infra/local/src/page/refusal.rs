//! The page that says why there is no other.

use axum::response::Response;
use maud::html;

use super::common::Page;
use super::layout::{Section, Shell};
use super::problem::Problem;

impl Page {
    /// An answer, or the page that says why there is none.
    pub(super) fn answer(&self, answer: Result<Response, Problem>) -> Response {
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
