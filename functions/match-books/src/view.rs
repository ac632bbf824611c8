//! A match as the API shows it.

use std::collections::BTreeMap;

use iso_currency::Currency;
use kembali::domain::books::SignedAmount;
use kembali::domain::books::matching::{Count, DayMatch, Difference};
use kembali::domain::books::thing::Kind;
use kembali::domain::ids::{AccountId, CheckoutId};
use kembali::domain::market::Country;
use kembali::domain::time::{Day, Timestamp};
use serde::Serialize;

/// What a match found.
#[derive(Serialize)]
pub(crate) struct MatchView<'a> {
    country: Country,
    day: Day,
    matched_at: Timestamp,
    differences: u64,
    matched: BTreeMap<Kind, CountView>,
    missing_here: Vec<DifferenceView<'a>>,
    missing_there: Vec<DifferenceView<'a>>,
    amount_differs: Vec<DifferenceView<'a>>,
    /// How many differences are not in the lists, which end at a thousand.
    not_listed: u64,
    /// Accounts that Stripe did not let us read.
    not_read: &'a [AccountId],
    /// What moved and is not in our books, by Stripe's type.
    outside: BTreeMap<&'a str, CountView>,
}

#[derive(Serialize)]
struct CountView {
    count: u64,
    amount: SignedAmount,
}

#[derive(Serialize)]
struct DifferenceView<'a> {
    kind: Kind,
    stripe: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout: Option<&'a CheckoutId>,
    /// The connected account; `platform` is the platform's own.
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<SignedAmount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    there: Option<SignedAmount>,
}

impl<'a> MatchView<'a> {
    pub(crate) fn new(country: Country, found: &'a DayMatch) -> Self {
        let currency = country.currency();
        let all =
            |list: &'a [Difference]| list.iter().map(|one| DifferenceView::new(one, currency)).collect();
        Self {
            country,
            day: found.day,
            matched_at: found.matched_at,
            differences: found.differences(),
            matched: found.matched.iter().map(|(kind, count)| (*kind, counted(*count, currency))).collect(),
            missing_here: all(&found.missing_here),
            missing_there: all(&found.missing_there),
            amount_differs: all(&found.amount_differs),
            not_listed: found.not_listed,
            not_read: &found.not_read,
            outside: found
                .outside
                .iter()
                .map(|(kind, count)| (kind.as_str(), counted(*count, currency)))
                .collect(),
        }
    }
}

impl<'a> DifferenceView<'a> {
    fn new(difference: &'a Difference, currency: Currency) -> Self {
        let amount = |minor: Option<i64>| minor.map(|minor| SignedAmount::new(minor, currency));
        Self {
            kind: difference.kind,
            stripe: &difference.stripe,
            checkout: difference.checkout.as_ref(),
            account: difference.account.as_ref().map_or("platform", AccountId::as_str),
            here: amount(difference.here),
            there: amount(difference.there),
        }
    }
}

fn counted(count: Count, currency: Currency) -> CountView {
    CountView { count: count.count, amount: SignedAmount::new(count.minor, currency) }
}
