//! What is promised is what the campaign says, in arithmetic of our own.

use super::each;
use crate::evidence::{Evidence, Seen};
use crate::markets::Campaign;

/// The rules that may say no where the amount does not.
const LIMITS: [&str; 2] = ["cap_reached", "budget_used_up"];

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    each(evidence, of_life)
}

fn of_life(evidence: &Evidence, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    for (method, offer) in &seen.offers {
        let campaign = evidence.markets.get(seen.market).and_then(|market| market.campaign(method));
        let whole = campaign.map_or(0, |campaign| campaign.promise(seen.charged()));
        let may_be_less = campaign.is_some_and(Campaign::has_sum_limit);
        let is_right = match offer.minor {
            0 if seen.payer.is_none() && campaign.is_some_and(Campaign::counts_by_payer) => {
                whole == 0 || offer.refusal == "payer_unknown"
            }
            0 => whole == 0 || LIMITS.contains(&offer.refusal.as_str()),
            minor if minor == whole => campaign.is_some_and(|campaign| campaign.id == offer.campaign),
            minor => may_be_less && minor < whole,
        };
        if !is_right {
            wrong
                .push(format!("{method}: {offer:?} promised of {}, and {whole} by the rule", seen.charged()));
        }
    }
    if seen.wallet < 0 || seen.wallet > seen.price || (seen.wallet > 0 && seen.payer.is_none()) {
        wrong.push(format!("credit of {} for a price of {}", seen.wallet, seen.price));
    }
    wrong
}
