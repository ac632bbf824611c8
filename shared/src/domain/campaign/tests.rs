use super::*;
use crate::domain::ids::Reference;
use expect_test::expect;
use iso_currency::Currency;

pub(in crate::domain) fn merchant(name: &str) -> MerchantId {
    MerchantId::of(&Reference::parse(name).unwrap())
}

fn sgd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::SGD).unwrap()
}

pub(in crate::domain) fn five_percent_paynow() -> Campaign {
    Campaign {
        country: Country::SG,
        rule: Rule {
            id: CampaignId::parse("paynow-5").unwrap(),
            reward: Reward::Percent { percent: Decimal::from(5) },
            min_spend: Some(sgd(1000)),
            max_per_payment: Some(sgd(500)),
            methods: [Method::Paynow].into(),
            merchants: None,
            starts_at: Timestamp::from_epoch_seconds(1000),
            ends_at: Timestamp::from_epoch_seconds(2000),
            funding: Funding::Merchant,
            promise_hours: PROMISE_HOURS,
            release_margin_hours: RELEASE_MARGIN_HOURS,
        },
        paused: false,
        created_at: Timestamp::from_epoch_seconds(0),
        version: 1,
    }
}

#[test]
fn what_a_payment_earns() {
    let usual = five_percent_paynow();
    let earns = |campaign: &Campaign, minor, method, at| {
        let at = Timestamp::from_epoch_seconds(at);
        let purchase = Purchase { merchant: &merchant("baker-13"), amount: sgd(minor), method, at };
        match campaign.evaluate(&purchase).unwrap() {
            Ok(money) => money.to_string(),
            Err(no) => format!("{no:?}"),
        }
    };
    let cases = [
        ("25.00 by PayNow", &usual, 2500, Method::Paynow, 1500),
        ("25.99: the fraction is dropped", &usual, 2599, Method::Paynow, 1500),
        ("200.00: the ceiling", &usual, 20_000, Method::Paynow, 1500),
        ("10.00: exactly the minimum", &usual, 1000, Method::Paynow, 1500),
        ("9.99: below the minimum", &usual, 999, Method::Paynow, 1500),
        ("by card", &usual, 2500, Method::Card, 1500),
        ("at the first second", &usual, 2500, Method::Paynow, 1000),
        ("a second before", &usual, 2500, Method::Paynow, 999),
        ("at the last second", &usual, 2500, Method::Paynow, 1999),
        ("at the end", &usual, 2500, Method::Paynow, 2000),
        ("paused", &Campaign { paused: true, ..usual.clone() }, 2500, Method::Paynow, 1500),
        (
            "at another merchant",
            &Campaign {
                rule: Rule { merchants: Some([merchant("other")].into()), ..usual.rule.clone() },
                ..usual.clone()
            },
            2500,
            Method::Paynow,
            1500,
        ),
        (
            "a fixed 3.00 on 2.00",
            &Campaign {
                rule: Rule {
                    reward: Reward::Fixed { amount: sgd(300) },
                    min_spend: None,
                    ..usual.rule.clone()
                },
                ..usual.clone()
            },
            200,
            Method::Paynow,
            1500,
        ),
        (
            "1% of 0.99",
            &Campaign {
                rule: Rule {
                    reward: Reward::Percent { percent: Decimal::ONE },
                    min_spend: None,
                    ..usual.rule.clone()
                },
                ..usual.clone()
            },
            99,
            Method::Paynow,
            1500,
        ),
    ];
    let table: String = cases
        .into_iter()
        .map(|(case, campaign, minor, method, at)| {
            format!("{case}: {}\n", earns(campaign, minor, method, at))
        })
        .collect();
    expect![[r#"
        25.00 by PayNow: SGD 1.25
        25.99: the fraction is dropped: SGD 1.29
        200.00: the ceiling: SGD 5.00
        10.00: exactly the minimum: SGD 0.50
        9.99: below the minimum: BelowMinSpend
        by card: MethodNotEligible
        at the first second: SGD 1.25
        a second before: NotStarted
        at the last second: SGD 1.25
        at the end: Ended
        paused: Paused
        at another merchant: MerchantNotEligible
        a fixed 3.00 on 2.00: SGD 2.00
        1% of 0.99: RoundsToNothing
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_rule_that_cannot_be_kept_is_refused_with_its_field() {
    let good = five_percent_paynow().rule;
    let inr = Money::from_minor(100, Currency::INR).unwrap();
    let percent = |percent| Reward::Percent { percent };
    let cases = [
        Rule { reward: percent(Decimal::from(101)), ..good.clone() },
        Rule { reward: percent(Decimal::ZERO), ..good.clone() },
        Rule { reward: Reward::Fixed { amount: inr }, ..good.clone() },
        Rule { min_spend: Some(inr), ..good.clone() },
        Rule { max_per_payment: Some(sgd(0)), ..good.clone() },
        Rule { methods: [].into(), ..good.clone() },
        Rule { methods: [Method::Upi].into(), ..good.clone() },
        Rule { merchants: Some([].into()), ..good.clone() },
        Rule { ends_at: good.starts_at, ..good.clone() },
        Rule { promise_hours: 0, ..good.clone() },
        Rule { release_margin_hours: 48, ..good.clone() },
    ];
    let fields: Vec<_> =
        cases.iter().map(|rule| rule.check(Country::SG).unwrap_err().field.unwrap()).collect();
    assert_eq!(
        fields,
        [
            "reward.percent",
            "reward.percent",
            "reward.amount",
            "min_spend",
            "max_per_payment",
            "methods",
            "methods",
            "merchants",
            "ends_at",
            "promise_hours",
            "release_margin_hours"
        ]
    );
    assert_eq!(good.check(Country::SG), Ok(()));
}
