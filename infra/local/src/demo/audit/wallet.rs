//! Wallet credit: where it comes from, where it goes, and what merchants get for it.

use std::collections::BTreeMap;

use local_stripe::MovementKind;

use super::seen::{Seen, array, is_cashback, minor};
use crate::demo::story::Story;
use crate::town::text;

/// A transfer by which the platform paid a merchant for spent credit, or below zero, took it back.
pub(super) struct Settled {
    /// The merchant's account.
    pub(super) account: String,
    pub(super) currency: String,
    pub(super) minor: i64,
    /// Seconds since the epoch.
    at: i64,
}

/// All of them, as Stripe moved them, the oldest first.
pub(super) fn settlements(story: &Story<'_>) -> Vec<Settled> {
    let stripe = story.town.stack().stripe();
    let moved = stripe.moved().into_iter().filter(|moved| moved.kind == MovementKind::Transfer);
    moved
        .filter_map(|moved| {
            let object = stripe.object(&moved.source)?;
            // A reversal names the transfer that it takes back.
            let transfer = stripe.object(&text(&object, "/transfer")).unwrap_or(object);
            let is_settlement = text(&transfer, "/transfer_group").starts_with("settlement_");
            is_settlement.then(|| Settled {
                account: text(&transfer, "/destination"),
                currency: moved.currency.to_uppercase(),
                minor: -moved.amount,
                at: moved.created,
            })
        })
        .collect()
}

/// Credit comes only from cashback that Stripe could not refund, and no more is spent than there is.
pub(super) fn credit(story: &Story<'_>, seen: &[Seen<'_>]) -> Vec<String> {
    let stripe = story.town.stack().stripe();
    let (mut failed, mut credited, mut spent) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for moved in stripe.moved().iter().filter(|moved| moved.kind == MovementKind::RefundFailure) {
        if stripe.object(&moved.source).as_ref().is_some_and(is_cashback) {
            *failed.entry(moved.currency.to_uppercase()).or_insert(0) += moved.amount;
        }
    }
    for Seen { now, .. } in seen {
        let currency = text(now, "/amount/currency");
        if text(now, "/cashback/state") == "credited_to_wallet" {
            *credited.entry(currency.clone()).or_insert(0) += minor(now, "/cashback/amount");
        }
        if !matches!(text(now, "/status").as_str(), "expired" | "failed") {
            let returned: i64 = array(now, "/refunds").iter().map(|refund| minor(refund, "/to_wallet")).sum();
            *spent.entry(currency).or_insert(0) += minor(now, "/wallet") - returned;
        }
    }
    let of = |sums: &BTreeMap<String, i64>, currency: &str| sums.get(currency).copied().unwrap_or_default();
    let mut violations = Vec::new();
    for currency in ["SGD", "INR", "BRL", "USD"] {
        let (failed, credited, spent) =
            (of(&failed, currency), of(&credited, currency), of(&spent, currency));
        if credited > failed || spent > credited || spent < 0 {
            violations
                .push(format!("{currency}: {failed} failed, {credited} became credit, {spent} was spent"));
        }
    }
    violations
}

/// Each settlement moves exactly what the merchant's books said was owed when it was made, and nothing is
/// owed any more, by neither.
pub(super) fn settled(story: &Story<'_>, seen: &[Seen<'_>]) -> Vec<String> {
    let settlements = settlements(story);
    let owed = |account: &str, until: i64| -> i64 {
        let own = seen.iter().filter(|seen| seen.told.shop.account == account);
        let postings = own.flat_map(|seen| array(seen.now, "/postings"));
        let until = postings.filter(|posting| {
            let at: Option<jiff::Timestamp> = text(posting, "/at").parse().ok();
            at.is_some_and(|at| at.as_second() <= until)
        });
        until
            .map(|posting| {
                let is = |side| i64::from(text(posting, side) == "merchant.settlement");
                (is("/debit") - is("/credit")) * minor(posting, "/amount")
            })
            .sum()
    };
    let mut violations = Vec::new();
    let mut sent: BTreeMap<String, i64> = BTreeMap::new();
    for settled in &settlements {
        let before = sent.entry(settled.account.clone()).or_default();
        let due = owed(&settled.account, settled.at) - *before;
        *before += settled.minor;
        if due != settled.minor {
            violations.push(format!("{} was sent {}, and {due} was due", settled.account, settled.minor));
        }
    }
    for Seen { told, .. } in seen {
        let left =
            owed(&told.shop.account, i64::MAX) - sent.get(&told.shop.account).copied().unwrap_or_default();
        if left > 0 || (left < 0 && sent.contains_key(&told.shop.account)) {
            violations.push(format!("{} is still owed {left}", told.shop.account));
        }
    }
    violations.dedup();
    violations
}
