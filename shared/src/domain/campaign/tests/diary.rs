//! What one payer buys, and what each checkout promises: the payer's item changes as the table would have it.

use std::collections::BTreeSet;

use crate::domain::campaign::evaluate::Purchase;
use crate::domain::campaign::offer::{Market, Offer};
use crate::domain::campaign::record::Campaign;
use crate::domain::campaign::rule::Funding;
use crate::domain::campaign::tests::{amount, campaign, clock, merchant};
use crate::domain::checkout::new_checkout::Content;
use crate::domain::checkout::{Checkout, Event};
use crate::domain::decision::occupied::Occupied;
use crate::domain::decision::{Around, Decision, decide};
use crate::domain::examples;
use crate::domain::ids::{CheckoutId, Reference};
use crate::domain::market::{Channel, Country, Method};
use crate::domain::payer::{Payer, PayerKey, Phone};
use crate::domain::time::Timestamp;

pub(in crate::domain) fn mei(country: Country) -> Payer {
    Payer::new(PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), country), country)
}

/// A diary: each line is `2026-11-22 10:00 baker-13 25.00`, then what is promised for the market's own rail.
/// A line that says ` expires` is a page that is never paid, and is given up a minute later; ` pays` is paid
/// at once, and ` returns` is paid and given back.
pub(super) fn diary(country: Country, rule: serde_json::Value, lines: &[&str]) -> String {
    let campaigns = [campaign(country, rule)];
    let mut payer = mei(country);
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let at = clock(country, &words[..2].join(" "));
        let (checkout, next) = create(&campaigns, &payer, number, words[2], words[3], at);
        payer = next;
        let promised = match checkout.offers.values().next_back().unwrap() {
            Offer::Cashback(terms) => terms.amount.to_string(),
            Offer::None { no_cashback } => crate::domain::campaign::tests::earns(Err(*no_cashback)),
        };
        text.push_str(&format!("{line}: {promised}\n"));
        if words.contains(&"expires") {
            payer = after(&checkout, &payer, &Event::Expired, at.plus_seconds(60)).1;
        }
        if words.contains(&"pays") || words.contains(&"returns") {
            let Event::Paid { charge, .. } = examples::paid(Method::Paynow) else { panic!("paid") };
            let paid = Event::Paid {
                charge,
                amount: checkout.content.amount,
                fee: checkout.application_fee().unwrap(),
            };
            let (checkout, next) = after(&checkout, &payer, &paid, at);
            payer = next;
            if words.contains(&"returns") {
                let all = examples::asked("all", checkout.content.amount.minor());
                payer = after(&checkout, &payer, &all, at).1;
            }
        }
    }
    text
}

fn create(
    campaigns: &[Campaign],
    payer: &Payer,
    number: usize,
    shop: &str,
    value: &str,
    at: Timestamp,
) -> (Checkout, Payer) {
    let country = payer.country;
    let (merchant, price) = (merchant(shop), amount(country, value));
    let reference = Reference::parse(&format!("order-{number}")).unwrap();
    let id = CheckoutId::of(&merchant, &reference);
    let purchase = Purchase {
        merchant: &merchant,
        category: None,
        amount: price,
        tender: crate::domain::market::Tender::Card,
        channel: Channel::Chat,
        at,
        payer: Some(payer),
    };
    let market = Market { campaigns, used_up: &BTreeSet::new(), closed: None };
    let offers = market.offers(&id, &purchase, &country.methods()[1..]).unwrap();
    let usual = examples::open(Funding::Merchant);
    let checkout = Checkout {
        id,
        merchant,
        country,
        content: Content { amount: price, reference, ..usual.content },
        payer: Some(payer.id.clone()),
        remembers_payer: true,
        counted_by: campaigns
            .iter()
            .filter(|campaign| campaign.rule.counts_payments())
            .map(|campaign| campaign.rule.id.clone())
            .collect(),
        offers,
        created_at: at,
        ..usual
    };
    let occupied = Occupied::of(&checkout).unwrap();
    let payer = Occupied::default().payer_after(&occupied, payer, &checkout, at);
    (checkout, payer)
}

fn after(checkout: &Checkout, payer: &Payer, event: &Event, now: Timestamp) -> (Checkout, Payer) {
    let around = Around { payer: Some(payer.clone()), ..Around::default() };
    let Decision::Commit(commit) = decide(checkout, Some(&around), event, now).unwrap() else {
        panic!("{event:?} changes something")
    };
    (commit.checkout, commit.around.payer.unwrap_or(payer.clone()))
}
