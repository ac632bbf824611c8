//! At most one cashback stands for a payment, and it is what is left of the promise after the refunds that
//! came before.

use super::each;
use crate::evidence::{Evidence, Offer, Payment, Refund, Seen};
use crate::markets::Campaign;

/// What is refunded in Stripe's dashboard is known here by then at the latest: the outage is over, and what
/// was held back has arrived.
pub(super) const KNOWN_AFTER: i64 = 9 * 3600;

/// When a cashback is released, so long after the payment, at the earliest.
pub(super) const RELEASE: i64 = 47 * 3600;

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, of_life)
}

fn of_life(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let standing: Vec<&Refund> = seen.cashbacks().collect();
    let is_credited = seen.view.cashback == "credited";
    if standing.len() > 1 {
        wrong.push(format!("{} cashbacks stand: {standing:?}", standing.len()));
    }
    if is_credited != (standing.len() == 1) {
        wrong.push(format!(
            "it is said to be {:?}, and {} cashbacks stand",
            seen.view.cashback,
            standing.len()
        ));
    }
    let paid = seen.payment.as_ref().map_or(0, |payment| payment.minor);
    let back: i64 = seen.refunds.iter().filter(|refund| refund.stands()).map(|refund| refund.minor).sum();
    if back > paid {
        wrong.push(format!("{back} of {paid} went back"));
    }
    for cashback in seen.refunds.iter().filter(|refund| refund.is_cashback) {
        let campaign = seen
            .payment
            .as_ref()
            .and_then(|payment| evidence.markets.get(seen.market)?.campaign(&payment.method));
        let (Some(payment), Some(promise), Some(campaign)) = (&seen.payment, seen.promise(), campaign) else {
            wrong.push(format!("a cashback that nobody promised: {cashback:?}"));
            continue;
        };
        let possible = possible(seen, payment, promise, campaign, cashback);
        if !possible.contains(&cashback.minor) {
            wrong.push(format!(
                "a cashback of {}, where {possible:?} were left of {}",
                cashback.minor, promise.minor
            ));
        }
    }
    for cashback in standing.iter().filter(|_| is_credited) {
        if cashback.minor != seen.view.minor {
            wrong.push(format!("{} sent, and {} told", cashback.minor, seen.view.minor));
        }
    }
    wrong
}

/// What may be left of a promise when a cashback is sent: by the refunds that were known then, and any of
/// those that may have been.
fn possible(
    seen: &Seen,
    payment: &Payment,
    promise: &Offer,
    campaign: &Campaign,
    cashback: &Refund,
) -> Vec<i64> {
    // From its release on the amount of a cashback is decided: what Stripe was asked for once, it is asked
    // for again.
    let decided_at = cashback.at.min(payment.at + RELEASE);
    let others: Vec<&Refund> = seen.refunds.iter().filter(|refund| !refund.is_cashback).collect();
    let is_certain = |refund: &Refund| {
        let known_at = if refund.by_us { refund.at } else { refund.at + KNOWN_AFTER };
        refund.stands() && known_at < decided_at
    };
    let of = |refund: &Refund| (refund.minor, refund.netted);
    let add = |sum: (i64, i64), more: (i64, i64)| (sum.0 + more.0, sum.1 + more.1);
    let certain = others.iter().filter(|refund| is_certain(refund)).map(|refund| of(refund));
    let mut sums = vec![certain.fold((0, 0), add)];
    let maybe = others.iter().filter(|refund| !is_certain(refund)).map(|refund| of(refund));
    for one in maybe.chain(seen.refused.iter().map(|minor| (*minor, 0))) {
        let more: Vec<(i64, i64)> = sums.iter().map(|sum| add(*sum, one)).collect();
        sums.extend(more);
    }
    let left = |sum: (i64, i64)| left_of(promise.minor, campaign, payment.minor, sum);
    let mut possible: Vec<i64> = sums.into_iter().map(left).filter(|minor| *minor > 0).collect();
    possible.sort_unstable();
    possible.dedup();
    possible
}

/// What is left of a promise for a payment of which so much was given back, and so much more was meant to be
/// with the cashback: should that fail, the payer is owed it all the same.
pub(super) fn left_of(promise: i64, campaign: &Campaign, paid: i64, (given_back, netted): (i64, i64)) -> i64 {
    let netted = netted.min(paid - given_back).max(0);
    let left = (paid - given_back - netted).max(0);
    let of_left = match paid - left {
        0 => promise,
        _ if campaign.cancels || left < campaign.min_spend => 0,
        _ => promise * left / paid.max(1),
    };
    (netted + of_left).min(promise)
}
