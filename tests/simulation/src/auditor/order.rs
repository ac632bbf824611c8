//! No state goes backwards: watched on the bus.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Seen, Told};

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let mut of_checkout: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for told in &evidence.bus {
        // What is put twice has the same id; only the first counts.
        if known.insert((&told.checkout, told.version, &told.name)) {
            of_checkout.entry(told.checkout.as_str()).or_default().push(told);
        }
    }
    let of_life = |seen: &Seen| {
        let told = of_checkout.get(seen.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        told.windows(2)
            .filter_map(|pair| {
                let [before, after] = pair else { return None };
                let is_backwards = after.version < before.version
                    || (is_paid(before) && !is_paid(after))
                    || (before.cashback == "credited" && after.cashback != "credited" && !has_bounced(seen));
                is_backwards.then(|| (Some(seen.life), format!("from {before:?} to {after:?}")))
            })
            .collect::<Vec<_>>()
    };
    let mut wrong: Vec<_> = evidence.lives.iter().flat_map(of_life).collect();
    // Whatever stands in the end was told: a payment, and a cashback that was credited.
    for seen in &evidence.lives {
        let told = of_checkout.get(seen.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let tells = |name: &str| told.iter().any(|told| told.name == name);
        for (is_so, name) in [
            (seen.payment.is_some(), "checkout.paid"),
            (seen.view.cashback == "credited", "cashback.credited"),
        ] {
            if is_so && !tells(name) {
                wrong.push((Some(seen.life), format!("{name} was never on the bus")));
            }
        }
    }
    wrong
}

fn is_paid(told: &Told) -> bool {
    !["", "open", "expired", "failed"].contains(&told.status.as_str())
}

fn has_bounced(seen: &Seen) -> bool {
    seen.refunds.iter().any(|refund| refund.is_cashback && !refund.stands())
}
