//! No cap and no budget is exceeded by what was promised; and what is left of a budget with what was promised
//! is the whole.

use std::collections::BTreeMap;

use crate::evidence::{Evidence, Seen};
use crate::markets::{Campaign, Market};

/// How many payments, and how much.
type Tally = (i64, i64);

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let mut wrong = Vec::new();
    for (index, market) in evidence.markets.iter().enumerate() {
        for campaign in &market.campaigns {
            let held: Vec<(&Seen, i64)> = evidence
                .lives
                .iter()
                .filter(|seen| seen.market == index)
                .filter_map(|seen| Some((seen, held(seen, campaign)?)))
                .collect();
            wrong.extend(exceeded(&held, market, campaign));
            wrong.extend(lost(&held, evidence, campaign));
        }
    }
    wrong.into_iter().map(|what| (None, what)).collect()
}

/// What a checkout holds of a campaign: what it promised, unless it ended without a payment or was paid in
/// another way.
fn held(seen: &Seen, campaign: &Campaign) -> Option<i64> {
    let offer = seen.offers.get(campaign.method).filter(|offer| offer.minor > 0)?;
    let holds = match &seen.payment {
        Some(payment) => payment.method == campaign.method,
        None => !["expired", "failed"].contains(&seen.view.status.as_str()),
    };
    holds.then_some(offer.minor)
}

fn exceeded(held: &[(&Seen, i64)], market: &Market, campaign: &Campaign) -> Vec<String> {
    let mut tallies: BTreeMap<(&str, i64, i64), Tally> = BTreeMap::new();
    for (seen, minor) in held {
        let day = market.day(seen.created_at);
        let payer = seen.payer.map(|payer| [("payer", payer, 0), ("payer and day", payer, day)]);
        for key in [("all", 0, 0), ("day", 0, day)].into_iter().chain(payer.into_iter().flatten()) {
            let tally = tallies.entry(key).or_default();
            *tally = (tally.0 + 1, tally.1 + minor);
        }
    }
    let is_over = |(what, ..): &(&str, i64, i64), (payments, minor): &Tally| {
        let (most_payments, most_minor) = match *what {
            "all" => (campaign.total_payments, campaign.total_minor),
            "day" => (None, campaign.day_minor),
            "payer" => (None, campaign.payer_minor),
            _ => (campaign.day_payments, None),
        };
        most_payments.is_some_and(|most| *payments > most) || most_minor.is_some_and(|most| *minor > most)
    };
    tallies
        .iter()
        .filter(|(key, tally)| is_over(key, tally))
        .map(|(key, tally)| format!("{} {key:?}: {} payments, {} in all", campaign.id, tally.0, tally.1))
        .collect()
}

fn lost(held: &[(&Seen, i64)], evidence: &Evidence, campaign: &Campaign) -> Vec<String> {
    let Some(left) = evidence.budgets.iter().find(|left| left.campaign == campaign.id) else {
        return vec![format!("{}: nothing is known of its budget", campaign.id)];
    };
    let minor: i64 = held.iter().map(|(_, minor)| minor).sum();
    let payments = i64::try_from(held.len()).unwrap_or(i64::MAX);
    let sums = [
        (campaign.total_minor, left.total_minor, minor, "in money"),
        (campaign.total_payments, left.total_payments, payments, "in payments"),
    ];
    sums.into_iter()
        .filter_map(|(total, left, used, what)| {
            let (total, left) = (total?, left.unwrap_or_default());
            (left + used != total)
                .then(|| format!("{} {what}: {used} promised, {left} left of {total}", campaign.id))
        })
        .collect()
}
