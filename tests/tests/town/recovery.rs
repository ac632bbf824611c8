//! Stripe's events that no webhook brings are read in its list, within the hour.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kembali::domain::stripe::event::LISTED_TYPES;
use kembali_local::client::Client;
use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use local_wire::serve::{Served, serve};
use serde_json::Value;

const HOUR: i64 = 3600;

async fn funded(town: &Town) -> Shop {
    let shop = town.shop("SG").await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    stripe.keep_available(&shop.account, "sgd", 100_000);
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    shop
}

#[tokio::test]
async fn with_no_webhook_at_all_everything_is_known_within_the_hour() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    let mut checkouts = Vec::new();
    for number in 0..5 {
        checkouts.push(town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await);
    }
    town.lose_webhooks();
    let stripe = town.stack.stripe();
    stripe.pay(&session_of(&checkouts[0]), PayWith::Paynow).unwrap();
    stripe.pay(&session_of(&checkouts[1]), card()).unwrap();
    stripe.pay_slowly(&session_of(&checkouts[2]), PayWith::Paynow, true).unwrap();
    stripe.pay_slowly(&session_of(&checkouts[3]), PayWith::Paynow, false).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    let known = town.standings(&shop, &checkouts).await;
    assert_eq!(known, ["paid held", "paid none", "paid held", "failed ", "open "]);

    // A refund that nobody asked us for, a dispute, and later its end.
    stripe.refund_from_dashboard(&town.charge(&checkouts[0]), 1000).unwrap();
    let dispute = stripe.dispute(&town.charge(&checkouts[1])).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    let known = town.standings(&shop, &checkouts[..2]).await;
    assert_eq!(known, ["partly_refunded held", "disputed none"]);
    stripe.close_dispute(&dispute, true).unwrap();
    town.stack.advance(HOUR).await.unwrap();
    assert_eq!(town.standing(&shop, &checkouts[1]).await, "won none");

    // The page that nobody paid expires after a day, and the cashbacks are paid, and known to be.
    town.hours(50).await;
    let known = town.standings(&shop, &checkouts).await;
    assert_eq!(known, ["partly_refunded credited", "won none", "paid credited", "failed ", "expired "]);
    assert_eq!((town.back(&checkouts[0]).cashback, town.back(&checkouts[2]).cashback), (vec![75], vec![125]));
    assert_eq!(town.dead_letters(), 0);
}

#[tokio::test]
async fn a_merchant_is_read_again_though_no_event_comes() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    town.lose_webhooks();
    town.stack.stripe().restrict(&shop.account, "identity.individual.documents").unwrap();
    town.stack.advance(HOUR).await.unwrap();
    assert_eq!(text(&town.merchant(&shop).await, "/state"), "restricted");
}

#[tokio::test]
async fn an_event_is_queued_once_however_often_the_list_is_read() {
    let town = Town::new().await;
    let shop = funded(&town).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.stack.advance(HOUR).await.unwrap();
    let (mark, version) = (town.mark(), town.version(&checkout));
    town.stack.advance(4 * HOUR).await.unwrap();
    let spent = town.since(mark);
    assert_eq!(spent.count("sqs", "SendMessageBatch"), 0, "nothing has happened");
    assert_eq!(spent.count("stripe", "GET /v1/events"), 8, "one account, every half hour");
    assert_eq!(town.version(&checkout), version);
}

#[tokio::test]
async fn after_an_outage_of_days_the_list_is_read_from_where_it_was() {
    let town = Town::unswept().await;
    let shop = funded(&town).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.lose_webhooks();
    town.stack.stripe().pay(&session_of(&checkout), PayWith::Paynow).unwrap();
    town.hours(4 * 24 - 1).await;
    assert_eq!(town.standing(&shop, &checkout).await, "open ");
    // The rule, which is rare here, comes at last.
    town.hours(2).await;
    // What became of the refund is read the next time.
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    assert_eq!(town.back(&checkout).cashback, [125]);
}

/// Stands between Stripe and the gateway, and drops so many webhooks of a hundred for good: Stripe hears that
/// they were taken.
struct Office {
    gateway: Client,
    percent: u32,
    dice: Mutex<fastrand::Rng>,
    lost: Mutex<Vec<Value>>,
}

async fn receive(State(office): State<Arc<Office>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event: Value = serde_json::from_slice(&body).unwrap();
    let concerns_us = LISTED_TYPES.contains(&text(&event, "/type").as_str());
    if concerns_us && office.dice.lock().unwrap().u32(0..100) < office.percent {
        office.lost.lock().unwrap().push(event);
        return StatusCode::OK;
    }
    let of = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let sent = [("stripe-signature", of("stripe-signature")), ("content-type", of("content-type"))];
    let answer = office.gateway.send("POST", "/webhooks/stripe", &sent, body).await.unwrap();
    StatusCode::from_u16(answer.status).unwrap()
}

async fn opened(town: &Town, percent: u32) -> (Arc<Office>, Served) {
    let office = Arc::new(Office {
        gateway: Client::new(town.stack.gateway_url()),
        percent,
        dice: Mutex::new(fastrand::Rng::with_seed(42)),
        lost: Mutex::default(),
    });
    let router = Router::new().route("/webhooks/stripe", post(receive)).with_state(Arc::clone(&office));
    let served = serve(([127, 0, 0, 1], 0).into(), router).await.unwrap();
    let stripe = town.stack.stripe();
    let mut endpoints = stripe.set_endpoints(Vec::new());
    endpoints.iter_mut().for_each(|endpoint| endpoint.url = format!("{}/webhooks/stripe", served.url()));
    stripe.set_endpoints(endpoints);
    (office, served)
}

