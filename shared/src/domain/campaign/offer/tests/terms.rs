//! The terms of a promise, what it holds, and that it is never more than the payment.

use super::*;
use crate::domain::money::Round;

/// What several campaigns promise together keeps the strictest of their terms.
#[test]
fn the_strictest_terms_hold_for_a_sum() {
    let quick = with(sum("a", "1", "9.00"), "promise_hours", json!(24));
    let quick = with(quick, "release_margin_hours", json!(2));
    let cancelled = with(sum("b", "2", "9.00"), "on_refund", json!("cancel"));
    let short = with(sum("c", "1", "9.00"), "wallet_days", json!(30));
    let campaigns = market(&[quick, cancelled, short]);
    let offers = offers(Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None }, "25.00");
    let Offer::Cashback(terms) = &offers[&Tender::Paynow] else { panic!("PayNow earns") };
    assert_eq!((terms.promise_hours, terms.release_margin_hours, terms.wallet_days), (24, 2, 30));
    assert_eq!((terms.on_refund, terms.campaign().unwrap().as_str()), (OnRefund::Cancel, "b"));
}

#[test]
fn a_promise_has_its_hours() {
    let rule = |promise: u32, margin: u32| json!({"promise_hours": promise, "release_margin_hours": margin});
    let paid_at = clock(Country::SG, "2026-11-22 10:00");
    let table: String = [json!({}), rule(24, 2), rule(2, 1), rule(48, 47)]
        .into_iter()
        .map(|rule| {
            let campaigns = market(std::slice::from_ref(&rule));
            let offers =
                offers(Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None }, "25.00");
            let Offer::Cashback(terms) = &offers[&Tender::Paynow] else { panic!("PayNow earns") };
            let zone = Country::SG.time_zone();
            let (release, promise) = (terms.release_at(paid_at), terms.promised_by(paid_at));
            format!(
                "{rule}: released {}, promised by {}\n",
                release.for_people(&zone, paid_at),
                promise.for_people(&zone, paid_at)
            )
        })
        .collect();
    expect![[r#"
        {}: released Tue 24 Nov 09:00, promised by Tue 24 Nov 10:00
        {"promise_hours":24,"release_margin_hours":2}: released Mon 23 Nov 08:00, promised by Mon 23 Nov 10:00
        {"promise_hours":2,"release_margin_hours":1}: released Sun 22 Nov 11:00, promised by Sun 22 Nov 12:00
        {"promise_hours":48,"release_margin_hours":47}: released Sun 22 Nov 11:00, promised by Tue 24 Nov 10:00
    "#]].assert_eq(&table);
}

#[test]
fn the_reason_that_came_furthest_is_told() {
    let campaigns = market(&[
        with(best("a", "5"), "starts_at", json!("2026-12-01")),
        with(best("b", "5"), "min_spend", sgd("30.00")),
        with(best("c", "5"), "methods", json!(["card"])),
    ]);
    let used_up: BTreeSet<_> = [CampaignId::parse("c").unwrap()].into();
    let tell = |used_up: &BTreeSet<_>, closed| {
        words(&offers(Market { campaigns: &campaigns, used_up, closed }, "25.00"))
    };
    let mut table = format!("usual\n{}", tell(&BTreeSet::new(), None));
    table.push_str(&format!("the budget of c is used up\n{}", tell(&used_up, None)));
    table.push_str(&format!("the market is stopped\n{}", tell(&used_up, Some(NoCashback::MarketStopped))));
    table.push_str(&format!("the payer is the shop\n{}", tell(&used_up, Some(NoCashback::OwnMerchant))));
    expect![[r#"
        usual
        card: SGD 1.25 = c 125
        PayNow: BelowMinSpend
        the budget of c is used up
        card: BudgetUsedUp
        PayNow: BelowMinSpend
        the market is stopped
        card: MarketStopped
        PayNow: MarketStopped
        the payer is the shop
        card: OwnMerchant
        PayNow: OwnMerchant
    "#]]
    .assert_eq(&table);
}

/// An exclusive campaign whose money is gone stands in nobody's way.
#[test]
fn a_used_up_campaign_makes_room_for_the_next() {
    let campaigns = market(&[exclusive("a", "9"), best("b", "5")]);
    let used_up: BTreeSet<_> = [CampaignId::parse("a").unwrap()].into();
    expect![[r#"
        card: MethodNotEligible
        PayNow: SGD 1.25 = b 125
    "#]]
    .assert_eq(&words(&offers(Market { campaigns: &campaigns, used_up: &used_up, closed: None }, "25.00")));
}

#[test]
fn what_a_promise_holds_is_written_down_and_no_more() {
    let limited = json!({
        "budget": {"total": {"payments": 100}, "per_day": {"payments": 10}},
        "caps": [{"per": "day", "payments": 1}, {"per": "campaign", "payments": 3}],
    });
    let campaigns = market(&[limited]);
    let held = hold(&campaigns[0], &checkout(1));
    expect![[r#"
        {"daily":true,"periods":["day","campaign"],"shard":3,"total":true}
    "#]]
    .assert_eq(&format!("{}\n", serde_json::to_value(held).unwrap()));
    assert!(hold(&market(&[json!({})])[0], &checkout(1)).is_nothing());
}

/// The usual offer is small: an item is paid for by the byte.
#[test]
fn what_is_usual_is_not_written_down() {
    let campaigns = market(&[json!({})]);
    let offers = offers(Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None }, "25.00");
    expect![[r#"
        {"card":{"no_cashback":"method_not_eligible"},"paynow":{"amount":{"currency":"SGD","value":"1.25"},"shares":[{"campaign":"paynow-5","minor":125}]}}
    "#]].assert_eq(&format!("{}\n", serde_json::to_value(offers).unwrap()));
}

/// A thousand checkouts over eight parts: none is empty, none has twice its share.
#[test]
fn checkouts_spread_over_the_parts_of_a_budget() {
    let mut counts = [0_u32; 8];
    for number in 0..1000 {
        let part = shard(&checkout(number), 8);
        assert_eq!(part, shard(&checkout(number), 8), "the same again");
        counts[usize::from(part)] += 1;
    }
    assert!(counts.iter().all(|count| (63..250).contains(count)), "{counts:?}");
}

fn any_stacking() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"mode": "best_of"})),
        Just(json!({"mode": "exclusive"})),
        (1..3000_u32).prop_map(|ceiling| {
            json!({"mode": "sum", "ceiling": sgd(&format!("{}.{:02}", ceiling / 100, ceiling % 100))})
        }),
    ]
}

proptest! {
    /// However campaigns go together: never more than the payment, never more than any ceiling in the sum,
    /// the parts add up, and so do the platform's and the merchant's.
    #[test]
    fn never_more_than_the_payment(
        campaigns in prop::collection::vec((1..=100_u32, any_stacking(), 0..=10_000_u16), 1..6),
        minor in 1..10_000_i64,
        left in 0..=10_000_i64,
    ) {
        let rules: Vec<_> = campaigns.iter().enumerate().map(|(index, (percent, stacking, bps))| {
            let funding = match bps {
                0 => json!("merchant"),
                10_000 => json!("platform"),
                bps => json!({"split": {"platform_bps": bps}}),
            };
            with(gives(&format!("c{index}"), &percent.to_string(), stacking.clone()), "funding", funding)
        }).collect();
        let campaigns = market(&rules);
        let value = amount(Country::SG, &format!("{}.{:02}", minor / 100, minor % 100));
        let offers = offers(Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None }, &value.value());
        if let Offer::Cashback(terms) = &offers[&Tender::Paynow] {
            prop_assert!(!terms.amount.is_zero() && terms.amount.minor() <= minor);
            prop_assert_eq!(terms.shares.iter().map(|share| share.minor).sum::<i64>(), terms.amount.minor());
            if terms.shares.len() > 1 {
                for campaign in &campaigns {
                    if let Stacking::Sum { ceiling } = campaign.rule.stacking
                        && terms.shares.iter().any(|share| share.campaign == campaign.rule.id)
                    {
                        prop_assert!(terms.amount.minor() <= ceiling.minor());
                    }
                }
            }
            // And what a refund leaves of it divides in the same way.
            let left = terms.amount.proportion(amount(Country::SG, "1.00").at_most(value).unwrap(), value, Round::Down).unwrap()
                .at_most(Money::from_minor(left, value.currency()).unwrap()).unwrap();
            let parts: i64 = terms.split(left).unwrap().iter().map(|(_, part)| part.minor()).sum();
            prop_assert_eq!(parts, left.minor());
            prop_assert!(terms.platform_part(left).unwrap().minor() <= left.minor());
            let item = serde_json::to_value(&offers).unwrap();
            prop_assert_eq!(serde_json::from_value::<BTreeMap<Tender, Offer>>(item).unwrap(), offers.clone());
        }
    }
}

#[test]
fn of_several_the_largest_least_counts() {
    let sum = |id: &str, least: &str| json!({"id": id, "min_spend": sgd(least), "stacking": {"mode": "sum", "ceiling": sgd("9.00")}});
    let campaigns = market(&[sum("a", "10.00"), sum("b", "5.00"), sum("c", "20.00")]);
    let offers = offers(Market { campaigns: &campaigns, used_up: &BTreeSet::new(), closed: None }, "25.00");
    let Offer::Cashback(terms) = &offers[&Tender::Paynow] else { panic!("cashback") };
    assert_eq!((terms.shares.len(), terms.least_minor), (3, 2000));
}
