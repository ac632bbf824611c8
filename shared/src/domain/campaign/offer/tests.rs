//! Which of several campaigns give something, and who pays for it.

mod terms;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::campaign::tests::{amount, campaign, clock, merchant, sgd};
use crate::domain::ids::Reference;
use crate::domain::market::{Channel, Country};

fn checkout(number: u32) -> CheckoutId {
    CheckoutId::of(&merchant("baker-13"), &Reference::parse(&format!("order-{number}")).unwrap())
}

fn market(rules: &[Value]) -> Vec<Campaign> {
    rules.iter().map(|rule| campaign(Country::SG, rule.clone())).collect()
}

fn offers(market: Market<'_>, value: &str) -> BTreeMap<Tender, Offer> {
    let purchase = Purchase {
        merchant: &merchant("baker-13"),
        category: None,
        amount: amount(Country::SG, value),
        tender: Tender::Card,
        channel: Channel::Chat,
        at: clock(Country::SG, "2026-11-22 10:00"),
        payer: None,
    };
    market.offers(&checkout(1), &purchase, Country::SG.methods()).unwrap()
}

/// `paynow: 1.25 = a 1.00 + b 0.25 (platform 0.10)`
fn words(offers: &BTreeMap<Tender, Offer>) -> String {
    let line = |(tender, offer): (&Tender, &Offer)| match offer {
        Offer::None { no_cashback } => format!("{}: {no_cashback:?}\n", tender.label()),
        Offer::Cashback(terms) => {
            let shares: Vec<_> =
                terms.shares.iter().map(|share| format!("{} {}", share.campaign, share.minor)).collect();
            let platform: i64 = terms.shares.iter().map(|share| share.platform_minor).sum();
            let platform = if platform > 0 { format!(", platform {platform}") } else { String::new() };
            format!("{}: {} = {}{platform}\n", tender.label(), terms.amount, shares.join(" + "))
        }
    };
    offers.iter().map(line).collect()
}

fn check(rules: &[Value], value: &str, expected: Expect) {
    let mut campaigns = market(rules);
    let used_up = BTreeSet::new();
    let forwards = offers(Market { campaigns: &campaigns, used_up: &used_up, closed: None }, value);
    expected.assert_eq(&words(&forwards));
    campaigns.reverse();
    let backwards = offers(Market { campaigns: &campaigns, used_up: &used_up, closed: None }, value);
    assert_eq!(forwards, backwards, "the order in which they are read decides nothing");
}

/// 25.00 by PayNow: so many percent under this name.
fn gives(id: &str, percent: &str, stacking: Value) -> Value {
    json!({"id": id, "reward": {"kind": "percent", "percent": percent}, "stacking": stacking})
}

fn best(id: &str, percent: &str) -> Value {
    gives(id, percent, json!({"mode": "best_of"}))
}

fn exclusive(id: &str, percent: &str) -> Value {
    gives(id, percent, json!({"mode": "exclusive"}))
}

fn sum(id: &str, percent: &str, ceiling: &str) -> Value {
    gives(id, percent, json!({"mode": "sum", "ceiling": sgd(ceiling)}))
}

fn with(mut rule: Value, field: &str, value: Value) -> Value {
    rule[field] = value;
    rule
}