/// Payments of each outcome; and so many pages that nobody pays.
const OF_EACH: usize = 8;
const LEFT: usize = 24;

/// A day and two hours of many payments, where so many webhooks of a hundred are dropped: what is known of
/// each checkout an hour after the last thing has happened, how many end in which status, and, of each event
/// that was dropped, its type and which checkout it was about.
async fn day(percent: u32) -> (Vec<String>, BTreeMap<String, usize>, Vec<(String, usize)>) {
    let town = Town::new().await;
    let shop = funded(&town).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", 10_000_000);
    let mut checkouts = Vec::new();
    for number in 0..LEFT {
        checkouts.push(town.checkout(&shop, &format!("left-{number}"), "25.00", "SGD").await);
    }
    town.hours(23).await;
    let (office, _served) = opened(&town, percent).await;
    let mut orders: Vec<Vec<Value>> = Vec::new();
    for outcome in 0..9 {
        let mut of_outcome = Vec::new();
        for number in 0..OF_EACH {
            let reference = format!("order-{outcome}-{number}");
            let checkout = town.checkout(&shop, &reference, "25.00", "SGD").await;
            let session = session_of(&checkout);
            let paid = match outcome {
                0 | 1 => stripe.pay(&session, PayWith::Paynow),
                2 => stripe.pay_slowly(&session, PayWith::Paynow, true),
                3 => stripe.pay_slowly(&session, PayWith::Paynow, false),
                _ => stripe.pay(&session, card()),
            };
            paid.unwrap();
            of_outcome.push(checkout);
        }
        orders.push(of_outcome);
    }
    town.minutes(15).await;
    let mut disputes = Vec::new();
    for number in 0..OF_EACH {
        let charge = |outcome: usize| orders.get(outcome).map(|of| town.charge(&of[number])).unwrap();
        stripe.refund_from_dashboard(&charge(1), 1000).unwrap();
        stripe.refund_from_dashboard(&charge(5), 2500).unwrap();
        stripe.dispute(&charge(6)).unwrap();
        for (outcome, won) in [(7, true), (8, false)] {
            disputes.push((stripe.dispute(&charge(outcome)).unwrap(), won));
        }
    }
    town.minutes(5).await;
    for (dispute, won) in disputes {
        stripe.close_dispute(&dispute, won).unwrap();
    }
    // The last thing to happen is that the pages expire which nobody paid.
    town.minutes(40).await;
    town.stack.advance(HOUR).await.unwrap();

    checkouts.extend(orders.into_iter().flatten());
    let (mut known, mut ends) = (Vec::new(), BTreeMap::new());
    for checkout in &checkouts {
        let now = town.read(&shop, checkout).await;
        *ends.entry(text(&now, "/status")).or_default() += 1;
        known.push(without_ids(&now));
    }
    let about = |event: &Value| {
        let ids = ["/data/object/id", "/data/object/charge"].map(|at| text(event, at));
        let is_it = |id: String| !id.is_empty() && ids.contains(&id);
        let place = checkouts.iter().position(|one| is_it(session_of(one)) || is_it(town.charge(one)));
        (text(event, "/type"), place.unwrap_or_else(|| panic!("of no checkout: {event}")))
    };
    let lost = office.lost.lock().unwrap().iter().map(about).collect();
    assert_eq!(town.dead_letters(), 0);
    (known, ends, lost)
}

/// What the API shows of a checkout, without times and ids: how it stands, its cashback, its refunds and its
/// books.
fn without_ids(checkout: &Value) -> String {
    let list = |at: &str| checkout.pointer(at).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut refunds: Vec<String> = list("/refunds")
        .iter()
        .map(|refund| format!("{} {}", text(refund, "/amount/value"), text(refund, "/status")))
        .collect();
    refunds.sort();
    let mut books: BTreeMap<String, i64> = BTreeMap::new();
    for posting in list("/postings") {
        let minor: i64 = text(&posting, "/amount/value").replace('.', "").parse().unwrap();
        *books.entry(text(&posting, "/debit")).or_default() += minor;
        *books.entry(text(&posting, "/credit")).or_default() -= minor;
    }
    books.retain(|_, minor| *minor != 0);
    let of = |at: &str| text(checkout, at);
    let cashback = format!("{} {}", of("/cashback/state"), of("/cashback/amount/value"));
    format!("{} {cashback} {refunds:?} {books:?}", of("/status"))
}

#[tokio::test]
async fn whatever_a_webhook_in_twenty_would_have_told_is_known_within_the_hour() {
    let (there, ends, none) = day(0).await;
    assert!(none.is_empty(), "{none:?}");
    let expected = [
        ("disputed", 1),
        ("expired", LEFT / OF_EACH),
        ("failed", 1),
        ("lost", 1),
        ("paid", 3),
        ("partly_refunded", 1),
        ("refunded", 1),
        ("won", 1),
    ];
    let expected = expected.map(|(status, parts)| (status.to_owned(), parts * OF_EACH));
    assert_eq!(ends, BTreeMap::from(expected));

    let (here, _, lost) = day(5).await;
    let recovered = lost.iter().filter(|(_, place)| here[*place] == there[*place]).count();
    println!("lost {}, recovered {recovered}: {lost:?}", lost.len());
    assert_eq!(recovered, lost.len());
    assert_eq!(here, there);
    // Of these no other webhook tells the same.
    let alone =
        ["charge.dispute.closed", "checkout.session.async_payment_failed", "checkout.session.expired"];
    let alone = lost.iter().filter(|(kind, _)| alone.contains(&kind.as_str())).count();
    assert!(alone > 0, "the dice were too kind: they want another seed");
}
