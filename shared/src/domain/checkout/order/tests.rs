//! What is paid with credit, what Stripe charges, and what is promised for it.

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::domain::campaign::Funding;
use crate::domain::campaign::offer::Offer;
use crate::domain::campaign::policy::Stop;
use crate::domain::campaign::screening::Screening;
use crate::domain::campaign::tests::{campaign, clock, merchant};
use crate::domain::examples::{open, sgd};
use crate::domain::ids::{PayerId, Reference};
use crate::domain::market::Country;
use crate::domain::merchant::State as MerchantState;
use crate::domain::payer::{PayerKey, Phone};

fn noon() -> Timestamp {
    clock(Country::SG, "2026-11-22 12:00")
}

fn mei() -> PayerId {
    PayerKey::new("key").payer(&Phone::parse("+6591234567").unwrap(), Country::SG)
}

fn known(rules: &[serde_json::Value]) -> Known {
    let campaigns = rules.iter().map(|rule| campaign(Country::SG, rule.clone())).collect();
    Known { policy: Policy::usual(Country::SG), campaigns }
}

struct Asked {
    minor: i64,
    credit_minor: i64,
    use_wallet: bool,
    insider: bool,
    has_payer: bool,
}

const USUAL: Asked =
    Asked { minor: 2500, credit_minor: 0, use_wallet: true, insider: false, has_payer: true };

fn price(asked: &Asked, known: &Known) -> Checkout {
    let mut payer = Payer::new(mei(), Country::SG);
    payer.wallet = vec![Lot { expires_at: noon().plus_days(9), minor: asked.credit_minor }];
    payer.wallet.retain(|lot| lot.minor > 0);
    let shop = Merchant {
        id: merchant("baker-13"),
        reference: Reference::parse("baker-13").unwrap(),
        name: "Baker's 13".into(),
        email: "shop@example.com".into(),
        country: Country::SG,
        fee_bps: 100,
        category: None,
        insiders: if asked.insider { [mei()].into() } else { BTreeSet::new() },
        state: MerchantState::Invited,
        keys: vec![],
        seed: None,
        created_at: noon(),
        version: 1,
    };
    let usual = open(Funding::Merchant);
    let content = Content { amount: sgd(asked.minor), use_wallet: asked.use_wallet, ..usual.content };
    let order = Order {
        id: usual.id,
        merchant: &shop,
        account: &usual.account,
        active: &[Method::Card, Method::Paynow].into(),
        content,
        payer: asked.has_payer.then_some(payer),
        at: noon(),
    };
    order.price(known, &BTreeSet::new()).unwrap()
}

/// The base of the cashback and of the fee is what the payer really pays. Stripe takes no payment below 0.50.
#[test]
fn credit_pays_first_and_the_rest_earns() {
    let campaigns = known(&[json!({"min_spend": {"value": "10.00", "currency": "SGD"}})]);
    let mut table = String::new();
    for (words, asked) in [
        ("no credit", USUAL),
        ("5.00 of credit", Asked { credit_minor: 500, ..USUAL }),
        ("5.00 of credit, not wanted", Asked { credit_minor: 500, use_wallet: false, ..USUAL }),
        ("15.01 of credit: the rest is too small to earn", Asked { credit_minor: 1501, ..USUAL }),
        ("more credit than the price", Asked { credit_minor: 9900, ..USUAL }),
        ("a price that nothing can be taken from", Asked { minor: 50, credit_minor: 500, ..USUAL }),
        ("nobody is known", Asked { credit_minor: 500, has_payer: false, ..USUAL }),
    ] {
        let checkout = price(&asked, &campaigns);
        let offer = match &checkout.offers[&Tender::Paynow] {
            Offer::Cashback(terms) => terms.amount.to_string(),
            Offer::None { no_cashback } => no_cashback.explanation().to_owned(),
        };
        let (credit, charged) = (checkout.wallet_spent_minor(), checkout.charged().unwrap());
        table.push_str(&format!(
            "{words}: credit {credit}, charged {charged}, fee {}, {offer}\n",
            checkout.fee
        ));
    }
    expect![[r#"
        no credit: credit 0, charged SGD 25.00, fee SGD 0.25, SGD 1.25
        5.00 of credit: credit 500, charged SGD 20.00, fee SGD 0.20, SGD 1.00
        5.00 of credit, not wanted: credit 0, charged SGD 25.00, fee SGD 0.25, SGD 1.25
        15.01 of credit: the rest is too small to earn: credit 1501, charged SGD 9.99, fee SGD 0.09, the payment is smaller than the campaign asks
        more credit than the price: credit 2450, charged SGD 0.50, fee SGD 0.00, the payment is smaller than the campaign asks
        a price that nothing can be taken from: credit 0, charged SGD 0.50, fee SGD 0.00, the payment is smaller than the campaign asks
        nobody is known: credit 0, charged SGD 25.00, fee SGD 0.25, SGD 1.25
    "#]].assert_eq(&table);
}

#[test]
fn a_shops_own_people_and_a_stopped_market_earn_nothing() {
    let mut campaigns = known(&[json!({})]);
    let reason = |asked: &Asked, known: &Known| match &price(asked, known).offers[&Tender::Paynow] {
        Offer::Cashback(terms) => terms.amount.to_string(),
        Offer::None { no_cashback } => no_cashback.explanation().to_owned(),
    };
    let insider = Asked { insider: true, ..USUAL };
    assert_eq!(reason(&USUAL, &campaigns), "SGD 1.25");
    assert_eq!(reason(&insider, &campaigns), "who pays belongs to the shop");
    assert!(price(&insider, &campaigns).insider && !price(&USUAL, &campaigns).insider);
    let stop = Stop { actor: "ana".into(), reason: "a wrong rate".into(), at: noon() };
    campaigns.policy.stopped = Some(stop);
    assert_eq!(reason(&USUAL, &campaigns), "all campaigns are stopped for now");
}

/// A payer's item is written only where something asks what the payer did before.
#[test]
fn a_payer_is_remembered_where_it_matters() {
    let first = json!({"occasion": {"kind": "first_payment", "scope": "overall"}});
    let over = {
        let mut known = known(std::slice::from_ref(&first));
        known.campaigns[0].ended_at = Some(noon());
        known
    };
    let screened = {
        let mut known = known(&[]);
        known.policy.screening = Screening { payments_per_day: Some(3), ..Screening::default() };
        known
    };
    let table: String = [
        ("no campaign", known(&[])),
        ("a campaign for everybody", known(&[json!({})])),
        ("a first payment", known(std::slice::from_ref(&first))),
        (
            "a first payment, not yet begun",
            known(&[json!({"occasion": first["occasion"], "starts_at": "2026-12-01"})]),
        ),
        ("a first payment, over", over),
        ("screening", screened),
    ]
    .into_iter()
    .map(|(words, known)| {
        let nobody = Asked { has_payer: false, ..USUAL };
        assert!(!price(&nobody, &known).remembers_payer, "nobody is nobody to remember");
        format!("{words}: {}\n", price(&USUAL, &known).remembers_payer)
    })
    .collect();
    expect![[r#"
        no campaign: false
        a campaign for everybody: false
        a first payment: true
        a first payment, not yet begun: true
        a first payment, over: false
        screening: true
    "#]]
    .assert_eq(&table);
}
