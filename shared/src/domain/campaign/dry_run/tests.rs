//! Rules tried on a diary of payments.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::domain::campaign::tests::{amount, clock, merchant, rule, sgd};
use crate::domain::payer::{PayerKey, Phone};

/// `2026-11-22 10:00 baker-13 25.00 mei`: when, where, how much by PayNow, and who, `-` for somebody unknown.
fn past(line: &str) -> PastPurchase {
    let words: Vec<&str> = line.split(' ').collect();
    let phone = |digit: u8| Phone::parse(&format!("+659123456{digit}")).unwrap();
    let payer = |digit| Some(PayerKey::new("key").payer(&phone(digit), Country::SG));
    PastPurchase {
        merchant: merchant(words[2]),
        payer: match words[4] {
            "mei" => payer(7),
            "tan" => payer(8),
            _ => None,
        },
        is_insider: words.contains(&"insider"),
        amount: amount(Country::SG, words[3]),
        tender: if words.contains(&"card") { Some(Tender::Card) } else { Some(Tender::Paynow) },
        channel: Channel::Chat,
        at: clock(Country::SG, &words[..2].join(" ")),
    }
}

const DIARY: [&str; 8] = [
    "2026-10-20 10:00 baker-13 20.00 mei",
    "2026-10-20 11:00 baker-13 20.00 mei",
    "2026-10-20 12:00 tailor-7 40.00 mei",
    "2026-10-20 13:00 baker-13 20.00 tan",
    "2026-10-21 10:00 baker-13 20.00 tan",
    "2026-10-21 11:00 tailor-7 20.00 tan card",
    "2026-10-21 12:00 baker-13 20.00 -",
    "2026-10-21 13:00 baker-13 20.00 mei insider",
];

fn run(change: Value) -> Report {
    let rule: Rule = serde_json::from_value(rule(change)).unwrap();
    assert_eq!(rule.check(Country::SG), Ok(()));
    let purchases: Vec<PastPurchase> = DIARY.iter().map(|line| past(line)).collect();
    dry_run(Country::SG, &rule, &BTreeMap::new(), &purchases).unwrap()
}

fn check(change: Value, expected: &Expect) {
    let report = run(change);
    let name = |id: &MerchantId| if *id == merchant("baker-13") { "baker-13" } else { "tailor-7" };
    let sum = |sum: &Sum| format!("{} payments, {}", sum.payments, sum.cashback);
    let mut text = format!("{} of {}\n", sum(&report.earning), report.payments);
    for of in &report.by_day {
        text.push_str(&format!("{}: {}\n", of.day, sum(&of.sum)));
    }
    for of in &report.by_merchant {
        text.push_str(&format!("{}: {}\n", name(&of.merchant), sum(&of.sum)));
    }
    for no in &report.refused {
        text.push_str(&format!("{}: {}\n", no.no_cashback.explanation(), no.payments));
    }
    expected.assert_eq(&text);
}

