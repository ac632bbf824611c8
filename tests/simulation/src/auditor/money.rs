//! What each account's balance changed by is what happened there: payments, less fees, refunds and disputes,
//! and what the platform sent for its part of a cashback, no more and no less.

use std::collections::BTreeMap;

use crate::evidence::{Evidence, Seen};

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let mut wrong = super::each(evidence, funding);
    let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
    for seen in &evidence.lives {
        let currency = evidence.markets.get(seen.market).map_or("", |market| market.currency).to_owned();
        let Some(payment) = &seen.payment else { continue };
        let back: i64 = seen.refunds.iter().filter(|refund| refund.stands()).map(|refund| refund.minor).sum();
        *expected.entry((seen.account.clone(), currency.clone())).or_default() +=
            payment.minor - payment.fee - back - seen.disputed_minor;
        *expected.entry(("platform".to_owned(), currency)).or_default() += payment.fee;
    }
    for transfer in &evidence.transfers {
        let seen = evidence.lives.iter().find(|seen| seen.account == transfer.account);
        let market = seen.and_then(|seen| evidence.markets.get(seen.market));
        let currency = market.map_or("", |market| market.currency).to_owned();
        *expected.entry((transfer.account.clone(), currency.clone())).or_default() += transfer.net;
        *expected.entry(("platform".to_owned(), currency)).or_default() -= transfer.net;
    }
    for key in expected.keys().chain(evidence.moved.keys()).collect::<std::collections::BTreeSet<_>>() {
        let of = |sums: &BTreeMap<_, i64>| sums.get(key).copied().unwrap_or_default();
        let (ours, theirs) = (of(&expected), of(&evidence.moved));
        if ours != theirs {
            wrong.push((None, format!("{key:?} changed by {theirs}, and {ours} is accounted for")));
        }
    }
    wrong.extend(settlements(evidence));
    wrong
}

/// What the platform sent for a cashback, and left there, is its part of one that stands. When the merchant
/// gives back more of the payment later, the same part of it goes back to the platform.
fn funding(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    match lacks(evidence, seen) {
        // How much was left when the cashback was released is known to the coin only to who was there.
        lacks if lacks.abs() <= 2 => Vec::new(),
        lacks => {
            vec![format!("the platform's part is {:?}, and {lacks} of it is not sent", due(evidence, seen))]
        }
    }
}

/// What of the platform's part is not on the merchant's account.
pub(super) fn lacks(evidence: &Evidence, seen: &Seen) -> i64 {
    let of_it = evidence.transfers.iter().filter(|transfer| transfer.group == seen.id);
    due(evidence, seen).unwrap_or_default() - of_it.map(|transfer| transfer.net).sum::<i64>()
}

fn due(evidence: &Evidence, seen: &Seen) -> Option<i64> {
    let payment = seen.payment.as_ref()?;
    let campaign = evidence.markets.get(seen.market)?.campaign(&payment.method)?;
    let promise = seen.promise()?;
    let cashback = seen.cashbacks().next().filter(|_| !seen.is_lost())?;
    let part = campaign.platform_part(promise.minor) * cashback.minor / promise.minor;
    // As much of the payment was left when it was released as the cashback is of the promise.
    let left = payment.minor * cashback.minor / promise.minor;
    let rest = (payment.minor - seen.given_back() - cashback.minor).max(0);
    let part = match left - cashback.minor {
        whole if whole <= rest => part,
        whole => part * rest / whole,
    };
    // What a refund left to the cashback is the price of what was given back, and none of the platform's.
    let shared = (cashback.minor - seen.view.netted).max(0);
    Some(part.min(campaign.platform_part(promise.minor) * shared / promise.minor))
}

/// A shop is sent what was spent there in credit, less the part of credit that it funds itself: never more
/// than was spent, and nothing is owed in the end.
fn settlements(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let mut sums: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
    for seen in &evidence.lives {
        let sum = sums.entry(seen.account.as_str()).or_default();
        if seen.payment.is_some() {
            sum.0 += seen.view.wallet;
            sum.1 += seen.view.wallet - seen.view.returned - funded_credit(evidence, seen);
        }
    }
    for transfer in evidence.transfers.iter().filter(|transfer| transfer.group.starts_with("settlement_")) {
        sums.entry(transfer.account.as_str()).or_default().2 += transfer.net;
    }
    sums.into_iter()
        .filter(|(_, (spent, owed, sent))| sent > spent || owed > sent)
        .map(|(account, (spent, owed, sent))| {
            (None, format!("{account}: {spent} spent in credit, {owed} owed for it, {sent} sent"))
        })
        .collect()
}

/// The merchant's part of a cashback that became credit.
fn funded_credit(evidence: &Evidence, seen: &Seen) -> i64 {
    let campaign = seen
        .payment
        .as_ref()
        .and_then(|payment| evidence.markets.get(seen.market)?.campaign(&payment.method));
    match (campaign, seen.promise()) {
        (Some(campaign), Some(promise)) if seen.view.cashback == "credited_to_wallet" => {
            // What was meant to be with a cashback that failed is the price of what was given back.
            let shared = (seen.view.minor - seen.view.netted).max(0);
            seen.view.minor - campaign.platform_part(promise.minor) * shared / promise.minor
        }
        _ => 0,
    }
}