#[test]
fn each_way_to_pay_has_its_offer_or_the_reason_why_not() {
    check(
        &[],
        "25.00",
        expect![[r#"
        card: NoCampaign
        PayNow: NoCampaign
    "#]],
    );
    check(
        &[json!({})],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = paynow-5 125
    "#]],
    );
}

#[test]
fn cards_have_one_offer_unless_a_campaign_tells_them_apart() {
    let methods = |rule: Value, methods: Value| with(rule, "methods", methods);
    check(
        &[methods(best("cards", "2"), json!(["card"]))],
        "25.00",
        expect![[r#"
        card: SGD 0.50 = cards 50
        PayNow: MethodNotEligible
    "#]],
    );
    check(
        &[methods(best("credit", "5"), json!(["credit_card"]))],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        credit card: SGD 1.25 = credit 125
        PayNow: MethodNotEligible
    "#]],
    );
    check(
        &[methods(best("cards", "2"), json!(["card"])), methods(best("credit", "5"), json!(["credit_card"]))],
        "25.00",
        expect![[r#"
            card: SGD 0.50 = cards 50
            credit card: SGD 1.25 = credit 125
            PayNow: MethodNotEligible
        "#]],
    );
    check(
        &[
            methods(best("credit", "5"), json!(["credit_card"])),
            methods(best("debit", "3"), json!(["debit_card"])),
        ],
        "25.00",
        expect![[r#"
            card: MethodNotEligible
            credit card: SGD 1.25 = credit 125
            debit card: SGD 0.75 = debit 75
            PayNow: MethodNotEligible
        "#]],
    );
    check(
        &[methods(best("both", "5"), json!(["credit_card", "debit_card"]))],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        credit card: SGD 1.25 = both 125
        debit card: SGD 1.25 = both 125
        PayNow: MethodNotEligible
    "#]],
    );
}

#[test]
fn the_best_one_counts() {
    check(
        &[best("a", "8"), best("b", "5"), best("c", "2")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 2.00 = a 200
    "#]],
    );
    check(
        &[best("b", "8"), best("a", "8"), best("c", "2")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 2.00 = a 200
    "#]],
    );
}

#[test]
fn where_an_exclusive_one_gives_something_no_other_does() {
    check(
        &[best("a", "8"), exclusive("b", "1"), sum("c", "9", "9.00")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 0.25 = b 25
    "#]],
    );
    check(
        &[exclusive("a", "1"), exclusive("b", "2")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 0.50 = b 50
    "#]],
    );
    let too_small = with(exclusive("b", "1"), "min_spend", sgd("25.01"));
    check(
        &[best("a", "8"), too_small],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 2.00 = a 200
    "#]],
    );
}

#[test]
fn sums_are_added_up_to_the_smallest_ceiling_and_the_last_is_cut() {
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "9.00")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.50 = a 100 + b 50
    "#]],
    );
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "1.25")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 100 + b 25
    "#]],
    );
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "1.00")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.00 = a 100
    "#]],
    );
    check(
        &[sum("a", "60", "900.00"), sum("b", "60", "900.00"), sum("c", "9", "900.00")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 25.00 = a 1500 + b 1000
    "#]],
    );
    check(
        &[sum("a", "4", "0.50")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 0.50 = a 50
    "#]],
    );
}

#[test]
fn a_sum_competes_with_the_best_single_one() {
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "9.00"), best("c", "5")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.50 = a 100 + b 50
    "#]],
    );
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "9.00"), best("c", "7")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.75 = c 175
    "#]],
    );
    check(
        &[sum("a", "4", "9.00"), sum("b", "2", "9.00"), best("c", "6")],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.50 = c 150
    "#]],
    );
}

#[test]
fn who_pays_for_it() {
    let split = |bps: u16| with(best("a", "5"), "funding", json!({"split": {"platform_bps": bps}}));
    check(
        &[with(best("a", "5"), "funding", json!("merchant"))],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125
    "#]],
    );
    check(
        &[with(best("a", "5"), "funding", json!("platform"))],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125, platform 125
    "#]],
    );
    check(
        &[split(5000)],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125, platform 62
    "#]],
    );
    check(
        &[split(3333)],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125, platform 41
    "#]],
    );
    check(
        &[split(1)],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125
    "#]],
    );
    check(
        &[split(9999)],
        "25.00",
        expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = a 125, platform 124
    "#]],
    );
    // Of a sum that is cut, each pays its part of what it gives.
    check(
        &[
            with(sum("a", "4", "1.10"), "funding", json!("platform")),
            with(sum("b", "4", "9.00"), "funding", json!({"split": {"platform_bps": 5000}})),
        ],
        "25.00",
        expect![[r#"
            card: MethodNotEligible
            PayNow: SGD 1.10 = a 100 + b 10, platform 105
        "#]],
    );
}
