//! The form: what every campaign needs is in sight, the rest is folded away under the question that it
//! answers.

use kembali::domain::campaign::Funding;
use kembali::domain::market::{Country, Tender};
use maud::{Markup, html};

use super::draft::{BUDGETS, Draft, PERIODS, TIERS};
use crate::page::problem::Problem;

/// Whose money it is. Which part is whose is asked for below.
const FUNDING: [(&str, &str, Funding); 3] = [
    ("merchant", "merchant", Funding::Merchant),
    ("platform", "platform", Funding::Platform),
    ("split", "both", Funding::Split { platform_bps: 5000 }),
];

/// The same with the markets that carry it, unless all of them do.
fn fundings() -> [(&'static str, String); 3] {
    FUNDING.map(|(value, text, funding)| {
        let carries = |country: &&Country| funding.lacks(**country).is_none();
        let markets: Vec<_> = Country::ALL.iter().filter(carries).map(|country| country.code()).collect();
        let is_everywhere = markets.len() == Country::ALL.len();
        (value, if is_everywhere { text.to_owned() } else { format!("{text} ({})", markets.join(", ")) })
    })
}

/// The fields with what was typed into them, and the one at fault.
struct Form<'a> {
    draft: &'a Draft,
    wrong: Option<(String, &'a Problem)>,
}

pub(super) fn show(draft: &Draft, problem: Option<&Problem>) -> Markup {
    let wrong = problem.and_then(|problem| problem.field().map(|field| (draft.field_of(field), problem)));
    let form = Form { draft, wrong };
    let countries: Vec<(&str, &str)> =
        Country::ALL.iter().map(|country| (country.code(), country.code())).collect();
    let fundings = fundings();
    let fundings = fundings.each_ref().map(|(value, text)| (*value, text.as_str()));
    html! {
        form method="post" action="/campaigns" {
            div.pair {
                (form.choice("country", "Market", &countries))
                (form.choice("funding", "Paid by", &fundings))
            }
            (form.text("id", "Name, of a-z, 0-9 and -", "weekend-10", true))
            div.pair {
                (form.decimal("percent", "Percent back", "5"))
                (form.decimal("fixed", "or fixed amount", "none"))
            }
            (form.methods())
            (form.decimal("max_per_payment", "Most per payment", "none"))
            div.pair.wide {
                (form.day("starts_at", "First day"))
                (form.day("ends_at", "Last day"))
            }
            p.quiet { "Days of the market's own time." }
            (form.caps())
            (form.budget())
            (form.who())
            (form.tiers())
            (form.terms())
            button.go { "Create campaign" }
            p.quietly { button formaction="/campaigns/trial" { "Try it on the last 31 days" } }
        }
    }
}

impl Form<'_> {
    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(wrong, _)| wrong == name)
    }

    /// A field with its label, and what is wrong with it beside it.
    fn field(&self, name: &str, label: &str, input: &Markup) -> Markup {
        html! {
            label.wrong[self.is_wrong(name)] {
                span { (label) }
                (input)
                (self.error(name))
            }
        }
    }

    fn error(&self, name: &str) -> Markup {
        html! {
            @if let Some((_, problem)) = self.wrong.as_ref().filter(|(wrong, _)| wrong == name) {
                span.error id={ (name) "-error" } { (problem.detail()) }
            }
        }
    }

    fn input(&self, name: &str, placeholder: &str, mode: &str) -> Markup {
        let is_wrong = self.is_wrong(name);
        html! {
            input name=(name) inputmode=(mode) placeholder=(placeholder) value=(self.draft.get(name))
                aria-invalid=[is_wrong.then_some("true")]
                aria-describedby=[is_wrong.then(|| format!("{name}-error"))];
        }
    }

    fn text(&self, name: &str, label: &str, placeholder: &str, required: bool) -> Markup {
        let input = html! {
            input name=(name) placeholder=(placeholder) required[required] value=(self.draft.get(name))
                aria-invalid=[self.is_wrong(name).then_some("true")];
        };
        self.field(name, label, &input)
    }

    fn decimal(&self, name: &str, label: &str, placeholder: &str) -> Markup {
        self.field(name, label, &self.input(name, placeholder, "decimal"))
    }

    fn number(&self, name: &str, label: &str, placeholder: &str) -> Markup {
        self.field(name, label, &self.input(name, placeholder, "numeric"))
    }

    fn day(&self, name: &str, label: &str) -> Markup {
        let input = html! {
            input type="date" name=(name) required value=(self.draft.get(name))
                aria-invalid=[self.is_wrong(name).then_some("true")];
        };
        self.field(name, label, &input)
    }

    fn choice(&self, name: &str, label: &str, values: &[(&str, &str)]) -> Markup {
        let input = html! {
            select name=(name) {
                @for (value, text) in values {
                    option value=(value) selected[self.draft.get(name) == *value] { (text) }
                }
            }
        };
        self.field(name, label, &input)
    }

    fn checks(&self, name: &str, legend: &str, boxes: &[(&str, &str)]) -> Markup {
        html! {
            fieldset.wrong[self.is_wrong(name)] {
                legend { (legend) }
                @for (name, text) in boxes {
                    label.check {
                        input type="checkbox" name=(name) checked[self.draft.has(name)];
                        span { (text) }
                    }
                }
                (self.error(name))
            }
        }
    }

    fn methods(&self) -> Markup {
        let boxes: Vec<(&str, &str)> =
            Tender::ALL.iter().map(|tender| (tender.name(), tender.label())).collect();
        self.checks("methods", "Paid with", &boxes)
    }

    /// A part that is folded away unless something in it was filled in, or is wrong.
    fn fold(&self, summary: &str, names: &[String], content: &Markup) -> Markup {
        let is_used = names.iter().any(|name| self.draft.has(name) || self.is_wrong(name));
        html! { details.fold open[is_used] { summary { (summary) } div { (content) } } }
    }

    /// Two fields in a row of a grid: how many payments, how much.
    fn limit(&self, name: &str, label: &str) -> Markup {
        let (payments, amount) = (format!("{name}_payments"), format!("{name}_amount"));
        html! {
            fieldset.limit.wrong[self.is_wrong(&payments) || self.is_wrong(&amount)] {
                legend { (label) }
                div.pair {
                    (self.number(&payments, "payments", "any"))
                    (self.decimal(&amount, "sum", "any"))
                }
            }
        }
    }

    fn caps(&self) -> Markup {
        let labels = ["A day", "A week", "A month", "The whole campaign"];
        let content = html! {
            p.quiet { "What one payer can earn at most. Needs a payer whose number is known." }
            @for (period, label) in PERIODS.iter().zip(labels) { (self.limit(&format!("cap_{period}"), label)) }
        };
        self.fold("Caps for one payer", &limits(&PERIODS.map(|period| format!("cap_{period}"))), &content)
    }

    fn budget(&self) -> Markup {
        let content = html! {
            p.quiet { "What all payers can earn together." }
            @for (part, label) in BUDGETS.iter().zip(["In all", "A day"]) { (self.limit(part, label)) }
        };
        self.fold("Budget", &limits(&BUDGETS.map(str::to_owned)), &content)
    }

    fn who(&self) -> Markup {
        let occasions = [
            ("", "every payment"),
            ("first_overall", "only the first of all"),
            ("first_per_merchant", "only the first at a shop"),
            ("once_per_merchant", "once at each shop"),
            ("every_nth", "every n-th"),
        ];
        let names =
            ["chat", "counter", "min_spend", "occasion", "occasion_n", "merchants", "merchant_categories"];
        let content = html! {
            (self.checks("channels", "Where (both, if none is ticked)", &[("chat", "in the chat"), ("counter", "at the counter")]))
            (self.decimal("min_spend", "Smallest payment", "none"))
            (self.choice("occasion", "Of a payer's payments", &occasions))
            (self.number("occasion_n", "n, for every n-th", "10"))
            (self.text("merchants", "Only these merchants (ids)", "all", false))
            (self.text("merchant_categories", "Only these kinds of shop (MCC)", "all", false))
        };
        self.fold("Who and where", &names.map(str::to_owned), &content)
    }

    fn tiers(&self) -> Markup {
        let names: Vec<String> =
            (0..TIERS).flat_map(|tier| [format!("tier{tier}_from"), format!("tier{tier}_percent")]).collect();
        let content = html! {
            p.quiet { "Instead of one percentage: the last tier that a payment reaches counts for all of it." }
            @for tier in 0..TIERS {
                div.pair {
                    (self.decimal(&format!("tier{tier}_from"), &format!("Tier {}, from", tier.saturating_add(1)), "0.00"))
                    (self.decimal(&format!("tier{tier}_percent"), "percent", "none"))
                }
            }
        };
        self.fold("More for larger payments", &names, &content)
    }

    fn terms(&self) -> Markup {
        let stacking = [
            ("", "the best one counts"),
            ("exclusive", "no other counts"),
            ("sum", "added up, to a ceiling"),
        ];
        let refunds = [("", "takes its part"), ("cancel", "ends the cashback")];
        let names = [
            "stacking",
            "ceiling",
            "platform_bps",
            "on_refund",
            "promise_hours",
            "release_margin_hours",
            "wallet_days",
        ];
        let content = html! {
            (self.choice("stacking", "Beside other campaigns", &stacking))
            (self.decimal("ceiling", "Ceiling, if added up", "none"))
            (self.number("platform_bps", "Platform's part of 10000, if both pay", "5000"))
            (self.choice("on_refund", "A partial refund", &refunds))
            div.pair {
                (self.number("promise_hours", "Promised within hours", "48"))
                (self.number("release_margin_hours", "Released hours before", "1"))
            }
            (self.number("wallet_days", "Credit can be spent for days", "365"))
        };
        self.fold("Promise, refunds, other campaigns", &names.map(str::to_owned), &content)
    }
}

fn limits(names: &[String]) -> Vec<String> {
    names.iter().flat_map(|name| [format!("{name}_payments"), format!("{name}_amount")]).collect()
}
