//! The same thing at the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use kembali_local::Options;
use kembali_tests::{CONNECT_SECRET, DAWN, Town, card, five_percent, session_of, signature, text};
use local_stripe::{Endpoint, PayWith, Scope};
use local_wire::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// How many at once.
const WIDTH: usize = 16;

/// A batch of one message, as the queue hands it over.
fn batch(body: &str, number: usize) -> Vec<u8> {
    let record = json!({
        "messageId": format!("message-{number}"), "receiptHandle": "r", "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": (DAWN * 1000).to_string()},
        "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:StripeEvents",
    });
    json!({"Records": [record]}).to_string().into_bytes()
}

/// Posts an event many times at once, under these signing secrets in turn.
async fn post_at_once(town: &Town, event: &Value, secrets: &[&str]) -> Vec<u16> {
    let (body, now) = (event.to_string(), town.now());
    let mut posts = JoinSet::new();
    for secret in secrets.iter().cycle().take(WIDTH) {
        let header = format!("t={now},v1={}", signature(secret, now, &body));
        let (client, body) = (town.client.clone(), body.clone());
        posts.spawn(async move {
            let headers = [("stripe-signature", header.as_str()), ("content-type", "application/json")];
            client.send("POST", "/webhooks/stripe", &headers, body).await.expect("the gateway answers").status
        });
    }
    posts.join_all().await
}

/// Takes everything out of the queue and has it applied at the same moment. Only what the function hands back
/// comes again, so that nothing mends what one of them has lost. How many there were.
async fn apply_at_once(town: &Arc<Town>) -> usize {
    let (queue, mut applied) = ("StripeEvents", JoinSet::new());
    loop {
        let messages = town.stack.sqs().receive(queue, 10);
        if messages.is_empty() {
            break;
        }
        for message in messages {
            town.stack.sqs().delete(queue, &message.receipt_handle);
            let (town, payload) = (Arc::clone(town), batch(&message.body, applied.len()));
            applied.spawn(async move {
                let answer = town.stack.invoke("apply-stripe-event", payload).await.expect("it answers");
                let answer: Value = serde_json::from_slice(&answer).expect("JSON");
                let failed = answer["batchItemFailures"].as_array().is_some_and(|failed| !failed.is_empty());
                failed.then_some(message.body)
            });
        }
    }
    let count = applied.len();
    for body in applied.join_all().await.into_iter().flatten() {
        town.stack.sqs().send(queue, &body, BTreeMap::new()).expect("the queue exists");
    }
    count
}

/// Elsewhere a check for "seen before" and the write after it left a gap, and a payment was booked as often
/// as its event was on its way at that moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_posted_and_applied_many_times_at_once_counts_once() {
    let town = Arc::new(Town::unswept().await);
    let shop = town.shop("SG").await;
    let budget = json!({"total": {"payments": 9}, "shards": 1});
    let mut rule = five_percent("five", "paynow", "merchant");
    rule["budget"] = budget;
    town.campaign("SG", rule).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.settle().await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    let event = town.events(&["charge.succeeded"]).remove(0);
    assert_eq!(post_at_once(&town, &event, &[CONNECT_SECRET]).await, [200; WIDTH]);
    assert_eq!(apply_at_once(&town).await, WIDTH);
    town.minutes(10).await;
    assert_eq!(
        (town.standing(&shop, &checkout).await, town.version(&checkout)),
        ("paid held".into(), "2".into())
    );
    // Different events of one payment: nobody writes over what another has just written.
    for _ in 0..8 {
        town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), 100).expect("so much is left");
    }
    for event in town.events(&["refund.created"]) {
        assert_eq!(post_at_once(&town, &event, &[CONNECT_SECRET]).await, [200; WIDTH]);
    }
    assert_eq!(apply_at_once(&town).await, 8 * WIDTH);
    town.minutes(10).await;
    let refunded = town.read(&shop, &checkout).await;
    assert_eq!(refunded["refunds"].as_array().map(Vec::len), Some(8), "{refunded}");
    town.hours(48).await;
    assert_eq!(town.back(&checkout).cashback, [85], "5% of 17.00");
    assert_eq!((town.budget_left("SG", "five", "-").payments, town.dead_letters()), (8, 0));
    let paid = town.happened().into_iter().filter(|event| event == "checkout.paid").count();
    assert_eq!(paid, 1);
}

/// Elsewhere a second endpoint with the same address was added by hand, and from then on every event came
/// twice, under two secrets and two signatures: half of them were refused, or all of them counted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_endpoints_with_one_address_are_one_payment() {
    let mut options = Options::new(Clock::fixed(DAWN));
    options.secrets.connect_webhook = "whsec_one,whsec_two".to_owned();
    let town = Town::with(options).await;
    let url = format!("{}/webhooks/stripe", town.stack.gateway_url());
    let endpoint = |secret: &str, scope| Endpoint { url: url.clone(), secret: secret.to_owned(), scope };
    let endpoints = vec![endpoint("whsec_one", Scope::Connect), endpoint("whsec_local_thin", Scope::Thin)];
    town.stack.stripe().set_endpoints(endpoints);
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.settle().await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    for event in town.events(&["charge.succeeded", "checkout.session.completed"]) {
        assert_eq!(post_at_once(&town, &event, &["whsec_one", "whsec_two"]).await, [200; WIDTH]);
    }
    town.minutes(10).await;
    assert_eq!(
        (town.standing(&shop, &checkout).await, town.version(&checkout)),
        ("paid held".into(), "2".into())
    );
    town.hours(48).await;
    for event in town.events(&["refund.created", "refund.updated", "charge.refunded"]) {
        assert_eq!(post_at_once(&town, &event, &["whsec_one", "whsec_two"]).await, [200; WIDTH]);
    }
    town.minutes(10).await;
    assert_eq!((town.standing(&shop, &checkout).await, town.dead_letters()), ("paid credited".into(), 0));
    assert_eq!(town.back(&checkout).cashback, [125]);
}

/// Elsewhere the page that the payer comes back to marked the order as paid, or as lapsed, while the webhook
/// did the same. Here it decides nothing: until Stripe's event has come the checkout is open, and it cannot
/// be closed any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_before_the_webhook_neither_pays_nor_is_lost() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "merchant")).await;
    for number in 0..8 {
        let checkout = town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await;
        town.stack.stripe().pay(&session_of(&checkout), card()).expect("the payer can pay");
        assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open", "the page knows nothing yet");
        let path = format!("/v1/checkouts/{}/expire", text(&checkout, "/id"));
        let (_, closed, seen) = tokio::join!(
            town.settle(),
            town.call(&shop.key, "POST", &path, None),
            town.read(&shop, &checkout),
        );
        assert_eq!(closed.status, 409, "{}", closed.json());
        assert!(["open", "paid"].contains(&text(&seen, "/status").as_str()), "{seen}");
        assert_eq!(town.standing(&shop, &checkout).await, "paid held");
        assert_eq!(town.version(&checkout), "2");
    }
    let paid = town.happened().into_iter().filter(|event| event == "checkout.paid").count();
    assert_eq!((paid, town.dead_letters()), (8, 0));
}
