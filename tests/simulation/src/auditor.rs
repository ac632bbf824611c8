//! The auditor: one rule a file, each a function of the evidence.

mod books;
mod cashbacks;
mod limits;
mod money;
mod news;
mod order;
mod promises;
mod refunds;
mod rest;
mod time;
mod wallet;

use crate::evidence::{Evidence, Seen};
use crate::report::Violation;

/// A rule: what must hold and does not, and in whose life.
type Rule = fn(&Evidence) -> Vec<(Option<usize>, String)>;

/// All rules, with their names.
const RULES: [(&str, Rule); 11] = [
    ("what is promised is what the campaign says", promises::check),
    ("one cashback a payment, of what is left of its promise", cashbacks::check),
    ("every promise is kept in time, or explained", time::check),
    ("each account's money is accounted for", money::check),
    ("debits equal credits, and the books say what Stripe says", books::check),
    ("no cap and no budget is exceeded, and none is lost", limits::check),
    ("credit given is credit spent, left or taken back", wallet::check),
    ("no state goes backwards", order::check),
    ("what happens at Stripe is known within an hour, whatever becomes of its webhooks", news::check),
    ("a refund that was accepted is made, or was netted, or failed for a reason", refunds::check),
    ("nothing is left over, told or forgotten", rest::check),
];

/// Everything that must hold and does not.
pub fn audit(evidence: &Evidence) -> Vec<Violation> {
    let of_rule = |(rule, check): &(&'static str, Rule)| {
        let rule = *rule;
        check(evidence)
            .into_iter()
            .map(move |(life, what)| Violation { rule, life, what })
            .collect::<Vec<_>>()
    };
    RULES.iter().flat_map(of_rule).collect()
}

/// What is wrong with each life, by a rule about one.
fn each(
    evidence: &Evidence,
    check: impl Fn(&Evidence, &Seen) -> Vec<String>,
) -> Vec<(Option<usize>, String)> {
    let of_life = |seen: &Seen| {
        let life = seen.life;
        check(evidence, seen).into_iter().map(move |what| (Some(life), what)).collect::<Vec<_>>()
    };
    evidence.lives.iter().flat_map(of_life).collect()
}

#[cfg(test)]
mod tests;
