//! What every hosted page looks like.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

const STYLE: &str = "
:root { color-scheme: light; --ink: #1a1f36; --soft: #4f566b; --line: #d5dbe1; --go: #4b45c6; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f8fa; color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.note { margin: 0; padding: .5rem 1rem; background: #fff3cd; border-bottom: 1px solid #e0c46c; text-align: center; }
main { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; margin: 0; color: var(--soft); font-weight: 600; }
.total { font-size: 2.25rem; font-weight: 700; margin: .25rem 0 1rem; }
.card { background: #fff; border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem; margin: 0 0 1rem; }
.card h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
table { width: 100%; border-collapse: collapse; }
td { padding: .25rem 0; } td + td { text-align: right; }
label { display: block; font-weight: 600; margin: 0 0 .75rem; }
input { display: block; width: 100%; padding: .6rem; margin-top: .25rem; border: 1px solid #8792a2; border-radius: .375rem; font: inherit; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
button { padding: .65rem 1rem; border: 1px solid var(--go); border-radius: .375rem; background: #fff; color: var(--go); font: inherit; font-weight: 600; cursor: pointer; }
button.go { width: 100%; background: var(--go); color: #fff; }
.rest { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
:focus-visible { outline: 3px solid #f0a500; outline-offset: 2px; }
.error { border-left: .3rem solid #b3093c; padding: .5rem .75rem; background: #fde8ee; margin: 0 0 1rem; }
.qr svg { width: 11rem; height: 11rem; display: block; }
.quiet { color: var(--soft); }
";

/// A whole page.
pub(super) fn page(status: StatusCode, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="data:,";
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                p.note { strong { "Stand-in for Stripe's page. No real money." } }
                main { (content) }
            }
        }
    };
    (status, Html(page.into_string())).into_response()
}

/// A page that only says something.
pub(super) fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, &html! { section.card { h2 { (title) } p { (text) } } })
}
