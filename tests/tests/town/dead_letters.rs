//! Messages that were given up: seen, sent back, taken away. And what else cannot be finished without a
//! person.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use kembali_tests::{Shop, Town, card, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::books::operator;

/// Receives until a message is given up.
const RECEIVES: u64 = 40;

async fn open_checkout(town: &Town) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.settle().await;
    (shop, checkout)
}

/// Messages of one queue, as the API tells them. What was looked at is hidden for five seconds; they pass.
async fn letters(town: &Town, queue: &str) -> Vec<Value> {
    let answer = town.operate("GET", &format!("/v1/dead-letters?queue={queue}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    town.stack.advance(5).await.unwrap();
    let list = answer.json();
    assert_eq!(
        (list["queues"].as_array().map(Vec::len), text(&list, "/queues/0/queue")),
        (Some(1), queue.to_owned())
    );
    let messages = list["queues"][0]["messages"].as_array().cloned().unwrap();
    assert_eq!(list["queues"][0]["waiting"], json!(messages.len()));
    messages
}

async fn act(town: &Town, queue: &str, what: &str) -> (u16, Value) {
    let path = format!("/v1/dead-letters/{queue}/{what}");
    let answer = town.operate("POST", &path, Some(json!({"reason": "looked at it"}))).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn an_event_that_could_not_be_applied_is_seen_sent_back_and_applied() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let pk = format!("C#{}", text(&checkout, "/id"));
    town.tamper(&pk, "content.amount.value", json!({"S": "26.00"})).await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.hours(3).await;
    assert_eq!(town.standing(&shop, &checkout).await, "open ");

    let seen = letters(&town, "stripe_events").await;
    let charged = seen.iter().find(|letter| letter["about"]["kind"] == "charge_succeeded").unwrap();
    assert_eq!(
        charged["about"],
        json!({
            "what": "stripe_event", "event": town.events(&["charge.succeeded"])[0]["id"], "account": shop.account,
            "kind": "charge_succeeded", "checkout": checkout["id"],
        })
    );
    assert_eq!(charged["received"], RECEIVES + 1, "the look counts");
    assert!(text(charged, "/sent_at").starts_with("2026-11-22T10:0"), "{charged}");
    assert!(!Value::from(seen.clone()).to_string().contains("2500"), "{seen:?}");
    // Sent back while the cause is there, it comes again.
    let count = seen.len();
    let moved = json!({"queue": "stripe_events", "messages": count});
    assert_eq!(act(&town, "stripe_events", "redrive").await, (200, moved.clone()));
    town.hours(3).await;
    assert_eq!(letters(&town, "stripe_events").await.len(), count);

    town.tamper(&pk, "content.amount.value", json!({"S": "25.00"})).await;
    assert_eq!(act(&town, "stripe_events", "redrive").await, (200, moved));
    town.settle().await;
    assert_eq!((town.standing(&shop, &checkout).await.as_str(), town.dead_letters()), ("paid held", 0));
}

#[tokio::test]
async fn what_nobody_can_use_is_taken_away() {
    let town = Town::unswept().await;
    for number in 0..12 {
        let body = json!({"checkout": format!("chk_{}", "a".repeat(24)), "number": number}).to_string();
        town.stack.sqs().send("CashbackDueDlq", &body, BTreeMap::new()).unwrap();
    }
    town.stack.sqs().send("CashbackDueDlq", "no JSON", BTreeMap::new()).unwrap();
    let all = town.operate("GET", "/v1/dead-letters?limit=50", None).await.json();
    let counts: Vec<&Value> =
        all["queues"].as_array().unwrap().iter().map(|queue| &queue["waiting"]).collect();
    assert_eq!(counts, [0, 13, 0]);
    assert_eq!(all["queues"][1]["messages"].as_array().map(Vec::len), Some(13), "none twice");
    assert_eq!(all["queues"][1]["messages"][12]["about"], json!({"what": "not_understood"}));
    assert_eq!(town.dead_letters(), 13, "a look takes nothing away");
    town.stack.advance(5).await.unwrap();
    let gone = json!({"queue": "cashback_due", "messages": 13});
    assert_eq!(act(&town, "cashback_due", "discard").await, (200, gone));
    assert_eq!(town.dead_letters(), 0);
}

#[tokio::test]
async fn what_the_stream_could_not_tell_is_seen_and_has_nowhere_to_go_back_to() {
    let town = Town::unswept().await;
    // An item that no function can read.
    town.tamper("C#broken", "nonsense", json!({"S": "x"})).await;
    town.hours(7).await;
    let seen = letters(&town, "undelivered").await;
    let mut functions: Vec<String> = seen.iter().map(|letter| text(letter, "/about/function")).collect();
    functions.sort();
    assert_eq!(functions, ["KeepBooks", "PublishEvents"]);
    for letter in &seen {
        let about = &letter["about"];
        assert_eq!((&about["what"], &about["changes"]), (&json!("changes"), &json!(1)), "{about}");
        assert!(about["first"] == about["last"] && about["condition"] == "RetryAttemptsExhausted", "{about}");
    }
    let (status, problem) = act(&town, "undelivered", "redrive").await;
    assert_eq!((status, text(&problem, "/type")), (409, "urn:kembali:problem:wrong-state".to_owned()));
    assert!(text(&problem, "/next").contains("verify-books"), "{problem}");
    assert_eq!(act(&town, "undelivered", "discard").await.1["messages"], 2);
}

#[tokio::test]
async fn who_asks_wrongly_is_told_so() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    let reason = Some(json!({"reason": "none"}));
    for (method, path, body, expected) in [
        ("GET", "?queue=StripeEvents", None, (422, "queue")),
        ("GET", "?limit=0", None, (422, "limit")),
        ("GET", "?limit=51", None, (422, "limit")),
        ("POST", "/StripeEvents/redrive", reason.clone(), (404, "")),
        ("POST", "/stripe_events/redrive", Some(json!({"reason": " "})), (422, "reason")),
        ("POST", "/stripe_events/discard", Some(json!({})), (422, "reason")),
        ("POST", "/undelivered/redrive", reason.clone(), (409, "")),
    ] {
        let path = format!("/v1/dead-letters{path}");
        let answer = town.operate(method, &path, body.clone()).await;
        let said = (answer.status, text(&answer.json(), "/field"));
        assert_eq!(said, (expected.0, expected.1.to_owned()), "{method} {path}: {}", answer.json());
        let of_merchant = town.call(&shop.key, method, &path, body).await;
        assert_eq!(of_merchant.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn an_operator_looks_and_acts_from_a_terminal() {
    let town = Town::unswept().await;
    let empty = "stripe_events: 0 messages\ncashback_due: 0 messages\nundelivered: 0 messages\n";
    assert_eq!(operator(&town, &["dead-letters"]).await, (Ok(true), empty.to_owned()));
    let merchant = format!("mch_{}", "a".repeat(16));
    town.stack
        .sqs()
        .send("CashbackDueDlq", &json!({"merchant": merchant}).to_string(), BTreeMap::new())
        .unwrap();
    let (content, said) = operator(&town, &["dead-letters", "list", "cashback_due"]).await;
    let line = format!("  2026-11-22T10:00:00Z received 1 times: settlement merchant {merchant}\n");
    assert_eq!((content, said), (Ok(false), format!("cashback_due: 1 messages\n{line}")));
    town.stack.advance(5).await.unwrap();
    let (content, _) = operator(&town, &["dead-letters", "redrive", "undelivered", "--reason", "x"]).await;
    assert!(content.is_err_and(|error| error.starts_with("409: ") && error.contains("then discard")));
    let discard = ["dead-letters", "discard", "cashback_due", "--reason", "x"];
    let gone = "cashback_due: 1 messages are gone\n".to_owned();
    assert_eq!(operator(&town, &discard).await, (Ok(true), gone));
    let redrive = ["dead-letters", "redrive", "cashback_due", "--reason", "x"];
    let (content, said) = operator(&town, &redrive).await;
    assert_eq!((content, said.as_str()), (Ok(true), "cashback_due: 0 messages go back, to be tried again\n"));
}

/// What is logged on this thread, on which all of a town runs.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(super) fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(lines))
    }

    /// The values that a metric is made from.
    pub(super) fn values(&self, field: &str) -> Vec<Value> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter_map(|line| line["fields"].get(field).cloned()).collect()
    }
}

#[tokio::test]
async fn a_failed_cashback_a_failed_refund_and_an_unreadable_event_are_told_once() {
    let (log, _logging) = Log::begin();
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.refund(&shop, &checkout, "r1", Some("5.00")).await;
    town.minutes(10).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/refunds/0/status"), "failed");
    assert_eq!(log.values("failed_refund"), [1]);

    town.stack.stripe().fail_next_refund(&shop.account, "expired_or_canceled_card");
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid failed");
    assert_eq!(log.values("failed_cashback"), [1]);

    let broken = town.forged("charge.dispute.created", &shop.account, json!({}));
    assert_eq!(town.deliver(&broken).await.status, 200);
    assert_eq!(log.values("unreadable"), [1]);
    // It waits where a person sees it, and says what cannot be read.
    town.hours(3).await;
    let about = letters(&town, "stripe_events").await[0]["about"].clone();
    assert_eq!(
        about,
        json!({
            "what": "stripe_event", "event": broken["id"], "account": shop.account, "kind": "unreadable", "field": ".",
        })
    );

    // All that Stripe said, said again, is no news.
    for event in town.stack.stripe().events() {
        town.deliver(&event).await;
    }
    assert_eq!((log.values("failed_refund").len(), log.values("failed_cashback").len()), (1, 1));
    let other = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    town.pay(&other, card()).await;
    assert_eq!(town.standing(&shop, &other).await, "paid none");
}
