//! That each fault does what it says, and that whatever does not hold is found.

use std::collections::BTreeMap;

use expect_test::expect;
use local_wire::Fault;
use serde_json::json;

use super::flow::{LIVES, UNPAID};
use super::matrix;
use super::plan::{Hit, Kind, Lasting, Plan};
use super::world::World;

/// What is served, and what the caller is told, when a fault hits one request of a new checkout.
async fn hit(world: &World, fault: Fault, service: &'static str, operation: &str) -> String {
    let kind = Kind { service, operation: operation.to_owned() };
    let plan = Plan::begin(&[Hit { kind, nth: 0, fault, lasting: Lasting::Once }], &world.faults);
    let (town, mark) = (&world.town, world.town.mark());
    let body = json!({
        "reference": format!("{fault:?}-{service}"), "amount": {"value": "25.00", "currency": "USD"},
        "description": "kopi", "channel": "chat",
    });
    plan.act(true);
    let answer = town.call(&world.shop.key, "POST", "/v1/checkouts", Some(body)).await;
    world.faults.clear();
    let served = town.since(mark).0.into_iter().filter(|call| call.operation == operation);
    let served: Vec<String> = served.map(|call| call.status.to_string()).collect();
    format!("{fault:?}: {service} served {served:?}, told {}\n", answer.status)
}

#[tokio::test(start_paused = true)]
async fn each_fault_does_what_it_says() {
    let world = World::of(LIVES[0]).await;
    let mut seen = String::new();
    for &fault in Fault::ALL {
        seen += &hit(&world, fault, "dynamodb", "PutItem").await;
        seen += &hit(&world, fault, "stripe", "POST /v1/checkout/sessions").await;
    }
    expect![[r#"
        Refuse: dynamodb served ["200"], told 201
        Refuse: stripe served [], told 503
        LoseReply: dynamodb served ["200", "400"], told 200
        LoseReply: stripe served ["200"], told 503
        Throttle: dynamodb served ["200"], told 201
        Throttle: stripe served [], told 503
        Unavailable: dynamodb served ["200"], told 201
        Unavailable: stripe served [], told 503
        Conflict: dynamodb served ["200"], told 201
        Conflict: stripe served [], told 503
        Partly: dynamodb served ["200"], told 201
        Partly: stripe served ["200"], told 201
        Twice: dynamodb served ["200", "400"], told 200
        Twice: stripe served ["200", "200"], told 201
        Crash: dynamodb served ["200"], told 500
        Crash: stripe served ["200"], told 500
    "#]]
    .assert_eq(&seen);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_hold_is_found() {
    let mut world = World::of(LIVES[0]).await;
    let before = world.before_a_day().await;
    let life = world.live(&[]).await;
    world.rest(&life).await;
    let usual = world.outcome(&life, &before).await;
    assert_eq!(world.violations(&life, false).await, [""; 0]);

    // A refund that nobody tells us of.
    world.town.lose_webhooks();
    world.town.stack.stripe().refund_from_dashboard(&world.town.charge(&life.checkout), 100).expect("it can");
    let found = world.violations(&life, false).await;
    assert_eq!(found, ["1: refunds 0, moved 100"]);
    assert!(world.outcome(&life, &before).await.differs(&usual, true, &[]).is_some());

    world.town.stack.sqs().send("CashbackDueDlq", "{}", BTreeMap::new()).expect("there is such a queue");
    assert_eq!(world.violations(&life, false).await.len(), 2, "and a message that died");

    let item = format!("C#{}", kembali_tests::text(&life.checkout, "/id"));
    world.town.tamper(&item, "state.cashback.at", json!({"S": "2027-01-01T00:00:00Z"})).await;
    let found = world.violations(&life, false).await;
    assert!(found.iter().any(|found| found.starts_with("3: credited at")), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_made_is_found() {
    let kind = Kind { service: "stripe", operation: "POST /v1/transfers".to_owned() };
    let missed = Hit { kind, nth: 0, fault: Fault::Refuse, lasting: Lasting::Once };
    let found = matrix::one_case(UNPAID[0], &[missed]).await;
    assert!(found.iter().any(|found| found.ends_with("the call was not made")), "{found:?}");
}
