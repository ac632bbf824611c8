//! The bounds of the flows, as tests/README.md has them, counted at the wire.
//! `cargo test counts -- --nocapture` prints what was measured.

use kembali_tests::{Shop, Spent, Town, card, five_percent, is_of_books, item_bytes, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

/// An ordinary order: everything a chat app would send.
fn order(reference: &str, currency: &str) -> Value {
    json!({
        "reference": reference, "amount": {"value": "25.00", "currency": currency}, "description": "Kopi and kaya toast",
        "channel": "chat", "payer": {"phone": "+6591234567"},
    })
}

/// A stream's consumer is paid for by nobody's latency: what is asserted here is the way of the request.
fn without_bus(spent: Spent) -> Vec<String> {
    let calls = spent.0.into_iter().filter(|call| call.service != "eventbridge" && !is_of_books(call));
    calls.map(|call| format!("{} {}", call.service, call.operation)).collect()
}

#[tokio::test]
async fn creating_a_checkout_warm_is_one_read_one_stripe_call_and_one_write() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    town.create(&shop, order("cold", "SGD")).await;
    town.settle().await;
    let mark = town.mark();
    town.create(&shop, order("warm", "SGD")).await;
    let calls = without_bus(town.since(mark));
    assert_eq!(calls, ["dynamodb BatchGetItem", "stripe POST /v1/checkout/sessions", "dynamodb PutItem"]);
}

#[tokio::test]
async fn receiving_a_webhook_is_one_message_and_no_table() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.lose_webhooks();
    town.pay(&checkout, card()).await;
    let event = town.events(&["charge.succeeded"])[0].to_string();
    let (mark, now) = (town.mark(), town.now());
    let signature = kembali_tests::signature(kembali_tests::CONNECT_SECRET, now, &event);
    let answer = town.post_webhook(&format!("t={now},v1={signature}"), "application/json", &event).await;
    assert_eq!(answer.status, 200);
    assert_eq!(without_bus(town.since(mark)), ["sqs SendMessage"]);
}

/// Pays `checkout` and delivers the one event that tells of it.
async fn apply_payment(town: &Town, checkout: &Value) -> Vec<String> {
    let known = town.stack.stripe().events().len();
    town.stack.stripe().pay(&session_of(checkout), PayWith::Paynow).expect("the payer can pay");
    let events = town.stack.stripe().events().split_off(known);
    let succeeded =
        events.iter().find(|event| text(event, "/type") == "charge.succeeded").expect("it was paid");
    let mark = town.mark();
    town.deliver(succeeded).await;
    without_bus(town.since(mark)).split_off(1)
}

#[tokio::test]
async fn applying_a_payment_is_one_read_one_question_one_write_and_no_schedule_but_a_buckets_first() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    town.lose_webhooks();
    let first = town.create(&shop, order("one", "SGD")).await;
    let second = town.create(&shop, order("two", "SGD")).await;
    town.settle().await;
    assert_eq!(
        apply_payment(&town, &first).await,
        [
            "dynamodb GetItem",
            "stripe GET /v1/checkout/sessions/{id}",
            "dynamodb PutItem",
            "scheduler CreateSchedule"
        ]
    );
    town.stack.clock().advance(60);
    assert_eq!(
        apply_payment(&town, &second).await,
        ["dynamodb GetItem", "stripe GET /v1/checkout/sessions/{id}", "dynamodb PutItem"]
    );
    assert_eq!(town.stack.scheduler().schedules().len(), 1);
}

/// One payment's life, measured: its write units in tenths (those of the books apart: see the test on many
/// payments), its calls to Stripe for the payout, and the size of its item at every step.
struct Life {
    name: String,
    write_tenths: u32,
    payout: Vec<String>,
    sizes: Vec<usize>,
}

async fn life(country: &str, method: &str, currency: &str, with: PayWith) -> Life {
    let town = Town::unswept().await;
    let shop = town.shop(country).await;
    town.campaign(country, five_percent("five-percent-in-november", method, "merchant")).await;
    let start = town.mark();
    let mut sizes = Vec::new();
    let checkout = town.create(&shop, order("order-2026-11-22-000001", currency)).await;
    let mut weigh = |town: &Town| sizes.push(item_bytes(&town.checkout_item(&checkout)));
    weigh(&town);
    town.pay(&checkout, with).await;
    weigh(&town);
    let payout = town.mark();
    town.stack.advance(47 * 3600 + 300).await.expect("the stack comes to rest");
    weigh(&town);
    town.minutes(5).await;
    weigh(&town);
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    let life = Life {
        name: format!("{country} {method}"),
        write_tenths: town.since(start).write_tenths() - town.since(start).book_tenths(),
        payout: town.since(payout).on("stripe"),
        sizes,
    };
    println!(
        "{}: {} tenths of a write unit; item {:?} bytes (open, paid, paying or credited, credited); payout {:?}",
        life.name, life.write_tenths, life.sizes, life.payout
    );
    life
}

#[tokio::test]
async fn one_payments_life_is_at_most_eight_write_units_and_little_more_than_one_kilobyte() {
    for life in [
        life("SG", "paynow", "SGD", PayWith::Paynow).await,
        life("US", "card", "USD", card()).await,
        life("IN", "upi", "INR", PayWith::Upi).await,
    ] {
        assert!(life.write_tenths <= 80, "{}: {} tenths", life.name, life.write_tenths);
        assert!(life.sizes.iter().all(|bytes| *bytes <= 1088), "{}: {:?}", life.name, life.sizes);
        assert_eq!(
            life.payout,
            ["GET /v1/application_fees", "POST /v1/application_fees/{id}/refunds", "POST /v1/refunds"],
            "{}",
            life.name
        );
    }
}

