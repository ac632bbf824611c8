//! Random lives of many checkouts of two payers at two shops.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::campaign::screening::Screening;
use crate::domain::campaign::tests::sgd;
use crate::domain::cashback::refund::{Failure, Outcome};
use crate::domain::checkout::Verdict;
use crate::domain::decision::tests::auditor::audit;
use crate::domain::decision::tests::world::{Step, World};

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        1 => Just(Outcome::Pending),
        3 => Just(Outcome::Succeeded),
        1 => Just(Outcome::Failed(Failure::InsufficientFunds)),
        2 => Just(Outcome::Failed(Failure::ExpiredOrCanceledCard)),
        1 => Just(Outcome::Failed(Failure::ChargeForPendingRefundDisputed)),
    ]
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![Just(Verdict::Approve), Just(Verdict::Reject), Just(Verdict::Retry), Just(Verdict::WriteOff)]
}

fn any_step() -> impl Strategy<Value = Step> {
    let which = 0..4_usize;
    let w = || which.clone();
    prop_oneof![
        2 => (0..3000_u32).prop_map(|minutes| Step::Wait { minutes }),
        3 => Just(Step::Wait { minutes: 48 * 60 }),
        6 => (0..2_usize, 0..2_usize, 100..6000_i64, any::<bool>(), prop::bool::weighted(0.9)).prop_map(
            |(who, shop, minor, use_wallet, page)| Step::Buy { who, shop, minor, use_wallet, page }),
        6 => (w(), 0..4_usize).prop_map(|(which, how)| Step::Pay { which, how }),
        1 => w().prop_map(|which| Step::Page { which }),
        1 => w().prop_map(|which| Step::PageRefused { which }),
        1 => w().prop_map(|which| Step::Again { which }),
        1 => w().prop_map(|which| Step::Abandon { which }),
        1 => w().prop_map(|which| Step::Expire { which }),
        1 => w().prop_map(|which| Step::Fail { which }),
        3 => (w(), prop::option::of(1..3000_i64)).prop_map(|(which, minor)| Step::Refund { which, minor }),
        1 => (w(), 1..3000_i64).prop_map(|(which, minor)| Step::Dashboard { which, minor }),
        9 => (w(), 0..4_usize, any_outcome()).prop_map(
            |(which, refund, outcome)| Step::RefundNews { which, refund, outcome }),
        8 => w().prop_map(|which| Step::Mature { which }),
        1 => w().prop_map(|which| Step::Dispute { which }),
        1 => (w(), any::<bool>()).prop_map(|(which, won)| Step::DisputeEnds { which, won }),
        1 => (w(), any_verdict()).prop_map(|(which, verdict)| Step::Decide { which, verdict }),
        2 => (0..2_usize, prop::option::of(any::<bool>())).prop_map(|(shop, answer)| Step::Settle { shop, answer }),
        1 => (0..2_usize, prop_oneof![-900..-1_i64, 1..500_i64]).prop_map(|(who, minor)| Step::Adjust { who, minor }),
        2 => (0..200_usize).prop_map(|event| Step::Repeat { event }),
    ]
}

/// Campaigns with every kind of limit, small enough to be reached.
fn any_rules() -> impl Strategy<Value = Vec<Value>> {
    let funding = prop_oneof![
        Just(json!("merchant")),
        Just(json!("platform")),
        Just(json!({"split": {"platform_bps": 3333}})),
    ];
    let caps = prop_oneof![
        Just(json!([])),
        Just(json!([{"per": "day", "payments": 2}, {"per": "campaign", "amount": sgd("9.00")}])),
        Just(json!([{"per": "week", "payments": 3, "amount": sgd("4.00")}, {"per": "month", "payments": 5}])),
    ];
    let budget = prop_oneof![
        Just(json!({})),
        Just(json!({"total": {"amount": sgd("12.00")}, "shards": 1})),
        Just(
            json!({"total": {"payments": 6}, "per_day": {"payments": 2, "amount": sgd("10.00")}, "shards": 2})
        ),
    ];
    let stacking = prop_oneof![
        Just(json!({"mode": "best_of"})),
        Just(json!({"mode": "exclusive"})),
        Just(json!({"mode": "sum", "ceiling": sgd("7.00")})),
    ];
    let occasion = prop_oneof![
        3 => Just(Value::Null),
        1 => Just(json!({"kind": "once_per_merchant"})),
        1 => Just(json!({"kind": "every_nth", "n": 2})),
        1 => Just(json!({"kind": "first_payment", "scope": "per_merchant"})),
    ];
    let methods = prop_oneof![
        Just(json!(["paynow"])),
        Just(json!(["paynow", "card"])),
        Just(json!(["credit_card", "paynow"])),
    ];
    let on_refund = prop_oneof![Just("proportional"), Just("cancel")];
    let rule = (funding, caps, budget, stacking, occasion, methods, on_refund, 1..60_u32);
    prop::collection::vec(rule, 1..4).prop_map(|rules| {
        let named = rules.into_iter().enumerate();
        named
            .map(|(number, (funding, caps, budget, stacking, occasion, methods, on_refund, percent))| {
                json!({
                    "id": format!("c{number}"), "funding": funding, "caps": caps, "budget": budget,
                    "stacking": stacking, "occasion": occasion, "methods": methods, "on_refund": on_refund,
                    "reward": {"kind": "percent", "percent": percent.to_string()},
                    "wallet_days": 5,
                })
            })
            .collect()
    })
}

fn any_screening() -> impl Strategy<Value = Screening> {
    prop_oneof![
        Just(Screening::default()),
        Just(Screening { payments_per_day: Some(2), payers_per_card: Some(1), cards_per_payer: Some(1) }),
    ]
}

proptest! {
    /// Whatever happens, in whatever order, and however often it is told: what the
    /// [auditor](crate::domain::decision::tests::auditor) asks holds at every step, and when nobody pays any
    /// more, all that was not paid is given back.
    #[test]
    fn whatever_happens_the_books_are_right(
        rules in any_rules(),
        screening in any_screening(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let mut world = World::new(&rules, screening);
        for step in &steps {
            world.step(step);
            audit(&world);
        }
        world.close();
        audit(&world);
        if world.sales.iter().all(|sale| sale.checkout.payment().is_none()) {
            prop_assert_eq!(&world.left, &world.initial);
            for payer in &world.payers {
                prop_assert!(payer.uses.is_empty() && payer.visits.is_empty());
            }
        }
    }
}
