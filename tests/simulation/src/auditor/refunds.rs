//! A refund that was accepted is made, or is with the payer already, as cashback of what was given back, or
//! is in the wallet, or has failed for a reason; and nothing is given back in a merchant's name that no
//! merchant asked for.

use super::cashbacks::{KNOWN_AFTER, RELEASE};
use super::each;
use crate::evidence::{Asked, Evidence, Payment, Refund, Seen, Shown};

/// From when to when something may have been written down.
type Span = (i64, i64);

/// Where the parts of a refund go.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    at_stripe: i64,
    had_as_cashback: i64,
    to_wallet: i64,
}

/// Something that was given back of a payment, besides a cashback.
struct Other {
    known: Span,
    /// When it was known to have failed.
    gone: Option<Span>,
    minor: i64,
    netted: i64,
    to_wallet: i64,
}

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, of_life)
}

fn of_life(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    let accepted = seen.asked.iter().filter(|asked| asked.granted_at.is_some());
    let mut wrong: Vec<String> = accepted.filter_map(|asked| amiss(evidence, seen, asked)).collect();
    let nobodys = |made: &&Refund| !seen.asked.iter().any(|asked| asked.reference == made.reference);
    for made in ours(seen).filter(|made| made.stands()).filter(nobodys) {
        wrong.push(format!("nobody asked for {made:?}"));
    }
    let most = most_netted(seen);
    if !(0..=most).contains(&seen.view.netted) {
        wrong.push(format!("{} were to be with the payer as cashback, of {most}", seen.view.netted));
    }
    wrong
}

/// The refunds at Stripe that were made in a merchant's name.
fn ours(seen: &Seen) -> impl Iterator<Item = &Refund> {
    seen.refunds.iter().filter(|refund| refund.by_us && !refund.is_cashback)
}

fn made<'a>(seen: &'a Seen, asked: &Asked) -> Vec<&'a Refund> {
    ours(seen).filter(|made| made.reference == asked.reference).collect()
}

fn shown<'a>(seen: &'a Seen, asked: &Asked) -> Option<&'a Shown> {
    seen.view.refunds.iter().find(|shown| shown.reference == asked.reference)
}

fn amiss(evidence: &Evidence, seen: &Seen, asked: &Asked) -> Option<String> {
    let Some(shown) = shown(seen, asked) else {
        return Some(format!("{asked:?} was accepted, and is not shown"));
    };
    let made = made(seen, asked);
    let is_made = match (shown.status.as_str(), made.as_slice()) {
        ("failed", []) => may_be_refused(seen),
        ("failed", [one]) => !one.stands(),
        ("succeeded", []) => shown.minor == 0,
        ("succeeded" | "pending", [one]) => {
            let is_there = one.arrived_at.is_some() == (shown.status == "succeeded");
            one.stands() && is_there && one.id == shown.id && one.minor == shown.minor
        }
        _ => false,
    };
    if !is_made {
        return Some(format!("{shown:?} was accepted, and Stripe has {made:?}"));
    }
    if shown.status == "failed" {
        return None;
    }
    let sum = shown.minor + shown.netted + shown.to_wallet;
    if asked.minor.is_some_and(|minor| minor != sum) || shown.netted < 0 || shown.to_wallet < 0 {
        return Some(format!("{asked:?} comes to {shown:?}"));
    }
    let is = Parts { at_stripe: shown.minor, had_as_cashback: shown.netted, to_wallet: shown.to_wallet };
    let due = parts(evidence, seen, asked)?;
    (is != due).then(|| format!("{asked:?} comes to {is:?}, and {due:?} by the rule"))
}

/// Stripe refuses a refund of a payment that is disputed, or of which more was given back in its dashboard
/// than we knew.
fn may_be_refused(seen: &Seen) -> bool {
    seen.dispute.is_some() || seen.refunds.iter().any(|refund| !refund.by_us)
}

/// No more than the payer has as cashback can be taken off what is given back: than was promised, where one
/// has bounced.
fn most_netted(seen: &Seen) -> i64 {
    let sent: Vec<&Refund> = seen.refunds.iter().filter(|refund| refund.is_cashback).collect();
    match sent.as_slice() {
        [one] if one.stands() && seen.view.cashback == "credited" => one.minor,
        _ => seen.promise().map_or(0, |promise| promise.minor),
    }
}