#[test]
fn five_percent_of_everything_by_paynow() {
    check(
        json!({}),
        &expect![[r#"
        6 payments, SGD 7.00 of 8
        2026-10-20: 4 payments, SGD 5.00
        2026-10-21: 2 payments, SGD 2.00
        tailor-7: 1 payments, SGD 2.00
        baker-13: 5 payments, SGD 5.00
        this way to pay does not earn: 1
        who pays belongs to the shop: 1
    "#]],
    );
}

#[test]
fn once_a_day_for_each_payer() {
    check(
        json!({"caps": [{"per": "day", "payments": 1}]}),
        &expect![[r#"
        3 payments, SGD 3.00 of 8
        2026-10-20: 2 payments, SGD 2.00
        2026-10-21: 1 payments, SGD 1.00
        baker-13: 3 payments, SGD 3.00
        this way to pay does not earn: 1
        the campaign is for payers who say their number: 1
        who pays belongs to the shop: 1
        the most that one payer can earn is reached: 2
    "#]],
    );
}

#[test]
fn up_to_a_dollar_fifty_for_each_payer() {
    check(
        json!({"caps": [{"per": "campaign", "amount": sgd("1.50")}]}),
        &expect![[r#"
        4 payments, SGD 3.00 of 8
        2026-10-20: 3 payments, SGD 2.50
        2026-10-21: 1 payments, SGD 0.50
        baker-13: 4 payments, SGD 3.00
        this way to pay does not earn: 1
        the campaign is for payers who say their number: 1
        who pays belongs to the shop: 1
        the most that one payer can earn is reached: 1
    "#]],
    );
}

#[test]
fn the_first_payment_of_each_payer() {
    check(
        json!({"occasion": {"kind": "first_payment", "scope": "overall"}}),
        &expect![[r#"
        2 payments, SGD 2.00 of 8
        2026-10-20: 2 payments, SGD 2.00
        baker-13: 2 payments, SGD 2.00
        this way to pay does not earn: 1
        the campaign is for payers who say their number: 1
        who pays belongs to the shop: 1
        only the first payment earns: 3
    "#]],
    );
}

#[test]
fn once_at_each_shop() {
    check(
        json!({"occasion": {"kind": "once_per_merchant"}}),
        &expect![[r#"
        3 payments, SGD 4.00 of 8
        2026-10-20: 3 payments, SGD 4.00
        tailor-7: 1 payments, SGD 2.00
        baker-13: 2 payments, SGD 2.00
        this way to pay does not earn: 1
        the campaign is for payers who say their number: 1
        who pays belongs to the shop: 1
        it was earned at this shop before: 2
    "#]],
    );
}

#[test]
fn a_budget_of_three_dollars_and_two_payments_a_day() {
    let budget = json!({"total": {"amount": sgd("3.50")}, "per_day": {"payments": 2}});
    check(
        json!({"budget": budget}),
        &expect![[r#"
        3 payments, SGD 3.00 of 8
        2026-10-20: 2 payments, SGD 2.00
        2026-10-21: 1 payments, SGD 1.00
        baker-13: 3 payments, SGD 3.00
        this way to pay does not earn: 1
        who pays belongs to the shop: 1
        the campaign's budget is used up: 3
    "#]],
    );
}

#[test]
fn only_bakers_and_who_they_are_must_be_known() {
    let rule: Rule = serde_json::from_value(rule(json!({"merchant_categories": ["5462"]}))).unwrap();
    let purchases: Vec<PastPurchase> = DIARY.iter().map(|line| past(line)).collect();
    let category = MerchantCategory::try_from("5462".to_owned()).unwrap();
    let bakers = BTreeMap::from([(merchant("baker-13"), category)]);
    let known = dry_run(Country::SG, &rule, &bakers, &purchases).unwrap();
    assert_eq!((known.earning.payments, known.by_merchant.len()), (5, 1));
    let unknown = dry_run(Country::SG, &rule, &BTreeMap::new(), &purchases).unwrap();
    assert_eq!(unknown.earning.payments, 0);
}

#[test]
fn the_parts_of_a_report_add_up() {
    for change in [
        json!({}),
        json!({"funding": {"split": {"platform_bps": 2500}}}),
        json!({"caps": [{"per": "week", "payments": 2}], "budget": {"total": {"payments": 3}}}),
    ] {
        let report = run(change);
        let days: i64 = report.by_day.iter().map(|of| of.sum.cashback.minor()).sum();
        let merchants: i64 = report.by_merchant.iter().map(|of| of.sum.cashback.minor()).sum();
        assert_eq!((days, merchants), (report.earning.cashback.minor(), report.earning.cashback.minor()));
        let refused: u32 = report.refused.iter().map(|no| no.payments).sum();
        assert_eq!(report.payments, report.earning.payments + refused);
        assert_eq!(report.payments, 8);
    }
    assert_eq!(
        run(json!({"funding": {"split": {"platform_bps": 2500}}})).platform_pays.minor(),
        25 * 4 + 50 + 25
    );
}

#[test]
fn a_payment_is_told_and_read_again() {
    let category = MerchantCategory::try_from("5462".to_owned()).ok();
    for line in DIARY {
        for category in [&category, &None] {
            let known = KnownPurchase { purchase: past(line), category: category.clone() };
            let told = serde_json::to_string(&known).unwrap();
            assert_eq!(serde_json::from_str::<KnownPurchase>(&told).unwrap(), known, "{told}");
        }
    }
}

#[test]
fn who_pays_is_remembered_only_where_it_counts() {
    for (change, remembered) in [(json!({}), 0), (json!({"caps": [{"per": "day", "payments": 1}]}), 2)] {
        let rule: Rule = serde_json::from_value(rule(change)).unwrap();
        let mut run = DryRun::new(Country::SG, &rule);
        DIARY.iter().for_each(|line| run.step(&past(line), None).unwrap());
        assert_eq!(run.payers.len(), remembered);
    }
}

#[test]
fn nothing_was_paid_in_the_period() {
    let rule: Rule = serde_json::from_value(rule(json!({}))).unwrap();
    let report = dry_run(Country::SG, &rule, &BTreeMap::new(), &[]).unwrap();
    assert_eq!((report.payments, report.earning.payments, report.by_day.len()), (0, 0, 0));
}
