//! Occasions, caps and the windows they count in: one payer's diary each.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::domain::campaign::tests::diary::diary;
use crate::domain::campaign::tests::sgd;
use crate::domain::market::Country;
use crate::domain::payer::Window;
use crate::domain::time::Period;

fn check(rule: Value, lines: &[&str], expected: Expect) {
    expected.assert_eq(&diary(Country::SG, rule, lines));
}

#[test]
fn the_first_payment_of_all() {
    check(
        json!({"occasion": {"kind": "first_payment", "scope": "overall"}}),
        &[
            "2026-11-22 10:00 baker-13 25.00 expires",
            "2026-11-22 11:00 baker-13 25.00",
            "2026-11-22 12:00 baker-13 25.00",
            "2026-11-22 13:00 tailor-7 25.00",
            "2026-12-22 10:00 barber-1 25.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00 expires: SGD 1.25
            2026-11-22 11:00 baker-13 25.00: SGD 1.25
            2026-11-22 12:00 baker-13 25.00: not_first_payment
            2026-11-22 13:00 tailor-7 25.00: not_first_payment
            2026-12-22 10:00 barber-1 25.00: not_first_payment
        "#]],
    );
}

#[test]
fn the_first_payment_at_each_merchant() {
    check(
        json!({"occasion": {"kind": "first_payment", "scope": "per_merchant"}}),
        &[
            "2026-11-22 10:00 baker-13 25.00",
            "2026-11-22 11:00 baker-13 25.00",
            "2026-11-22 12:00 tailor-7 25.00 expires",
            "2026-11-22 13:00 tailor-7 25.00",
            "2026-12-22 10:00 tailor-7 25.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00: SGD 1.25
            2026-11-22 11:00 baker-13 25.00: not_first_payment
            2026-11-22 12:00 tailor-7 25.00 expires: SGD 1.25
            2026-11-22 13:00 tailor-7 25.00: SGD 1.25
            2026-12-22 10:00 tailor-7 25.00: not_first_payment
        "#]],
    );
}

/// Unlike the first payment, a payment that earned nothing (too small here) does not use it up.
#[test]
fn once_at_each_merchant() {
    check(
        json!({"occasion": {"kind": "once_per_merchant"}, "min_spend": sgd("10.00")}),
        &[
            "2026-11-22 10:00 baker-13 9.00",
            "2026-11-22 11:00 baker-13 25.00",
            "2026-11-22 12:00 baker-13 25.00",
            "2026-11-22 13:00 tailor-7 25.00 expires",
            "2026-11-22 14:00 tailor-7 25.00",
            "2026-12-22 10:00 tailor-7 25.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 9.00: below_min_spend
            2026-11-22 11:00 baker-13 25.00: SGD 1.25
            2026-11-22 12:00 baker-13 25.00: once_per_merchant
            2026-11-22 13:00 tailor-7 25.00 expires: SGD 1.25
            2026-11-22 14:00 tailor-7 25.00: SGD 1.25
            2026-12-22 10:00 tailor-7 25.00: once_per_merchant
        "#]],
    );
}

#[test]
fn every_third_payment() {
    check(
        json!({"occasion": {"kind": "every_nth", "n": 3}}),
        &[
            "2026-11-22 10:00 baker-13 25.00 pays",
            "2026-11-22 11:00 tailor-7 25.00 pays",
            "2026-11-22 12:00 barber-1 25.00 expires",
            "2026-11-22 13:00 baker-13 25.00 pays",
            "2026-11-22 14:00 baker-13 25.00 pays",
            "2026-11-22 15:00 baker-13 25.00 pays",
            "2026-11-22 16:00 baker-13 25.00 pays",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00 pays: not_the_nth
            2026-11-22 11:00 tailor-7 25.00 pays: not_the_nth
            2026-11-22 12:00 barber-1 25.00 expires: SGD 1.25
            2026-11-22 13:00 baker-13 25.00 pays: SGD 1.25
            2026-11-22 14:00 baker-13 25.00 pays: not_the_nth
            2026-11-22 15:00 baker-13 25.00 pays: not_the_nth
            2026-11-22 16:00 baker-13 25.00 pays: SGD 1.25
        "#]],
    );
}

/// Neither pages that nobody pays nor payments that are given back bring the next reward nearer, and of many
/// pages that are open at once one earns.
#[test]
fn every_third_payment_that_is_made_and_kept() {
    check(
        json!({"occasion": {"kind": "every_nth", "n": 3}}),
        &[
            "2026-11-22 10:00 baker-13 25.00",
            "2026-11-22 10:01 baker-13 25.00",
            "2026-11-22 10:02 baker-13 25.00",
            "2026-11-22 11:00 baker-13 25.00 returns",
            "2026-11-22 11:01 baker-13 25.00 returns",
            "2026-11-22 11:02 baker-13 25.00 pays",
            "2026-11-22 11:03 baker-13 25.00 pays",
            "2026-11-22 12:00 baker-13 25.00",
            "2026-11-22 12:01 baker-13 25.00",
            "2026-11-22 12:02 baker-13 25.00 pays",
            "2026-11-22 12:03 baker-13 25.00 pays",
            "2026-11-22 12:04 baker-13 25.00 pays",
            "2026-11-22 12:05 baker-13 25.00 pays",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00: not_the_nth
            2026-11-22 10:01 baker-13 25.00: not_the_nth
            2026-11-22 10:02 baker-13 25.00: not_the_nth
            2026-11-22 11:00 baker-13 25.00 returns: not_the_nth
            2026-11-22 11:01 baker-13 25.00 returns: not_the_nth
            2026-11-22 11:02 baker-13 25.00 pays: not_the_nth
            2026-11-22 11:03 baker-13 25.00 pays: not_the_nth
            2026-11-22 12:00 baker-13 25.00: SGD 1.25
            2026-11-22 12:01 baker-13 25.00: not_the_nth
            2026-11-22 12:02 baker-13 25.00 pays: not_the_nth
            2026-11-22 12:03 baker-13 25.00 pays: not_the_nth
            2026-11-22 12:04 baker-13 25.00 pays: not_the_nth
            2026-11-22 12:05 baker-13 25.00 pays: SGD 1.25
        "#]],
    );
}

#[test]
fn so_many_payments_a_day_until_midnight_in_singapore() {
    check(
        json!({"caps": [{"per": "day", "payments": 2}]}),
        &[
            "2026-11-22 00:00 baker-13 25.00",
            "2026-11-22 07:59 baker-13 25.00",
            "2026-11-22 08:00 baker-13 25.00",
            "2026-11-22 23:59:59 baker-13 25.00",
            "2026-11-23 00:00 baker-13 25.00",
        ],
        expect![[r#"
            2026-11-22 00:00 baker-13 25.00: SGD 1.25
            2026-11-22 07:59 baker-13 25.00: SGD 1.25
            2026-11-22 08:00 baker-13 25.00: cap_reached
            2026-11-22 23:59:59 baker-13 25.00: cap_reached
            2026-11-23 00:00 baker-13 25.00: SGD 1.25
        "#]],
    );
}

#[test]
fn so_much_a_day_to_the_last_cent() {
    check(
        json!({"caps": [{"per": "day", "amount": sgd("2.00")}]}),
        &[
            "2026-11-22 10:00 baker-13 25.00",
            "2026-11-22 11:00 baker-13 14.80",
            "2026-11-22 12:00 baker-13 25.00",
            "2026-11-22 13:00 baker-13 25.00",
            "2026-11-23 00:00 baker-13 100.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00: SGD 1.25
            2026-11-22 11:00 baker-13 14.80: SGD 0.74
            2026-11-22 12:00 baker-13 25.00: SGD 0.01
            2026-11-22 13:00 baker-13 25.00: cap_reached
            2026-11-23 00:00 baker-13 100.00: SGD 2.00
        "#]],
    );
}

/// 22 November 2026 is a Sunday.
#[test]
fn weeks_begin_on_monday() {
    check(
        json!({"caps": [{"per": "week", "payments": 1}]}),
        &[
            "2026-11-16 00:00 baker-13 25.00",
            "2026-11-22 23:59:59 baker-13 25.00",
            "2026-11-23 00:00 baker-13 25.00",
            "2026-11-29 10:00 baker-13 25.00",
            "2026-12-28 10:00 baker-13 25.00",
        ],
        expect![[r#"
            2026-11-16 00:00 baker-13 25.00: SGD 1.25
            2026-11-22 23:59:59 baker-13 25.00: cap_reached
            2026-11-23 00:00 baker-13 25.00: SGD 1.25
            2026-11-29 10:00 baker-13 25.00: cap_reached
            2026-12-28 10:00 baker-13 25.00: SGD 1.25
        "#]],
    );
}

#[test]
fn so_much_a_month() {
    check(
        json!({"caps": [{"per": "month", "amount": sgd("1.30")}]}),
        &[
            "2026-11-01 00:00 baker-13 25.00",
            "2026-11-30 23:59:59 baker-13 25.00",
            "2026-11-30 23:59:59 baker-13 25.00",
            "2026-12-01 00:00 baker-13 25.00",
        ],
        expect![[r#"
            2026-11-01 00:00 baker-13 25.00: SGD 1.25
            2026-11-30 23:59:59 baker-13 25.00: SGD 0.05
            2026-11-30 23:59:59 baker-13 25.00: cap_reached
            2026-12-01 00:00 baker-13 25.00: SGD 1.25
        "#]],
    );
}

#[test]
fn once_as_long_as_the_campaign_runs() {
    check(
        json!({"caps": [{"per": "campaign", "payments": 1}]}),
        &[
            "2026-11-22 10:00 baker-13 25.00 expires",
            "2026-11-22 11:00 baker-13 25.00",
            "2026-12-31 23:59 tailor-7 25.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00 expires: SGD 1.25
            2026-11-22 11:00 baker-13 25.00: SGD 1.25
            2026-12-31 23:59 tailor-7 25.00: cap_reached
        "#]],
    );
}

/// Twice a day, and 3.00 a week, and both by one cap.
#[test]
fn several_caps_hold_together() {
    check(
        json!({"caps": [
            {"per": "day", "payments": 2, "amount": sgd("2.00")},
            {"per": "week", "amount": sgd("3.00")},
        ]}),
        &[
            "2026-11-23 10:00 baker-13 30.00",
            "2026-11-23 11:00 baker-13 30.00",
            "2026-11-23 12:00 baker-13 30.00",
            "2026-11-24 10:00 baker-13 2.00",
            "2026-11-24 11:00 baker-13 2.00",
            "2026-11-24 12:00 baker-13 2.00",
            "2026-11-25 10:00 baker-13 30.00",
            "2026-11-26 10:00 baker-13 30.00",
            "2026-11-30 10:00 baker-13 30.00",
        ],
        expect![[r#"
            2026-11-23 10:00 baker-13 30.00: SGD 1.50
            2026-11-23 11:00 baker-13 30.00: SGD 0.50
            2026-11-23 12:00 baker-13 30.00: cap_reached
            2026-11-24 10:00 baker-13 2.00: SGD 0.10
            2026-11-24 11:00 baker-13 2.00: SGD 0.10
            2026-11-24 12:00 baker-13 2.00: cap_reached
            2026-11-25 10:00 baker-13 30.00: SGD 0.80
            2026-11-26 10:00 baker-13 30.00: cap_reached
            2026-11-30 10:00 baker-13 30.00: SGD 1.50
        "#]],
    );
}

/// A page that nobody pays gives its part back, but not into a day that has begun since.
#[test]
fn what_expires_is_given_back() {
    check(
        json!({"caps": [{"per": "day", "payments": 1}, {"per": "campaign", "payments": 2}]}),
        &[
            "2026-11-22 10:00 baker-13 25.00 expires",
            "2026-11-22 11:00 baker-13 25.00",
            "2026-11-22 12:00 baker-13 25.00",
            "2026-11-22 23:59:30 baker-13 25.00 expires",
            "2026-11-23 00:00 baker-13 25.00 expires",
            "2026-11-23 01:00 baker-13 25.00",
            "2026-11-24 01:00 baker-13 25.00",
        ],
        expect![[r#"
            2026-11-22 10:00 baker-13 25.00 expires: SGD 1.25
            2026-11-22 11:00 baker-13 25.00: SGD 1.25
            2026-11-22 12:00 baker-13 25.00: cap_reached
            2026-11-22 23:59:30 baker-13 25.00 expires: cap_reached
            2026-11-23 00:00 baker-13 25.00 expires: SGD 1.25
            2026-11-23 01:00 baker-13 25.00: SGD 1.25
            2026-11-24 01:00 baker-13 25.00: cap_reached
        "#]],
    );
}

#[test]
fn a_window_is_named_by_the_markets_clock() {
    let mut table = String::new();
    for (country, text) in [
        (Country::SG, "2026-11-22 23:59:59"),
        (Country::SG, "2026-11-23 00:00"),
        (Country::IN, "2026-12-31 23:59:59"),
        (Country::IN, "2027-01-01 00:00"),
        (Country::IN, "2027-01-04 00:00"),
        (Country::US, "2026-11-01 01:30"),
        (Country::BR, "2026-02-28 23:59"),
    ] {
        let at = crate::domain::campaign::tests::clock(country, text);
        let windows: Vec<String> = [Period::Day, Period::Week, Period::Month, Period::Campaign]
            .into_iter()
            .map(|period| {
                let window = Window::of(period, at, &country.time_zone());
                serde_json::to_value(window).unwrap().as_str().unwrap().to_owned()
            })
            .collect();
        table.push_str(&format!("{} {text} ({at}): {}\n", country.code(), windows.join(" ")));
    }
    expect![[r#"
        SG 2026-11-22 23:59:59 (2026-11-22T15:59:59Z): d2026-11-22 w2026-47 m2026-11 c
        SG 2026-11-23 00:00 (2026-11-22T16:00:00Z): d2026-11-23 w2026-48 m2026-11 c
        IN 2026-12-31 23:59:59 (2026-12-31T18:29:59Z): d2026-12-31 w2026-53 m2026-12 c
        IN 2027-01-01 00:00 (2026-12-31T18:30:00Z): d2027-01-01 w2026-53 m2027-01 c
        IN 2027-01-04 00:00 (2027-01-03T18:30:00Z): d2027-01-04 w2027-01 m2027-01 c
        US 2026-11-01 01:30 (2026-11-01T05:30:00Z): d2026-11-01 w2026-44 m2026-11 c
        BR 2026-02-28 23:59 (2026-03-01T02:59:00Z): d2026-02-28 w2026-09 m2026-02 c
    "#]]
    .assert_eq(&table);
}
