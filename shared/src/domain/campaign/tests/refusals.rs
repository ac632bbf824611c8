//! Rules that contradict their market or themselves: the field, and the reason in words.

use expect_test::{Expect, expect};
use iso_currency::Currency;
use serde_json::{Value, json};

use crate::domain::campaign::Campaign;
use crate::domain::campaign::rule::Rule;
use crate::domain::campaign::tests::{campaign, clock, money, rule, sgd};
use crate::domain::market::Country;
use crate::fault::Problem;

/// One line for each rule: what is wrong with it, and what its operator is told.
fn check(country: Country, rules: &[(&str, Value)], expected: Expect) {
    let table: String = rules
        .iter()
        .map(|(words, change)| {
            let answer = match serde_json::from_value(rule(change.clone())) {
                Ok(asked) => match Rule::check(&asked, country) {
                    Ok(()) => "good".to_owned(),
                    Err(Problem { field, detail, next, .. }) => {
                        format!("{} | {detail} {}", field.unwrap(), next.unwrap())
                    }
                },
                Err(error) => format!("not read: {error}"),
            };
            format!("{words}: {answer}\n")
        })
        .collect();
    expected.assert_eq(&table);
}

fn tiers(tiers: &[(Value, &str)]) -> Value {
    let tiers: Vec<_> =
        tiers.iter().map(|(from, percent)| json!({"from": from, "percent": percent})).collect();
    json!({"reward": {"kind": "tiered", "tiers": tiers}})
}

fn percent(percent: &str) -> Value {
    json!({"reward": {"kind": "percent", "percent": percent}})
}

