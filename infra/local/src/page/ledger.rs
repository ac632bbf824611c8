//! A checkout's books: every posting, and what the accounts stand at.

use std::collections::BTreeMap;

use kembali::domain::money::Money;
use maud::{Markup, html};

use super::answers::Posting;
use super::layout::table;
use super::zone::Zone;

/// What an account received and gave, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Turnover {
    debit: i64,
    credit: i64,
}

/// The postings and the balances.
pub(super) fn show(zone: &Zone, postings: &[Posting]) -> Markup {
    let rows = html! {
        @for posting in postings {
            tr {
                td.time { (zone.time(posting.at)) }
                td { (posting.debit) }
                td { (posting.credit) }
                td.number { (posting.amount) }
            }
        }
    };
    html! {
        (table(&["Time", "Debit", "Credit", "#Amount"], postings.is_empty(), "Nothing is booked before payment.", &rows))
        @if let Some(first) = postings.first() { (balances(first.amount, postings)) }
    }
}

/// One line an account; the totals of both sides are the same, and the page says so only if they are.
fn balances(any: Money, postings: &[Posting]) -> Markup {
    let accounts = turnovers(postings);
    let total = |side: fn(&Turnover) -> i64| accounts.values().map(side).fold(0, i64::saturating_add);
    let (debits, credits) = (total(|sum| sum.debit), total(|sum| sum.credit));
    let amount = |minor: i64| {
        let money = Money::from_minor(minor, any.currency());
        money.map_or_else(
            |_| String::new(),
            |money| if money.is_zero() { String::new() } else { money.to_string() },
        )
    };
    html! {
        h3 { "Balances" }
        div.scroll {
            table {
                thead { tr { th { "Account" } th.number { "Debit" } th.number { "Credit" } th.number { "Balance" } } }
                tbody {
                    @for (account, sum) in &accounts {
                        tr {
                            td { (account) }
                            td.number { (amount(sum.debit)) }
                            td.number { (amount(sum.credit)) }
                            td.number { (balance(*sum, &amount)) }
                        }
                    }
                }
                tfoot {
                    tr {
                        th { "Total" }
                        td.number { (amount(debits)) }
                        td.number { (amount(credits)) }
                        td.number { @if debits == credits { "balanced ✓" } @else { strong.bad { "NOT BALANCED" } } }
                    }
                }
            }
        }
    }
}

fn balance(sum: Turnover, amount: &impl Fn(i64) -> String) -> String {
    match sum.debit.saturating_sub(sum.credit) {
        0 => "0".to_owned(),
        more if more > 0 => format!("{} debit", amount(more)),
        less => format!("{} credit", amount(less.saturating_neg())),
    }
}

fn turnovers(postings: &[Posting]) -> BTreeMap<&str, Turnover> {
    let mut accounts: BTreeMap<&str, Turnover> = BTreeMap::new();
    for posting in postings {
        let minor = posting.amount.minor();
        let debit = &mut accounts.entry(&posting.debit).or_default().debit;
        *debit = debit.saturating_add(minor);
        let credit = &mut accounts.entry(&posting.credit).or_default().credit;
        *credit = credit.saturating_add(minor);
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use kembali::domain::time::Timestamp;
    use serde_json::json;

    #[test]
    fn each_posting_counts_once_on_either_side() {
        let posting = |debit: &str, credit: &str, value: &str| {
            let posting = json!({
                "debit": debit, "credit": credit, "at": "2026-11-22T10:00:00Z",
                "amount": {"value": value, "currency": "SGD"},
            });
            serde_json::from_value::<Posting>(posting).unwrap()
        };
        let postings = [posting("a", "b", "25.00"), posting("c", "a", "0.25")];
        let sums = turnovers(&postings);
        assert_eq!(sums["a"], Turnover { debit: 2500, credit: 25 });
        assert_eq!(sums["b"], Turnover { debit: 0, credit: 2500 });
        let page = show(&Zone::utc(Timestamp::from_epoch_seconds(0)), &postings).into_string();
        assert!(page.contains("SGD 24.75 debit") && page.contains("balanced"), "{page}");
    }
}
