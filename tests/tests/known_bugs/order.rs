//! Events in another order than they happened in.

use kembali_tests::{CONNECT_SECRET, Shop, Town, five_percent, session_of, signature, text};
use local_stripe::PayWith;
use serde_json::Value;

/// Every order of `number` things.
fn orders(number: usize) -> Vec<Vec<usize>> {
    let Some(last) = number.checked_sub(1) else { return vec![Vec::new()] };
    let shorter = orders(last);
    let with_last = |place: usize| {
        shorter.iter().map(move |order| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    };
    (0..number).flat_map(with_last).collect()
}

/// Posts an event as Stripe would, and waits for nothing.
async fn post(town: &Town, event: &Value) {
    let (body, now) = (event.to_string(), town.now());
    let header = format!("t={now},v1={}", signature(CONNECT_SECRET, now, &body));
    assert_eq!(town.post_webhook(&header, "application/json", &body).await.status, 200);
}

async fn town() -> (Town, Shop) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 1_000_000);
    (town, shop)
}

/// Elsewhere the session's completion, the charge, and a refund had to come in the order they were written
/// down in, which Stripe does not promise: whatever came first made an order of its own, or was dropped.
#[tokio::test]
async fn a_payment_and_its_refund_in_every_order() {
    let (town, shop) = town().await;
    let kinds = ["charge.succeeded", "checkout.session.completed", "refund.created", "charge.refunded"];
    let orders = orders(kinds.len());
    let mut pages = Vec::new();
    for number in 0..orders.len() {
        pages.push(town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await);
    }
    town.settle().await;
    town.lose_webhooks();
    for page in &pages {
        town.stack.stripe().pay(&session_of(page), PayWith::Paynow).expect("the payer can pay");
        town.stack.stripe().refund_from_dashboard(&town.charge(page), 500).expect("it can be refunded");
    }
    town.minutes(2).await;
    let events: Vec<(Value, String)> =
        town.events(&kinds).into_iter().map(|event| (event.clone(), event["data"].to_string())).collect();
    let told = |page: &Value, kind: &str| {
        let names = [text(page, "/id"), town.charge(page)];
        let is_its = |data: &str| names.iter().any(|name| data.contains(name.as_str()));
        let event = events.iter().find(|(event, data)| event["type"] == kind && is_its(data));
        event.map(|(event, _)| event.clone()).expect("Stripe has told of it")
    };
    for step in 0..kinds.len() {
        for (page, order) in pages.iter().zip(&orders) {
            post(&town, &told(page, kinds[order[step]])).await;
        }
        // Each step is over before the next begins.
        town.settle().await;
    }
    // What was early waits in the queue for what it needs.
    town.minutes(15).await;
    for (page, order) in pages.iter().zip(&orders) {
        let view = town.read(&shop, page).await;
        let refunds = view["refunds"].as_array().map(Vec::len);
        assert_eq!(
            (text(&view, "/status"), text(&view, "/cashback/amount/value"), refunds),
            ("partly_refunded".into(), "1.00".into(), Some(1)),
            "{order:?}: {view}"
        );
    }
    assert_eq!(town.dead_letters(), 0);
}

/// Elsewhere the newer of two events was found by its `created`, which counts whole seconds: of two in one
/// second one was dropped, or the older one won.
#[tokio::test]
async fn two_events_of_one_second_both_count() {
    let (town, shop) = town().await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.lose_webhooks();
    let charge = town.charge(&checkout);
    for amount in [500, 300] {
        town.stack.stripe().refund_from_dashboard(&charge, amount).expect("it can be refunded");
    }
    let created = town.events(&["refund.created"]);
    assert_eq!((created.len(), &created[0]["created"]), (2, &created[1]["created"]));
    for event in created.iter().rev() {
        town.deliver(event).await;
    }
    let view = town.read(&shop, &checkout).await;
    assert_eq!(
        (view["refunds"].as_array().map(Vec::len), text(&view, "/cashback/amount/value")),
        (Some(2), "0.85".into())
    );

    // And of one object: what Stripe says last of a refund is not what it says newest.
    town.minutes(2).await;
    let updated = town.events(&["refund.updated"]);
    for event in updated.iter().chain(&created) {
        town.deliver(event).await;
    }
    let view = town.read(&shop, &checkout).await;
    let states: Vec<String> =
        view["refunds"].as_array().into_iter().flatten().map(|refund| text(refund, "/status")).collect();
    assert_eq!(states, ["succeeded", "succeeded"], "{view}");
}