#[test]
fn rewards() {
    let too_many: Vec<_> = (0..21).map(|from| (sgd(&format!("{}.00", from + 1)), "1")).collect();
    check(
        Country::SG,
        &[
            ("5%", percent("5")),
            ("100%", percent("100")),
            ("a little more than 100%", percent("100.01")),
            ("0%", percent("0")),
            ("-5%", percent("-5")),
            ("0.0001%", percent("0.0001")),
            ("0.0000000001%", percent("0.0000000001")),
            ("1e1%", percent("1e1")),
            ("1_0%", percent("1_0")),
            ("a fixed nothing", json!({"reward": {"kind": "fixed", "amount": sgd("0.00")}})),
            ("no tier", tiers(&[])),
            ("21 tiers", tiers(&too_many)),
            ("tiers from nothing on", tiers(&[(sgd("0.00"), "1"), (sgd("10.00"), "2")])),
            ("tiers out of order", tiers(&[(sgd("10.00"), "1"), (sgd("5.00"), "2")])),
            ("two tiers from the same", tiers(&[(sgd("10.00"), "1"), (sgd("10.00"), "2")])),
            ("a second tier from nothing", tiers(&[(sgd("1.00"), "1"), (sgd("0.00"), "2")])),
            ("a tier over 100%", tiers(&[(sgd("10.00"), "1"), (sgd("20.00"), "101")])),
        ],
        expect![[r#"
            5%: good
            100%: good
            a little more than 100%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            0%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            -5%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            0.0001%: good
            0.0000000001%: reward.percent | This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            1e1%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            1_0%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
            a fixed nothing: reward.amount | The amount is zero. Write an amount above zero.
            no tier: reward.tiers | There are no tiers, or too many. Write 1 to 20 tiers.
            21 tiers: reward.tiers | There are no tiers, or too many. Write 1 to 20 tiers.
            tiers from nothing on: good
            tiers out of order: reward.tiers[1].from | The tier does not begin above the one before it. Let each tier begin at a larger payment than the one before.
            two tiers from the same: reward.tiers[1].from | The tier does not begin above the one before it. Let each tier begin at a larger payment than the one before.
            a second tier from nothing: reward.tiers[1].from | The amount is zero. Write an amount above zero.
            a tier over 100%: not read: This is not a percentage. Write digits with at most one point, from `0.0001` to `100`, such as `2.5`.
        "#]],
    );
}

#[test]
fn amounts_of_another_market() {
    let (inr, no_inr) = (money("1.00", Currency::INR), money("0.00", Currency::INR));
    check(
        Country::SG,
        &[
            ("rupees as a minimum", json!({"min_spend": inr})),
            ("rupees as a ceiling", json!({"max_per_payment": inr})),
            ("rupees as a reward", json!({"reward": {"kind": "fixed", "amount": inr}})),
            ("rupees in the first tier", tiers(&[(inr.clone(), "1")])),
            ("no rupees in the first tier", tiers(&[(no_inr, "1")])),
            ("rupees in the second tier", tiers(&[(sgd("1.00"), "1"), (inr.clone(), "2")])),
            ("rupees in a cap", json!({"caps": [{"per": "day", "amount": inr}]})),
            ("rupees as a budget", json!({"budget": {"total": {"amount": inr}}})),
            ("rupees as a day's budget", json!({"budget": {"per_day": {"amount": inr}}})),
            ("rupees as the ceiling of a sum", json!({"stacking": {"mode": "sum", "ceiling": inr}})),
            ("a minimum of nothing", json!({"min_spend": sgd("0.00")})),
            ("a ceiling of nothing", json!({"max_per_payment": sgd("0.00")})),
            ("a cap of nothing", json!({"caps": [{"per": "day", "amount": sgd("0.00")}]})),
            ("a sum that may be nothing", json!({"stacking": {"mode": "sum", "ceiling": sgd("0.00")}})),
        ],
        expect![[r#"
            rupees as a minimum: min_spend | The market SG uses SGD. Write the amount in SGD.
            rupees as a ceiling: max_per_payment | The market SG uses SGD. Write the amount in SGD.
            rupees as a reward: reward.amount | The market SG uses SGD. Write the amount in SGD.
            rupees in the first tier: reward.tiers[0].from | The market SG uses SGD. Write the amount in SGD.
            no rupees in the first tier: reward.tiers[0].from | The market SG uses SGD. Write the amount in SGD.
            rupees in the second tier: reward.tiers[1].from | The market SG uses SGD. Write the amount in SGD.
            rupees in a cap: caps[0].amount | The market SG uses SGD. Write the amount in SGD.
            rupees as a budget: budget.total.amount | The market SG uses SGD. Write the amount in SGD.
            rupees as a day's budget: budget.per_day.amount | The market SG uses SGD. Write the amount in SGD.
            rupees as the ceiling of a sum: stacking.ceiling | The market SG uses SGD. Write the amount in SGD.
            a minimum of nothing: min_spend | The amount is zero. Write an amount above zero.
            a ceiling of nothing: max_per_payment | The amount is zero. Write an amount above zero.
            a cap of nothing: caps[0].amount | The amount is zero. Write an amount above zero.
            a sum that may be nothing: stacking.ceiling | The amount is zero. Write an amount above zero.
        "#]],
    );
}

#[test]
fn whom_what_and_where() {
    check(
        Country::SG,
        &[
            ("no way to pay", json!({"methods": []})),
            ("UPI in Singapore", json!({"methods": ["paynow", "upi"]})),
            ("cards, and credit cards", json!({"methods": ["card", "credit_card"]})),
            ("cards, and debit cards", json!({"methods": ["debit_card", "card", "paynow"]})),
            ("credit cards and debit cards", json!({"methods": ["credit_card", "debit_card"]})),
            ("nobody's shop", json!({"merchants": []})),
            ("no kind of shop", json!({"merchant_categories": []})),
            ("no place to pay", json!({"channels": []})),
            ("every payment", json!({"occasion": {"kind": "every_nth", "n": 1}})),
            ("every zeroth payment", json!({"occasion": {"kind": "every_nth", "n": 0}})),
            ("every second payment", json!({"occasion": {"kind": "every_nth", "n": 2}})),
            ("every 101st payment", json!({"occasion": {"kind": "every_nth", "n": 101}})),
        ],
        expect![[r#"
            no way to pay: methods | The list is empty. Name at least one way to pay that earns.
            UPI in Singapore: methods | UPI is not offered in SG. Name ways to pay of the market: card, paynow.
            cards, and credit cards: methods | `card` is every card already. Name it alone, or `credit_card` or `debit_card` without it.
            cards, and debit cards: methods | `card` is every card already. Name it alone, or `credit_card` or `debit_card` without it.
            credit cards and debit cards: good
            nobody's shop: merchants | An empty list means none. Name at least one, or leave the field out for all.
            no kind of shop: merchant_categories | An empty list means none. Name at least one, or leave the field out for all.
            no place to pay: channels | An empty list means none. Name at least one, or leave the field out for all.
            every payment: occasion.n | Every second to every hundredth payment can earn. Write a number from 2 to 100.
            every zeroth payment: occasion.n | Every second to every hundredth payment can earn. Write a number from 2 to 100.
            every second payment: good
            every 101st payment: occasion.n | Every second to every hundredth payment can earn. Write a number from 2 to 100.
        "#]],
    );
    check(
        Country::US,
        &[("PayNow in America", json!({}))],
        expect![[r#"
        PayNow in America: methods | PayNow is not offered in US. Name ways to pay of the market: card.
        "#]],
    );
    check(
        Country::IN,
        &[(
            "UPI only, 1%, up to 10 rupees, once",
            json!({
                "methods": ["upi"], "reward": {"kind": "percent", "percent": "1"},
                "max_per_payment": money("10.00", Currency::INR), "caps": [{"per": "campaign", "payments": 1}],
            }),
        )],
        expect![[r#"
            UPI only, 1%, up to 10 rupees, once: good
        "#]],
    );
}

#[test]
fn times() {
    let from_to = |starts_at: &str, ends_at: &str| json!({"starts_at": starts_at, "ends_at": ends_at});
    let hours = |promise: u32, margin: u32| json!({"promise_hours": promise, "release_margin_hours": margin});
    check(
        Country::SG,
        &[
            ("ends before it starts", from_to("2026-11-22", "2026-11-21")),
            ("ends when it starts", from_to("2026-11-22", "2026-11-22T00:00")),
            ("ends when it starts, elsewhere", from_to("2026-11-22T08:00", "2026-11-22T00:00:00Z")),
            ("a second long", from_to("2026-11-22T00:00:00", "2026-11-22T00:00:01")),
            ("promised at once", hours(0, 0)),
            ("promised within an hour", hours(1, 1)),
            ("promised within two hours", hours(2, 1)),
            ("released at the last moment", hours(48, 0)),
            ("released before it is earned", hours(48, 49)),
            ("released after an hour", hours(48, 47)),
            ("promised within more", hours(49, 1)),
            ("credit that cannot be spent", json!({"wallet_days": 0})),
            ("credit for ten years", json!({"wallet_days": 3650})),
            ("credit for longer", json!({"wallet_days": 3651})),
        ],
        expect![[r#"
            ends before it starts: ends_at | The campaign ends before it begins. Write a time after `starts_at`.
            ends when it starts: ends_at | The campaign ends before it begins. Write a time after `starts_at`.
            ends when it starts, elsewhere: ends_at | The campaign ends before it begins. Write a time after `starts_at`.
            a second long: good
            promised at once: promise_hours | Cashback cannot be promised within so many hours. Write 2 to 48 hours.
            promised within an hour: promise_hours | Cashback cannot be promised within so many hours. Write 2 to 48 hours.
            promised within two hours: good
            released at the last moment: release_margin_hours | The margin does not fit into the promise. Write at least 1 hour, and less than `promise_hours`.
            released before it is earned: release_margin_hours | The margin does not fit into the promise. Write at least 1 hour, and less than `promise_hours`.
            released after an hour: good
            promised within more: promise_hours | Cashback cannot be promised within so many hours. Write 2 to 48 hours.
            credit that cannot be spent: wallet_days | Credit can be spent for 1 to 3650 days. Write a number in these bounds.
            credit for ten years: good
            credit for longer: wallet_days | Credit can be spent for 1 to 3650 days. Write a number in these bounds.
        "#]],
    );
}

#[test]
fn what_is_over_cannot_begin() {
    let rule: Rule = serde_json::from_value(rule(json!({"ends_at": "2026-11-22"}))).unwrap();
    let at = |text| rule.check_end(Country::SG, clock(Country::SG, text));
    assert_eq!(at("2026-11-21 23:59"), Ok(()));
    let problem = at("2026-11-22 00:00").unwrap_err();
    let told = [problem.field, Some(problem.detail), problem.next].map(Option::unwrap_or_default).join(" | ");
    expect![
        "ends_at | It is 2026-11-21T16:00:00Z, and the campaign would be over since 2026-11-22T00:00:00. | Name an end that is still to come."
    ]
    .assert_eq(&told);
}

/// What was promised is kept, and an item is read whatever a new rule may say.
#[test]
fn a_rule_of_before_with_a_longer_promise_is_still_kept() {
    let mut stored = serde_json::to_value(campaign(Country::SG, json!({}))).unwrap();
    stored["promise_hours"] = json!(1440);
    let stored: Campaign = serde_json::from_value(stored).unwrap();
    assert_eq!(stored.rule.promise_hours, 1440);
    assert!(stored.rule.check(Country::SG).is_err(), "and its next version promises less");
}

#[test]
fn caps_that_contradict_each_other() {
    let caps = |caps: Value| json!({ "caps": caps });
    check(
        Country::SG,
        &[
            ("a cap of nothing in particular", caps(json!([{"per": "day"}]))),
            ("a cap of no payment", caps(json!([{"per": "day", "payments": 0}]))),
            (
                "two caps a day",
                caps(json!([{"per": "day", "payments": 1}, {"per": "day", "amount": sgd("1.00")}])),
            ),
            (
                "three a day, two a week",
                caps(json!([{"per": "day", "payments": 3}, {"per": "week", "payments": 2}])),
            ),
            (
                "the same, the other way round",
                caps(json!([{"per": "week", "payments": 2}, {"per": "day", "payments": 3}])),
            ),
            (
                "two a day, two a week",
                caps(json!([{"per": "day", "payments": 2}, {"per": "week", "payments": 2}])),
            ),
            (
                "5.00 a week, 4.99 a month",
                caps(json!([
                {"per": "week", "amount": sgd("5.00")}, {"per": "month", "amount": sgd("4.99")}])),
            ),
            (
                "more in a month than in the campaign",
                caps(json!([
                {"per": "month", "payments": 9}, {"per": "campaign", "payments": 5}])),
            ),
            (
                "by count a day, by sum a month",
                caps(json!([
                {"per": "day", "payments": 2}, {"per": "month", "amount": sgd("0.01")}])),
            ),
            (
                "fine by count and wrong by sum",
                caps(json!([
                {"per": "day", "payments": 1, "amount": sgd("3.00")},
                {"per": "week", "payments": 5, "amount": sgd("2.00")}])),
            ),
        ],
        expect![[r#"
            a cap of nothing in particular: caps[0] | There is no limit in it. Name `payments`, `amount`, or both.
            a cap of no payment: caps[0].payments | The count is zero. Write a count above zero.
            two caps a day: caps[1].per | There is a cap per day already. Write one cap with both limits.
            three a day, two a week: caps[0] | The cap per week allows less than the cap per day, which could never be reached. Raise the longer one, or leave one of them out.
            the same, the other way round: caps[1] | The cap per week allows less than the cap per day, which could never be reached. Raise the longer one, or leave one of them out.
            two a day, two a week: good
            5.00 a week, 4.99 a month: caps[0] | The cap per month allows less than the cap per week, which could never be reached. Raise the longer one, or leave one of them out.
            more in a month than in the campaign: caps[0] | The cap per campaign allows less than the cap per month, which could never be reached. Raise the longer one, or leave one of them out.
            by count a day, by sum a month: good
            fine by count and wrong by sum: caps[0] | The cap per week allows less than the cap per day, which could never be reached. Raise the longer one, or leave one of them out.
        "#]],
    );
}

#[test]
fn budgets_that_nobody_could_use() {
    let ceiling = |budget: Value| json!({"max_per_payment": sgd("5.00"), "budget": budget});
    let fixed = |budget: Value| json!({"reward": {"kind": "fixed", "amount": sgd("3.00")}, "budget": budget});
    let total = |value: &str| json!({"total": {"amount": sgd(value)}});
    check(
        Country::SG,
        &[
            ("nothing in particular", ceiling(json!({"total": {}}))),
            ("no payment", ceiling(json!({"total": {"payments": 0}}))),
            ("no payment a day", ceiling(json!({"per_day": {"payments": 0}}))),
            ("nothing", ceiling(total("0.00"))),
            ("less than one reward", ceiling(total("4.99"))),
            ("one reward", ceiling(total("5.00"))),
            ("less than one reward a day", ceiling(json!({"per_day": {"amount": sgd("4.99")}}))),
            ("less than one fixed reward", fixed(total("2.99"))),
            ("one fixed reward", fixed(total("3.00"))),
            (
                "more a day than in all",
                ceiling(json!({
                "total": {"amount": sgd("50.00")}, "per_day": {"amount": sgd("50.01")}})),
            ),
            (
                "more payments a day than in all",
                ceiling(json!({"total": {"payments": 5}, "per_day": {"payments": 6}})),
            ),
            (
                "as much a day as in all",
                ceiling(json!({"total": {"payments": 5}, "per_day": {"payments": 5}})),
            ),
            ("no part", ceiling(json!({"total": {"payments": 5}, "shards": 0}))),
            ("one part", ceiling(json!({"total": {"payments": 5}, "shards": 1}))),
            ("32 parts", ceiling(json!({"total": {"payments": 5}, "shards": 32}))),
            ("33 parts", ceiling(json!({"total": {"payments": 5}, "shards": 33}))),
        ],
        expect![[r#"
            nothing in particular: budget.total | There is no limit in it. Name `payments`, `amount`, or both.
            no payment: budget.total.payments | The count is zero. Write a count above zero.
            no payment a day: budget.per_day.payments | The count is zero. Write a count above zero.
            nothing: budget.total.amount | The amount is zero. Write an amount above zero.
            less than one reward: budget.total.amount | The budget is smaller than what one payment can earn. Write a larger budget, or lower the reward or `max_per_payment`.
            one reward: good
            less than one reward a day: budget.per_day.amount | The budget is smaller than what one payment can earn. Write a larger budget, or lower the reward or `max_per_payment`.
            less than one fixed reward: budget.total.amount | The budget is smaller than what one payment can earn. Write a larger budget, or lower the reward or `max_per_payment`.
            one fixed reward: good
            more a day than in all: budget.per_day | The budget of a day is larger than the whole budget. Leave it out, or write a smaller one.
            more payments a day than in all: budget.per_day | The budget of a day is larger than the whole budget. Leave it out, or write a smaller one.
            as much a day as in all: good
            no part: budget.shards | A budget is spread over 1 to 32 items. Write a number in these bounds.
            one part: good
            32 parts: good
            33 parts: budget.shards | A budget is spread over 1 to 32 items. Write a number in these bounds.
        "#]],
    );
}

#[test]
fn who_pays_for_it() {
    let split = |bps: u16| json!({"funding": {"split": {"platform_bps": bps}}});
    check(
        Country::SG,
        &[
            ("the platform", json!({"funding": "platform"})),
            ("nothing by the platform", split(0)),
            ("a ten-thousandth by the platform", split(1)),
            ("all but that", split(9_999)),
            ("all by the platform", split(10_000)),
        ],
        expect![[r#"
            the platform: good
            nothing by the platform: funding.split.platform_bps | All or nothing is no split. Write 1 to 9999 basis points, or `platform` or `merchant` instead of the split.
            a ten-thousandth by the platform: good
            all but that: good
            all by the platform: funding.split.platform_bps | All or nothing is no split. Write 1 to 9999 basis points, or `platform` or `merchant` instead of the split.
        "#]],
    );
}
