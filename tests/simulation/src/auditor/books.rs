//! The postings that the API shows: debits equal credits, and the two balances at Stripe are what Stripe
//! moved.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Seen};

pub(super) fn check(evidence: &Evidence) -> Vec<(Option<usize>, String)> {
    let mut wrong = Vec::new();
    let mut booked: BTreeMap<(String, String), i64> = BTreeMap::new();
    let currency =
        |market: usize| evidence.markets.get(market).map_or("", |market| market.currency).to_owned();
    for seen in &evidence.lives {
        wrong.extend(balance_of(evidence, seen).map(|what| (Some(seen.life), what)));
        for (debit, credit, minor) in &seen.view.postings {
            if *minor <= 0 || debit == credit {
                wrong.push((Some(seen.life), format!("a posting of {minor} from {credit} to {debit}")));
            }
            for (account, signed) in [(debit, *minor), (credit, -minor)] {
                let owner = match account.as_str() {
                    "merchant.balance" => seen.account.clone(),
                    "platform.balance" => "platform".to_owned(),
                    _ => continue,
                };
                *booked.entry((owner, currency(seen.market))).or_default() += signed;
            }
        }
    }
    // A settlement is in the books of its merchant, and in no checkout's.
    for transfer in evidence.transfers.iter().filter(|transfer| transfer.group.starts_with("settlement_")) {
        let seen = evidence.lives.iter().find(|seen| seen.account == transfer.account);
        let currency = seen.map_or_else(String::new, |seen| currency(seen.market));
        *booked.entry((transfer.account.clone(), currency.clone())).or_default() += transfer.net;
        *booked.entry(("platform".to_owned(), currency)).or_default() -= transfer.net;
    }
    for key in booked.keys().chain(evidence.moved.keys()).collect::<BTreeSet<_>>() {
        let of = |sums: &BTreeMap<_, i64>| sums.get(key).copied().unwrap_or_default();
        let (ours, theirs) = (of(&booked), of(&evidence.moved));
        if ours != theirs {
            wrong.push((None, format!("{key:?}: {ours} in the books, {theirs} at Stripe")));
        }
    }
    wrong
        .extend(evidence.rebuilt.iter().map(|sum| (None, format!("kept sums differ from the items: {sum}"))));
    wrong
}

/// What a checkout's postings say went through the merchant's balance, against what Stripe moved for it.
fn balance_of(evidence: &Evidence, seen: &Seen) -> Option<String> {
    let booked: i64 = seen
        .view
        .postings
        .iter()
        .map(|(debit, credit, minor)| {
            let is = |account: &str| i64::from(account == "merchant.balance");
            minor * (is(debit) - is(credit))
        })
        .sum();
    let funded: i64 = evidence
        .transfers
        .iter()
        .filter(|transfer| transfer.group == seen.id)
        .map(|transfer| transfer.net)
        .sum();
    let moved = funded
        + seen.payment.as_ref().map_or(0, |payment| {
            let back: i64 =
                seen.refunds.iter().filter(|refund| refund.stands()).map(|refund| refund.minor).sum();
            payment.minor - payment.fee - back - seen.disputed_minor
        });
    (booked != moved).then(|| format!("{booked} in the books, {moved} at Stripe"))
}
