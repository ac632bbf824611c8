//! Every promise of a payment is kept within 48 hours, or there is a reason that can be seen from outside;
//! and nothing is left in between.

use super::cashbacks::left_of;
use super::each;
use crate::evidence::{Evidence, Payment, Seen};

const HOUR: i64 = 3600;
/// The promise.
const PROMISE: i64 = 48 * HOUR;
/// After something that stood in the way is over, a cashback comes within so long.
const CATCH_UP: i64 = 2 * HOUR;
/// After a sweep that failed.
const NEXT_SWEEP: i64 = HOUR;
/// As long as what Stripe has to tell of a payment may take.
const NEWS: i64 = 9 * HOUR;

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, of_life)
}

fn of_life(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    let (status, cashback) = (seen.view.status.as_str(), seen.view.cashback.as_str());
    let Some(payment) = &seen.payment else {
        return match status {
            "expired" | "failed" => Vec::new(),
            _ => vec![format!("nobody paid, and it is {status:?}")],
        };
    };
    if !["paid", "partly_refunded", "refunded", "disputed", "won", "lost"].contains(&status) {
        return vec![format!("it is paid at Stripe, and here {status:?}")];
    }
    let campaign = evidence.markets.get(seen.market).and_then(|market| market.campaign(&payment.method));
    let (Some(promise), Some(campaign)) = (seen.promise(), campaign) else {
        let is_explained = cashback == "none" && !seen.view.text.is_empty();
        return if is_explained {
            Vec::new()
        } else {
            vec![format!("nothing was promised, and it is {cashback:?}")]
        };
    };
    let has_bounced = seen.refunds.iter().any(|refund| refund.is_cashback && !refund.stands());
    let was_poor = excuses(evidence, seen).iter().any(|(from, until)| until > from);
    let left = left_of(promise.minor, campaign, payment.minor, (seen.given_back(), seen.view.netted));
    let deadline = deadline(evidence, seen, payment);
    let late =
        |at: i64| if at > deadline { vec![format!("{} seconds late", at - deadline)] } else { Vec::new() };
    match cashback {
        "credited" => match seen.cashbacks().next().and_then(|sent| sent.arrived_at) {
            Some(arrived_at) => late(arrived_at),
            None => vec!["it is said to be credited, and has not arrived".to_owned()],
        },
        "credited_to_wallet" if seen.payer.is_none() => vec!["credit in nobody's wallet".to_owned()],
        "credited_to_wallet" if has_bounced || was_poor || owed_before(evidence, seen) => {
            late(seen.view.credited_at)
        }
        "credited_to_wallet" => vec!["it became credit, and nothing had failed".to_owned()],
        "failed" if has_bounced || was_poor => Vec::new(),
        "failed" => vec!["it is said to have failed, and nothing had".to_owned()],
        "reversed" if left == 0 || seen.is_lost() => Vec::new(),
        "reversed" => vec![format!("it was taken back, and {left} of the promise are left")],
        "frozen" if seen.is_disputed() => Vec::new(),
        other => vec![format!("it is {other:?} in the end")],
    }
}

/// Whether the payer may have owed cashback: then the next one becomes credit. Only of credit that was given
/// before can anything be owed.
fn owed_before(evidence: &Evidence, seen: &Seen) -> bool {
    let same =
        |other: &&Seen| other.market == seen.market && other.payer == seen.payer && other.life != seen.life;
    let is_earlier = |other: &Seen| {
        other.view.cashback == "credited_to_wallet" && other.view.credited_at <= seen.view.credited_at
    };
    evidence.lives.iter().filter(same).any(is_earlier)
}

/// When it must have arrived, with everything that stood in the way.
fn deadline(evidence: &Evidence, seen: &Seen, payment: &Payment) -> i64 {
    let mut deadline = payment.arrived_at.min(payment.at) + PROMISE;
    let due_at = deadline - HOUR;
    let poor = excuses(evidence, seen).into_iter();
    let mut excuses: Vec<_> = poor.map(|(from, until)| (from, tried_again_by(due_at, until))).collect();
    excuses.extend(Some(evidence.outage).filter(|(from, until)| from < until));
    // Where the schedule is lost and the next sweep fails, the one after it finds what is due.
    excuses.extend(evidence.failed_sweeps.iter().map(|at| (*at, at + NEXT_SWEEP - CATCH_UP)));
    for refund in seen.refunds.iter() {
        // A cashback that bounced is tried again; one that a refund had ended comes back when that fails.
        excuses.extend(refund.failed_at.map(|at| (refund.at, at + NEWS - CATCH_UP)));
    }
    if let Some((opened, Some((closed, true)))) = seen.dispute {
        excuses.push((opened, closed + NEWS - CATCH_UP));
    }
    excuses.sort_unstable();
    for (from, until) in excuses {
        if from <= deadline {
            deadline = deadline.max(until + CATCH_UP);
        }
    }
    deadline
}

/// When a cashback that found a balance too low is tried again, if somebody has topped it up: after each
/// attempt in vain the pause is longer, at most three times as long as it has been due.
fn tried_again_by(due_at: i64, topped_up_at: i64) -> i64 {
    topped_up_at + 3 * (topped_up_at - due_at).clamp(0, 10 * HOUR)
}

/// When the shop's or the platform's balance was too low.
fn excuses(evidence: &Evidence, seen: &Seen) -> Vec<(i64, i64)> {
    let currency = evidence.markets.get(seen.market).map_or("", |market| market.currency);
    let concerns = |(who, of, ..): &&(String, String, i64, i64)| {
        (who == &seen.account || who == "platform") && of == currency
    };
    evidence.poor.iter().filter(concerns).map(|(_, _, from, until)| (*from, *until)).collect()
}