/// What of a refund is to go through Stripe, what of it the payer has already, and what goes back to the
/// wallet. `None` where nobody outside can say what was known when it was written down.
fn parts(evidence: &Evidence, seen: &Seen, asked: &Asked) -> Option<Parts> {
    let payment = seen.payment.as_ref()?;
    let span = written(seen, asked);
    if seen.dispute.is_some_and(|(opened_at, _)| opened_at <= span.1) {
        return None;
    }
    let (mut back, mut netted, mut credit) = (0, 0, seen.wallet);
    for other in others(seen, asked) {
        if other.counts(span)? {
            (back, netted, credit) = (back + other.minor, netted + other.netted, credit - other.to_wallet);
        }
    }
    let sent = sent(seen, payment, span)?;
    // The goods that the payer still has cost this, and so much of it is back already.
    let had = (sent - netted).max(0);
    let price = (payment.minor - back - sent).max(0) + had;
    if had > 0 && price == had {
        return None;
    }
    let minor = asked.minor.unwrap_or(price + credit);
    let of_price = minor.min(price);
    let campaign = evidence.markets.get(seen.market)?.campaign(&payment.method);
    let had_as_cashback = match of_price {
        0 => 0,
        _ if campaign.is_some_and(|campaign| campaign.cancels) => of_price.min(had),
        // What is not cashback of it is rounded down: nobody gains by many small refunds.
        _ => of_price - of_price * (price - had) / price,
    };
    let to_wallet = (minor - of_price).min(credit);
    Some(Parts { at_stripe: minor - had_as_cashback - to_wallet, had_as_cashback, to_wallet })
}

/// When a refund was written down: after it was asked for, and before it was answered, and made.
fn written(seen: &Seen, asked: &Asked) -> Span {
    let made_at = made(seen, asked).iter().map(|made| made.at).min().unwrap_or(i64::MAX);
    (asked.first_at, asked.granted_at.unwrap_or(i64::MAX).min(made_at))
}

/// The cashback that the payer has, or that is on its way, when something is written down.
fn sent(seen: &Seen, payment: &Payment, (from, until): Span) -> Option<i64> {
    let sent = seen.refunds.iter().filter(|refund| refund.is_cashback && refund.at <= until);
    match sent.collect::<Vec<_>>().as_slice() {
        [] if seen.promise().is_none() || until < payment.at + RELEASE => Some(0),
        [one] if one.at < from && one.failed_at.is_none_or(|at| at > until) => Some(one.minor),
        _ => None,
    }
}

fn others(seen: &Seen, asked: &Asked) -> Vec<Other> {
    let in_dashboard = seen.refunds.iter().filter(|refund| !refund.by_us).map(|refund| Other {
        known: (refund.at, refund.at + KNOWN_AFTER),
        gone: refund.failed_at.map(|at| (at, at + KNOWN_AFTER)),
        minor: refund.minor,
        netted: 0,
        to_wallet: 0,
    });
    let here = seen.asked.iter().filter(|other| other.reference != asked.reference);
    let here = here.filter_map(|other| {
        let shown = shown(seen, other)?;
        let failed_at = made(seen, other).first().map(|made| made.failed_at);
        Some(Other {
            known: written(seen, other),
            gone: match failed_at {
                Some(failed_at) => failed_at.map(|at| (at, at + KNOWN_AFTER)),
                // Stripe refused it, at some time.
                None => (shown.status == "failed").then_some((other.first_at, i64::MAX)),
            },
            minor: shown.minor,
            netted: shown.netted,
            to_wallet: shown.to_wallet,
        })
    });
    in_dashboard.chain(here).collect()
}

impl Other {
    /// Whether it was known, and not known to have failed, all through `span`; `None` where it may have been.
    fn counts(&self, (from, until): Span) -> Option<bool> {
        let is_gone = self.gone.is_some_and(|(_, known_by)| known_by < from);
        let may_be_gone = self.gone.is_some_and(|(at, _)| at <= until);
        if is_gone || self.known.0 > until {
            return Some(false);
        }
        (self.known.1 < from && !may_be_gone).then_some(true)
    }
}
