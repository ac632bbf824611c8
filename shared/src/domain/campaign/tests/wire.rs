//! Rules as JSON: what is read, what is refused before anything is checked, and that an item comes back as it
//! was.

use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::campaign::record::Campaign;
use crate::domain::campaign::rule::{Moment, Rule};
use crate::domain::campaign::tests::{rule, sgd};
use crate::domain::market::Country;
use crate::domain::time::Timestamp;

fn read(change: Value) -> String {
    match serde_json::from_value::<Rule>(rule(change)) {
        Ok(_) => "read".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_misspelled_is_refused_and_never_ignored() {
    let cases = [
        ("a field", json!({"min_spent": sgd("1.00")})),
        ("a field of a reward", json!({"reward": {"kind": "percent", "percent": "5", "max": "1"}})),
        (
            "a field of a tier",
            json!({"reward": {"kind": "tiered", "tiers": [
            {"from": sgd("1.00"), "percent": "5", "to": sgd("2.00")}]}}),
        ),
        ("a field of a cap", json!({"caps": [{"per": "day", "payments": 1, "amuont": sgd("1.00")}]})),
        ("a field of a budget", json!({"budget": {"totl": {"payments": 1}}})),
        ("a field of a total", json!({"budget": {"total": {"payments": 1, "amuont": sgd("1.00")}}})),
        ("a field of an occasion", json!({"occasion": {"kind": "every_nth", "n": 2, "of": 3}})),
        (
            "an amount for a percentage",
            json!({"reward": {"kind": "percent", "percent": "5", "amount": sgd("1.00")}}),
        ),
        ("no kind of reward", json!({"reward": {"percent": "5"}})),
        ("no percentage", json!({"reward": {"kind": "percent"}})),
        ("an n where there is none", json!({"occasion": {"kind": "once_per_merchant", "n": 2}})),
        ("a ceiling where there is none", json!({"stacking": {"mode": "best_of", "ceiling": sgd("1.00")}})),
        ("a field of a split", json!({"funding": {"split": {"platform_bps": 1, "merchant_bps": 9_999}}})),
        ("a kind of reward", json!({"reward": {"kind": "percentage", "percent": "5"}})),
        ("a period", json!({"caps": [{"per": "year", "payments": 1}]})),
        ("a way to pay", json!({"methods": ["cash"]})),
        ("a place", json!({"channels": ["web"]})),
        ("a scope", json!({"occasion": {"kind": "first_payment", "scope": "ever"}})),
        ("a stacking", json!({"stacking": {"mode": "all"}})),
        ("whose money", json!({"funding": "bank"})),
        ("what a refund does", json!({"on_refund": "keep"})),
        ("no name", json!({"id": null})),
        ("no way to pay", json!({"methods": null})),
        ("no funding", json!({"funding": null})),
        ("a name in capitals", json!({"id": "PayNow-5"})),
        ("a percentage that is none", json!({"reward": {"kind": "percent", "percent": "five"}})),
        ("a count below zero", json!({"caps": [{"per": "day", "payments": -1}]})),
        ("an amount below zero", json!({"min_spend": sgd("-1.00")})),
        ("half a cent", json!({"min_spend": sgd("1.005")})),
        ("a category of three digits", json!({"merchant_categories": ["546"]})),
        ("a category in words", json!({"merchant_categories": ["bake"]})),
        ("a merchant's own reference", json!({"merchants": ["baker-13"]})),
    ];
    let table: String =
        cases.into_iter().map(|(words, change)| format!("{words}: {}\n", read(change))).collect();
    expect![[r#"
        a field: unknown field `min_spent`, expected one of `id`, `reward`, `min_spend`, `max_per_payment`, `methods`, `merchants`, `merchant_categories`, `channels`, `starts_at`, `ends_at`, `occasion`, `caps`, `budget`, `stacking`, `funding`, `on_refund`, `promise_hours`, `release_margin_hours`, `wallet_days`
        a field of a reward: unknown field `max`, expected one of `kind`, `percent`, `amount`, `tiers`
        a field of a tier: unknown field `to`, expected `from` or `percent`
        a field of a cap: unknown field `amuont`, expected one of `per`, `payments`, `amount`
        a field of a budget: unknown field `totl`, expected one of `total`, `per_day`, `shards`
        a field of a total: unknown field `amuont`, expected `payments` or `amount`
        a field of an occasion: unknown field `of`, expected one of `kind`, `scope`, `n`
        an amount for a percentage: unknown field `amount`, expected `kind` or `percent`
        no kind of reward: missing field `kind`
        no percentage: missing field `percent`
        an n where there is none: unknown field `n`, expected `kind`
        a ceiling where there is none: unknown field `ceiling`, expected `mode`
        a field of a split: unknown field `merchant_bps`, expected `platform_bps`
        a kind of reward: unknown variant `percentage`, expected one of `percent`, `fixed`, `tiered`
        a period: unknown variant `year`, expected one of `day`, `week`, `month`, `campaign`
        a way to pay: There is no such way to pay. Write one of `card`, `credit_card`, `debit_card`, `paynow`, `upi`, `pix`.
        a place: unknown variant `web`, expected `chat` or `counter`
        a scope: unknown variant `ever`, expected `overall` or `per_merchant`
        a stacking: unknown variant `all`, expected one of `best_of`, `exclusive`, `sum`
        whose money: unknown variant `bank`, expected one of `merchant`, `platform`, `split`
        what a refund does: unknown variant `keep`, expected `proportional` or `cancel`
        no name: missing field `id`
        no way to pay: missing field `methods`
        no funding: missing field `funding`
        a name in capitals: This is not a campaign id. Write 1 to 40 characters of a-z, 0-9 and -.
        a percentage that is none: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        a count below zero: invalid value: integer `-1`, expected u32
        an amount below zero: This is not an amount. Write digits with at most one point, such as `25.00`.
        half a cent: SGD has 2 decimals, and this amount has 3. Write fewer decimals.
        a category of three digits: This is not a merchant category code. Write four digits such as `5462`.
        a category in words: This is not a merchant category code. Write four digits such as `5462`.
        a merchant's own reference: This is not a merchant id. Write mch_ and 16 characters.
    "#]].assert_eq(&table);
}

#[test]
fn a_percentage_is_text_since_a_number_may_have_been_a_float() {
    let percent = |percent: Value| read(json!({"reward": {"kind": "percent", "percent": percent}}));
    let written = [json!("2.5"), json!(2.5), json!(5), json!("1e1"), json!("1_0"), json!(" 5"), json!("")];
    let table: String =
        written.into_iter().map(|written| format!("{written}: {}\n", percent(written.clone()))).collect();
    expect![[r#"
        "2.5": read
        2.5: invalid type: floating point `2.5`, expected a string
        5: invalid type: integer `5`, expected a string
        "1e1": This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        "1_0": This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        " 5": This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        "": This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
    "#]]
    .assert_eq(&table);
}

#[test]
fn moments() {
    let texts = [
        "2026-11-22",
        "2026-11-22T10:00",
        "2026-11-22T10:00:30",
        "2026-11-22 10:00",
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00+05:30",
        "2026-11-22T10:00:00-05:00",
        "2026-11-22T10:00+08:00",
        "2026-11-22T10:00[Asia/Singapore]",
        "2026-11-22T10:00:00+08:00[Asia/Singapore]",
        "2026-11-31",
        "2026-11-22T25:00",
        "22.11.2026",
        "1969-12-31",
        "9999-01-01",
        "tomorrow",
        "",
    ];
    let table: String = texts
        .into_iter()
        .map(|text| {
            let answer = match Moment::try_from(text.to_owned()) {
                Ok(moment) => {
                    let written = String::from(moment);
                    let again = Moment::try_from(written.clone()).unwrap();
                    assert_eq!(again, moment, "{text} comes back");
                    format!("{written} is {} in Singapore", moment.instant(&Country::SG.time_zone()))
                }
                Err(error) => error.to_string(),
            };
            format!("{text:?}: {answer}\n")
        })
        .collect();
    expect![[r#"
        "2026-11-22": 2026-11-22T00:00:00 is 2026-11-21T16:00:00Z in Singapore
        "2026-11-22T10:00": 2026-11-22T10:00:00 is 2026-11-22T02:00:00Z in Singapore
        "2026-11-22T10:00:30": 2026-11-22T10:00:30 is 2026-11-22T02:00:30Z in Singapore
        "2026-11-22 10:00": 2026-11-22T10:00:00 is 2026-11-22T02:00:00Z in Singapore
        "2026-11-22T10:00:00Z": 2026-11-22T10:00:00Z is 2026-11-22T10:00:00Z in Singapore
        "2026-11-22T10:00:00+05:30": 2026-11-22T04:30:00Z is 2026-11-22T04:30:00Z in Singapore
        "2026-11-22T10:00:00-05:00": 2026-11-22T15:00:00Z is 2026-11-22T15:00:00Z in Singapore
        "2026-11-22T10:00+08:00": 2026-11-22T02:00:00Z is 2026-11-22T02:00:00Z in Singapore
        "2026-11-22T10:00[Asia/Singapore]": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "2026-11-22T10:00:00+08:00[Asia/Singapore]": 2026-11-22T02:00:00Z is 2026-11-22T02:00:00Z in Singapore
        "2026-11-31": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "2026-11-22T25:00": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "22.11.2026": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "1969-12-31": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "9999-01-01": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "tomorrow": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
        "": This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`.
    "#]].assert_eq(&table);
}

/// What an operator leaves out stays out of the item, and what the rule means then is said here.
#[test]
fn what_is_left_out_means_the_usual() {
    let campaign = crate::domain::campaign::tests::campaign(Country::SG, json!({}));
    let rule = &campaign.rule;
    assert_eq!((rule.promise_hours, rule.release_margin_hours, rule.wallet_days), (48, 1, 365));
    assert_eq!(rule.budget.shards(), 8);
    expect![[r#"
        {
          "country": "SG",
          "created_at": "1970-01-01T00:00:00Z",
          "ends_at": "2027-01-01T00:00:00",
          "funding": "merchant",
          "id": "paynow-5",
          "methods": [
            "paynow"
          ],
          "on_refund": "proportional",
          "paused": false,
          "promise_hours": 48,
          "release_margin_hours": 1,
          "reward": {
            "kind": "percent",
            "percent": "5"
          },
          "rule_version": 1,
          "stacking": {
            "mode": "best_of"
          },
          "starts_at": "2026-11-01T00:00:00",
          "version": 1,
          "wallet_days": 365
        }
    "#]]
    .assert_eq(&format!("{:#}\n", serde_json::to_value(&campaign).unwrap()));
}

fn any_rule() -> impl Strategy<Value = Value> {
    let reward = prop_oneof![
        Just(json!({"kind": "percent", "percent": "2.5"})),
        Just(json!({"kind": "fixed", "amount": sgd("3.00")})),
        Just(json!({"kind": "tiered", "tiers": [{"from": sgd("0.00"), "percent": "1"}]})),
    ];
    let occasion = prop_oneof![
        Just(Value::Null),
        Just(json!({"kind": "first_payment", "scope": "overall"})),
        Just(json!({"kind": "first_payment", "scope": "per_merchant"})),
        Just(json!({"kind": "once_per_merchant"})),
        Just(json!({"kind": "every_nth", "n": 7})),
    ];
    let caps = prop_oneof![
        Just(Value::Null),
        Just(json!([{"per": "day", "payments": 1}, {"per": "week", "amount": sgd("9.00"), "payments": 3}])),
    ];
    let budget = prop_oneof![
        Just(Value::Null),
        Just(json!({"total": {"amount": sgd("90.00")}, "per_day": {"payments": 3}, "shards": 4})),
    ];
    let stacking = prop_oneof![
        Just(Value::Null),
        Just(json!({"mode": "exclusive"})),
        Just(json!({"mode": "sum", "ceiling": sgd("9.00")})),
    ];
    let funding = prop_oneof![
        Just(json!("merchant")),
        Just(json!("platform")),
        Just(json!({"split": {"platform_bps": 3333}})),
    ];
    (reward, occasion, caps, budget, stacking, funding).prop_map(
        |(reward, occasion, caps, budget, stacking, funding)| {
            rule(json!({
                "reward": reward, "occasion": occasion, "caps": caps, "budget": budget, "stacking": stacking,
                "funding": funding,
            }))
        },
    )
}

proptest! {
    /// What an operator wrote is what is kept, and what is kept is what is read.
    #[test]
    fn a_campaign_comes_back(written in any_rule(), paused: bool) {
        let rule: Rule = serde_json::from_value(written).unwrap();
        prop_assert_eq!(rule.check(Country::SG), Ok(()));
        let campaign = Campaign {
            paused,
            ended_at: paused.then(|| Timestamp::from_epoch_seconds(9)),
            rule_version: 3,
            ..Campaign::new(Country::SG, rule, Timestamp::from_epoch_seconds(1))
        };
        let item = serde_json::to_value(&campaign).unwrap();
        prop_assert_eq!(serde_json::from_value::<Campaign>(item).unwrap(), campaign);
    }
}
