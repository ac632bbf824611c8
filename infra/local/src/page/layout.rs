//! What every page looks like, and the small things that many of them show.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::clock_face;
use super::common::Page;
use super::problem::Problem;
use super::zone::Zone;

const STYLE: &str = include_str!("style.css");

/// A part of the page, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Checkouts,
    Merchants,
    Campaigns,
    Payers,
    Reviews,
    Events,
    None,
}

impl Section {
    const SHOWN: [(Self, &'static str, &'static str); 6] = [
        (Self::Checkouts, "/", "Checkouts"),
        (Self::Merchants, "/merchants", "Merchants"),
        (Self::Campaigns, "/campaigns", "Campaigns"),
        (Self::Payers, "/payers", "Payers"),
        (Self::Reviews, "/reviews", "Reviews"),
        (Self::Events, "/events", "Events"),
    ];
}

/// What stands around a page's content.
pub(super) struct Shell<'a> {
    section: Section,
    /// Where the clock's buttons come back to.
    back: &'a str,
    zone: Option<Zone>,
}

impl<'a> Shell<'a> {
    /// A page at the path `back`, whose clock shows UTC.
    pub(super) fn new(section: Section, back: &'a str) -> Self {
        Self { section, back, zone: None }
    }

    /// The same with the clock of a market.
    pub(super) fn in_zone(self, zone: Zone) -> Self {
        Self { zone: Some(zone), ..self }
    }

    /// The whole page.
    pub(super) fn render(&self, page: &Page, status: StatusCode, title: &str, content: &Markup) -> Response {
        let zone = self.zone.clone().unwrap_or_else(|| Zone::utc(page.now()));
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    link rel="icon" href="data:,";
                    title { (title) " · Kembali local" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header.top {
                        div.bar {
                            a.brand href="/" { "Kembali" span { "local" } }
                            nav {
                                @for (section, path, name) in Section::SHOWN {
                                    a href=(path) aria-current=[(section == self.section).then_some("page")] { (name) }
                                }
                            }
                            (clock_face::show(page, &zone, self.back))
                        }
                    }
                    main { (content) }
                }
            }
        };
        (status, Html(document.into_string())).into_response()
    }
}

/// How good a state is, which gives its badge a colour.
fn tone(state: &str) -> &'static str {
    match state {
        "enabled" | "paid" | "credited" | "succeeded" | "won" | "running" | "ok" | "returned" => "good",
        "open" | "held" | "paying" | "pending" | "requested" | "onboarding" | "in_review" | "invited"
        | "scheduled" => "busy",
        "disputed" | "frozen" | "restricted" | "waitlisted" | "partly_refunded" | "paused" | "stopped"
        | "credited_to_wallet" => "warn",
        "failed" | "lost" | "suspended" | "error" => "bad",
        _ => "dull",
    }
}

/// A state, as a word in a colour.
pub(super) fn badge(state: &str) -> Markup {
    html! { span.badge.(tone(state)) { (state.replace('_', " ")) } }
}

/// A field of a form, marked if it is at fault.
pub(super) fn field(problem: Option<&Problem>, name: &str, label: &str, input: &Markup) -> Markup {
    let is_wrong = problem.is_some_and(|problem| problem.is_about(name));
    html! { label.wrong[is_wrong] { span { (label) } (input) } }
}

/// A table that can be scrolled sideways where the screen is narrow, or a word when it is empty. A heading
/// that begins with `#` stands above numbers.
pub(super) fn table(headings: &[&str], is_empty: bool, nothing: &str, rows: &Markup) -> Markup {
    html! {
        @if is_empty {
            p.quiet { (nothing) }
        } @else {
            div.scroll {
                table {
                    thead { tr { @for heading in headings { (th(heading)) } } }
                    tbody { (rows) }
                }
            }
        }
    }
}

fn th(heading: &str) -> Markup {
    match heading.strip_prefix('#') {
        Some(heading) => html! { th.number { (heading) } },
        None => html! { th { (heading) } },
    }
}