/// A campaign with everything that limits: caps by two periods, a budget of the whole, and of each day if
/// `daily`.
fn limited(id: &str, daily: bool) -> Value {
    let amount = |value: &str| json!({"value": value, "currency": "SGD"});
    let mut rule = five_percent(id, "paynow", "merchant");
    let mut budget = json!({"total": {"payments": 1000, "amount": amount("5000.00")}});
    if let (true, Some(budget)) = (daily, budget.as_object_mut()) {
        budget.insert("per_day".to_owned(), json!({"amount": amount("500.00")}));
    }
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("budget".to_owned(), budget);
        let caps = json!([{"per": "day", "payments": 3}, {"per": "campaign", "amount": amount("20.00")}]);
        rule.insert("caps".to_owned(), caps);
    }
    rule
}

/// What every write of the table cost since `mark`: `TransactWriteItems C#… B#… 60`.
fn bill(town: &Town, mark: usize) -> Vec<String> {
    let writes = town.since(mark).0.into_iter().filter(|call| call.write_units_tenths > 0);
    writes.map(|call| format!("{} {} {}", call.operation, call.subject, call.write_units_tenths)).collect()
}

async fn ends(town: &Town, shop: &Shop, checkout: &Value, how: &str) -> String {
    match how {
        "paid" => town.pay(checkout, PayWith::Paynow).await,
        "paid by another method" => town.pay(checkout, card()).await,
        _ => {
            let path = format!("/v1/checkouts/{}/expire", text(checkout, "/id"));
            assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
        }
    }
    town.stack.advance(48 * 3600).await.expect("the stack comes to rest");
    town.standing(shop, checkout).await
}

/// Three lives with every limit, each within fourteen units; no item of them is larger than a kilobyte.
async fn limited_lives(daily: bool) {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", limited("five-percent-in-november", daily)).await;
    let mut over = Vec::new();
    let ways = [("paid", "paid credited"), ("paid by another method", "paid none"), ("closed", "expired ")];
    for (number, (how, standing)) in ways.into_iter().enumerate() {
        let mark = town.mark();
        let checkout = town.create(&shop, order(&format!("order-2026-11-22-{number:06}"), "SGD")).await;
        assert_eq!(ends(&town, &shop, &checkout, how).await, standing);
        let spent = town.since(mark);
        let spent = spent.write_tenths() - spent.book_tenths();
        let told = format!("{how}: {spent} tenths of a write unit\n  {}", bill(&town, mark).join("\n  "));
        println!("daily budget: {daily}; {told}");
        // The dearest gives cover back that nothing was promised of.
        if spent > 160 {
            over.push(told);
        }
    }
    for item in town.items() {
        let (pk, bytes) = (text(&item, "/pk/S"), item_bytes(&item));
        println!("{bytes} bytes: {pk} {}", text(&item, "/sk/S"));
        assert!(bytes <= 1152, "{pk}: {bytes} bytes");
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[tokio::test]
async fn with_caps_and_a_budget_a_life_is_at_most_sixteen_write_units() {
    limited_lives(false).await;
}

#[tokio::test]
async fn with_caps_and_a_budget_of_the_whole_and_of_each_day_too() {
    limited_lives(true).await;
}

#[tokio::test]
async fn a_hundred_live_campaigns_are_read_as_one_is() {
    let reads = async |campaigns: usize| {
        let town = Town::unswept().await;
        let shop = town.shop("SG").await;
        for number in 0..campaigns {
            town.campaign("SG", limited(&format!("campaign-{number}"), false)).await;
        }
        let mark = town.mark();
        town.create(&shop, order("cold", "SGD")).await;
        let cold = without_bus(town.since(mark));
        let mark = town.mark();
        town.create(&shop, order("warm", "SGD")).await;
        let warm = town.since(mark);
        let units: u32 = warm.0.iter().map(|call| call.read_units_tenths).sum();
        (cold, without_bus(warm), units)
    };
    let (one, hundred) = (reads(1).await, reads(100).await);
    assert_eq!(one, hundred);
    assert_eq!(
        one.1,
        ["dynamodb BatchGetItem", "stripe POST /v1/checkout/sessions", "dynamodb TransactWriteItems"]
    );
}

#[tokio::test]
async fn the_books_cost_a_fraction_of_a_write_unit_for_each_of_many_payments() {
    const PAYMENTS: u32 = 40;
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five-percent-in-november", "paynow", "merchant")).await;
    town.journal().await;
    let start = town.mark();
    for number in 0..PAYMENTS {
        // Every payer is another, which is the dearest.
        let mut order = order(&format!("order-{number}"), "SGD");
        order["payer"] = json!({"phone": format!("+6591234{number:03}")});
        let checkout = town.create(&shop, order).await;
        town.pay(&checkout, PayWith::Paynow).await;
        town.stack.advance(1).await.expect("the stack comes to rest");
    }
    town.hours(48).await;
    let journal = town.since(start).book_tenths();
    assert_eq!((town.since(start).write_tenths() - journal) / PAYMENTS, 70);
    town.hours(24).await;
    let closing = town.mark();
    assert_eq!(town.tick("keep-books").await["days"], 2);
    let rows = town.since(closing).book_tenths();
    println!("journal: {journal} tenths of a write unit, rows: {rows}, for {PAYMENTS} payments");
    assert!(journal / PAYMENTS <= 7, "{journal} tenths for {PAYMENTS} payments");
    // One row for each payer and day, and a few for all.
    assert!(rows <= 10 * (2 * PAYMENTS + 12), "{rows} tenths for {PAYMENTS} payers");
}
