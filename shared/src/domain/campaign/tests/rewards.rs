//! Rewards, and who, what, where and when earns them.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::domain::campaign::record::Campaign;
use crate::domain::campaign::tests::{amount, campaign, money, sgd, table};
use crate::domain::market::Country;
use iso_currency::Currency;

fn check_in(country: Country, rule: Value, purchases: &[&str], expected: Expect) {
    expected.assert_eq(&table(&campaign(country, rule), purchases));
}

fn check(rule: Value, purchases: &[&str], expected: Expect) {
    check_in(Country::SG, rule, purchases, expected);
}

#[test]
fn a_share_is_rounded_down_to_the_cent() {
    check(
        json!({}),
        &["25.00 paynow", "25.99 paynow", "0.39 paynow", "0.40 paynow"],
        expect![[r#"
            25.00 paynow: SGD 1.25
            25.99 paynow: SGD 1.29
            0.39 paynow: SGD 0.01
            0.40 paynow: SGD 0.02
        "#]],
    );
}

#[test]
fn a_share_may_have_decimals_and_may_be_all() {
    let percent = |percent| json!({"reward": {"kind": "percent", "percent": percent}});
    check(
        percent("2.5"),
        &["25.00 paynow", "0.79 paynow"],
        expect![[r#"
        25.00 paynow: SGD 0.62
        0.79 paynow: SGD 0.01
    "#]],
    );
    check(
        percent("0.1"),
        &["9.99 paynow", "10.00 paynow"],
        expect![[r#"
        9.99 paynow: rounds_to_nothing
        10.00 paynow: SGD 0.01
    "#]],
    );
    check(
        percent("100"),
        &["25.00 paynow"],
        expect![[r#"
        25.00 paynow: SGD 25.00
    "#]],
    );
}

#[test]
fn a_fixed_amount_is_never_more_than_the_payment() {
    check(
        json!({"reward": {"kind": "fixed", "amount": sgd("3.00")}}),
        &["25.00 paynow", "3.00 paynow", "2.00 paynow"],
        expect![[r#"
            25.00 paynow: SGD 3.00
            3.00 paynow: SGD 3.00
            2.00 paynow: SGD 2.00
        "#]],
    );
}

#[test]
fn the_larger_the_payment_the_larger_the_share() {
    let tiers = |first: &str| {
        json!({"reward": {"kind": "tiered", "tiers": [
            {"from": sgd(first), "percent": "1"},
            {"from": sgd("50.00"), "percent": "2"},
            {"from": sgd("100.00"), "percent": "5"},
        ]}})
    };
    check(
        tiers("10.00"),
        &["9.99 paynow", "10.00 paynow", "49.99 paynow", "50.00 paynow", "99.99 paynow", "100.00 paynow"],
        expect![[r#"
            9.99 paynow: below_min_spend
            10.00 paynow: SGD 0.10
            49.99 paynow: SGD 0.49
            50.00 paynow: SGD 1.00
            99.99 paynow: SGD 1.99
            100.00 paynow: SGD 5.00
        "#]],
    );
    check(
        tiers("0.00"),
        &["9.99 paynow", "0.99 paynow"],
        expect![[r#"
        9.99 paynow: SGD 0.09
        0.99 paynow: rounds_to_nothing
    "#]],
    );
}

#[test]
fn a_payment_must_be_large_enough_and_earns_only_so_much() {
    check(
        json!({"min_spend": sgd("10.00"), "max_per_payment": sgd("5.00")}),
        &["9.99 paynow", "10.00 paynow", "100.00 paynow", "100.20 paynow", "2000.00 paynow"],
        expect![[r#"
            9.99 paynow: below_min_spend
            10.00 paynow: SGD 0.50
            100.00 paynow: SGD 5.00
            100.20 paynow: SGD 5.00
            2000.00 paynow: SGD 5.00
        "#]],
    );
}

#[test]
fn rupees_are_rounded_down_to_the_paisa() {
    check_in(
        Country::IN,
        json!({"methods": ["upi"], "reward": {"kind": "percent", "percent": "1"},
            "max_per_payment": money("10.00", Currency::INR)}),
        &["99.99 upi", "999.99 upi", "1000.00 upi", "5000.00 upi"],
        expect![[r#"
            99.99 upi: INR 0.99
            999.99 upi: INR 9.99
            1000.00 upi: INR 10.00
            5000.00 upi: INR 10.00
        "#]],
    );
}

#[test]
fn only_the_ways_to_pay_that_are_named() {
    let ways = ["25.00 card", "25.00 credit_card", "25.00 debit_card", "25.00 paynow"];
    check(
        json!({"methods": ["paynow"]}),
        &ways,
        expect![[r#"
        25.00 card: method_not_eligible
        25.00 credit_card: method_not_eligible
        25.00 debit_card: method_not_eligible
        25.00 paynow: SGD 1.25
    "#]],
    );
    check(
        json!({"methods": ["card"]}),
        &ways,
        expect![[r#"
        25.00 card: SGD 1.25
        25.00 credit_card: SGD 1.25
        25.00 debit_card: SGD 1.25
        25.00 paynow: method_not_eligible
    "#]],
    );
    check(
        json!({"methods": ["credit_card"]}),
        &ways,
        expect![[r#"
        25.00 card: method_not_eligible
        25.00 credit_card: SGD 1.25
        25.00 debit_card: method_not_eligible
        25.00 paynow: method_not_eligible
    "#]],
    );
    check(
        json!({"methods": ["debit_card", "paynow"]}),
        &ways,
        expect![[r#"
        25.00 card: method_not_eligible
        25.00 credit_card: method_not_eligible
        25.00 debit_card: SGD 1.25
        25.00 paynow: SGD 1.25
    "#]],
    );
    let upi = json!({"methods": ["upi"]});
    check_in(
        Country::IN,
        upi,
        &["25.00 upi", "25.00 credit_card"],
        expect![[r#"
        25.00 upi: INR 1.25
        25.00 credit_card: method_not_eligible
    "#]],
    );
    let pix = json!({"methods": ["pix"]});
    check_in(
        Country::BR,
        pix,
        &["25.00 pix", "25.00 debit_card"],
        expect![[r#"
        25.00 pix: BRL 1.25
        25.00 debit_card: method_not_eligible
    "#]],
    );
}

#[test]
fn only_the_merchants_that_are_named() {
    check(
        json!({"merchants": [crate::domain::campaign::tests::merchant("baker-13"), crate::domain::campaign::tests::merchant("tailor-7")]}),
        &["25.00 paynow at baker-13", "25.00 paynow at tailor-7", "25.00 paynow at barber-1"],
        expect![[r#"
            25.00 paynow at baker-13: SGD 1.25
            25.00 paynow at tailor-7: SGD 1.25
            25.00 paynow at barber-1: merchant_not_eligible
        "#]],
    );
}

#[test]
fn only_the_kinds_of_business_that_are_named() {
    check(
        json!({"merchant_categories": ["5462", "5814"]}),
        &["25.00 paynow as 5462", "25.00 paynow as 5814", "25.00 paynow as 5812", "25.00 paynow"],
        expect![[r#"
            25.00 paynow as 5462: SGD 1.25
            25.00 paynow as 5814: SGD 1.25
            25.00 paynow as 5812: category_not_eligible
            25.00 paynow: category_not_eligible
        "#]],
    );
}

#[test]
fn only_in_the_chat_or_only_at_the_counter() {
    let places = ["25.00 paynow", "25.00 paynow counter"];
    check(
        json!({}),
        &places,
        expect![[r#"
        25.00 paynow: SGD 1.25
        25.00 paynow counter: SGD 1.25
    "#]],
    );
    check(
        json!({"channels": ["chat"]}),
        &places,
        expect![[r#"
        25.00 paynow: SGD 1.25
        25.00 paynow counter: channel_not_eligible
    "#]],
    );
    check(
        json!({"channels": ["counter"]}),
        &places,
        expect![[r#"
        25.00 paynow: channel_not_eligible
        25.00 paynow counter: SGD 1.25
    "#]],
    );
    check(
        json!({"channels": ["chat", "counter"]}),
        &places,
        expect![[r#"
        25.00 paynow: SGD 1.25
        25.00 paynow counter: SGD 1.25
    "#]],
    );
}

#[test]
fn from_the_first_moment_to_the_last_by_the_markets_clock() {
    check(
        json!({"starts_at": "2026-11-22T10:00", "ends_at": "2026-11-30"}),
        &[
            "25.00 paynow on 2026-11-22 09:59:59",
            "25.00 paynow on 2026-11-22 10:00",
            "25.00 paynow on 2026-11-29 23:59:59",
            "25.00 paynow on 2026-11-30",
        ],
        expect![[r#"
            25.00 paynow on 2026-11-22 09:59:59: not_started
            25.00 paynow on 2026-11-22 10:00: SGD 1.25
            25.00 paynow on 2026-11-29 23:59:59: SGD 1.25
            25.00 paynow on 2026-11-30: ended
        "#]],
    );
}

/// In New York clocks jump from 2:00 to 3:00 on 8 March 2026, and back from 2:00 to 1:00 on 1 November.
#[test]
fn clocks_that_change_move_the_start_and_the_end_with_them() {
    let by_card = |starts_at: &str, ends_at: &str| {
        let rule = json!({"methods": ["card"], "starts_at": starts_at, "ends_at": ends_at});
        campaign(Country::US, rule)
    };
    let instants = |campaign: &Campaign| {
        let zone = Country::US.time_zone();
        format!("{} to {}\n", campaign.rule.starts_at.instant(&zone), campaign.rule.ends_at.instant(&zone))
    };
    let table: String = [
        ("a whole day in winter", by_card("2026-03-07", "2026-03-08")),
        ("the day with 23 hours", by_card("2026-03-08", "2026-03-09")),
        ("from a wall clock that is skipped", by_card("2026-03-08T02:30", "2026-03-09")),
        ("the day with 25 hours", by_card("2026-11-01", "2026-11-02")),
        ("until a wall clock that comes twice", by_card("2026-11-01", "2026-11-01T01:30")),
        ("the second of the two, by its offset", by_card("2026-11-01", "2026-11-01T01:30:00-05:00")),
    ]
    .iter()
    .map(|(words, campaign)| format!("{words}: {}", instants(campaign)))
    .collect();
    expect![[r#"
        a whole day in winter: 2026-03-07T05:00:00Z to 2026-03-08T05:00:00Z
        the day with 23 hours: 2026-03-08T05:00:00Z to 2026-03-09T04:00:00Z
        from a wall clock that is skipped: 2026-03-08T07:30:00Z to 2026-03-09T04:00:00Z
        the day with 25 hours: 2026-11-01T04:00:00Z to 2026-11-02T05:00:00Z
        until a wall clock that comes twice: 2026-11-01T04:00:00Z to 2026-11-01T05:30:00Z
        the second of the two, by its offset: 2026-11-01T04:00:00Z to 2026-11-01T06:30:00Z
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_campaign_that_is_stopped_earns_nothing() {
    let running = campaign(Country::SG, json!({}));
    let paused = Campaign { paused: true, ..running.clone() };
    let ended = Campaign {
        ended_at: Some(crate::domain::campaign::tests::clock(Country::SG, "2026-11-20")),
        ..paused.clone()
    };
    let table: String = [("running", running), ("paused", paused), ("ended, while it was paused", ended)]
        .iter()
        .map(|(words, campaign)| {
            let status = |day| campaign.status(crate::domain::campaign::tests::clock(Country::SG, day));
            let days = [status("2026-10-31"), status("2026-11-22"), status("2027-01-01")];
            format!(
                "{words}: {}; status {}\n",
                crate::domain::campaign::tests::buys(campaign, "25.00 paynow"),
                days.join(", ")
            )
        })
        .collect();
    expect![[r#"
        running: SGD 1.25; status scheduled, running, ended
        paused: paused; status paused, paused, ended
        ended, while it was paused: ended; status ended, ended, ended
    "#]]
    .assert_eq(&table);
}

#[test]
fn of_several_reasons_the_one_that_comes_first_is_told() {
    check(
        json!({"merchants": [crate::domain::campaign::tests::merchant("tailor-7")], "channels": ["counter"], "min_spend": sgd("10.00")}),
        &[
            "1.00 card on 2026-10-31",
            "1.00 card",
            "1.00 card at tailor-7",
            "1.00 card counter at tailor-7",
            "1.00 paynow counter at tailor-7",
            "10.00 paynow counter at tailor-7",
        ],
        expect![[r#"
            1.00 card on 2026-10-31: not_started
            1.00 card: merchant_not_eligible
            1.00 card at tailor-7: channel_not_eligible
            1.00 card counter at tailor-7: method_not_eligible
            1.00 paynow counter at tailor-7: below_min_spend
            10.00 paynow counter at tailor-7: SGD 0.50
        "#]],
    );
}

/// Without knowing who pays, a campaign that counts by payer gives nothing, and one that does not gives all.
#[test]
fn who_says_no_number_earns_only_where_nobody_is_counted() {
    let rules = [
        ("for everybody", json!({})),
        ("once a day", json!({"caps": [{"per": "day", "payments": 1}]})),
        ("first payment", json!({"occasion": {"kind": "first_payment", "scope": "overall"}})),
        ("every third", json!({"occasion": {"kind": "every_nth", "n": 3}})),
        (
            "too small, and once a day",
            json!({"min_spend": sgd("99.00"), "caps": [{"per": "day", "payments": 1}]}),
        ),
    ];
    let table: String = rules
        .into_iter()
        .map(|(words, rule)| {
            format!(
                "{words}: {}\n",
                crate::domain::campaign::tests::buys(&campaign(Country::SG, rule), "25.00 paynow")
            )
        })
        .collect();
    expect![[r#"
        for everybody: SGD 1.25
        once a day: payer_unknown
        first payment: payer_unknown
        every third: payer_unknown
        too small, and once a day: below_min_spend
    "#]]
    .assert_eq(&table);
}

/// What must be left of a payment after a refund, for the reward of the tier that was reached.
#[test]
fn the_least_that_earns_the_same_is_the_beginning_of_its_tier() {
    let tiers = json!([{"from": sgd("10.00"), "percent": "1"}, {"from": sgd("20.00"), "percent": "2"}]);
    let tiered = campaign(Country::SG, json!({"reward": {"kind": "tiered", "tiers": tiers}}));
    let least = |paid| tiered.rule.least(amount(Country::SG, paid)).unwrap().value();
    assert_eq!(["10.00", "19.99", "20.00", "90.00"].map(least), ["10.00", "10.00", "20.00", "20.00"]);
}
