//! Stripe's events, changed: whoever reads them must not rely on their form, and whoever applies them must
//! not let one hold up the others.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use kembali::domain::stripe::event::{Kind, LISTED_TYPES, Parsed, StripeEvent, parse};
use kembali_local::Options;
use kembali_tests::{CONNECT_SECRET, DAWN, Shop, Town, card, five_percent, session_of, signature, text};
use local_stripe::PayWith;
use local_wire::Clock;
use serde_json::{Value, json};

use crate::cases::sign;
use crate::json::changed_somewhere;
use crate::text::changed;

/// How many are only read.
const READ: u64 = 50_000;
/// How many are delivered, signed as Stripe signs.
const DELIVERED: u64 = 1_500;
/// Calls that one event may cause, whatever is in it: queueing it, and all that applying it once leads to.
const MOST_CALLS: usize = 10;
/// What is queued is at most this much longer than what was sent.
const LONGER_IN_QUEUE: usize = 1024;

/// A town in which everything has happened that Stripe tells of, and is over; one checkout is open, and one
/// is held.
struct Past {
    town: Town,
    shop: Shop,
    checkouts: Vec<Value>,
}

impl Past {
    async fn new() -> Self {
        let mut options = Options::new(Clock::fixed(DAWN));
        // A message that fails is given up after three attempts: two hours of them would only be more of the
        // same.
        options.template = options
            .template
            .replace("maxReceiveCount: 40", "maxReceiveCount: 3")
            .replace("rate(30 minutes)", "rate(4 days)")
            .replace("rate(1 hour)", "rate(4 days)");
        let town = Town::with(options).await;
        let shop = town.shop("SG").await;
        town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
        let stripe = town.stack.stripe().clone();
        stripe.keep_available(&shop.account, "sgd", 100_000);
        let mut checkouts = Vec::new();
        for number in 0..7 {
            checkouts.push(town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await);
        }
        town.pay(&checkouts[0], PayWith::Paynow).await;
        town.pay(&checkouts[1], card()).await;
        town.refund(&shop, &checkouts[1], "refund-1", Some("5.00")).await;
        stripe.refund_from_dashboard(&town.charge(&checkouts[1]), 300).unwrap();
        for (checkout, won) in [(2, true), (3, false)] {
            town.pay(&checkouts[checkout], card()).await;
            let dispute = stripe.dispute(&town.charge(&checkouts[checkout])).unwrap();
            town.settle().await;
            stripe.close_dispute(&dispute, won).unwrap();
            stripe.appeal(&dispute).unwrap();
            stripe.close_dispute(&dispute, won).unwrap();
            town.settle().await;
        }
        town.pay(&checkouts[4], card()).await;
        stripe.fail_next_refund(&shop.account, "expired_or_canceled_card");
        town.refund(&shop, &checkouts[4], "refund-4", None).await;
        stripe.restrict(&shop.account, "identity.individual.documents").unwrap();
        town.settle().await;
        stripe.complete_onboarding(&shop.account).unwrap();
        stripe.deauthorize(&shop.account);
        town.settle().await;
        stripe.authorize_again(&shop.account);
        let indian = town.shop("IN").await;
        for (reference, good) in [("good", true), ("bad", false)] {
            let slow = town.checkout(&indian, reference, "499.00", "INR").await;
            stripe.pay_slowly(&session_of(&slow), PayWith::Upi, good).unwrap();
        }
        // The rest of them expires, and every cashback arrives.
        town.hours(60).await;
        checkouts.push(town.checkout(&shop, "open", "25.00", "SGD").await);
        checkouts.push(town.checkout(&shop, "held", "25.00", "SGD").await);
        town.pay(&checkouts[8], PayWith::Paynow).await;
        assert_eq!(town.dead_letters(), 0);
        Self { town, shop, checkouts }
    }

    /// All checkouts and merchants, as the table has them.
    fn items(&self) -> Vec<Value> {
        let is_meant = |item: &Value| ["C#", "M#"].iter().any(|kind| text(item, "/pk/S").starts_with(kind));
        self.town.items().into_iter().filter(is_meant).collect()
    }

    /// What the API shows of all checkouts.
    async fn views(&self) -> Vec<Value> {
        let mut views = Vec::new();
        for checkout in &self.checkouts {
            views.push(self.town.read(&self.shop, checkout).await);
        }
        views
    }
}

fn is_ours(body: &str) -> bool {
    matches!(parse(body.as_bytes()), Ok(Parsed::Ours(_)))
}

#[tokio::test]
async fn any_event_is_read_or_refused_and_what_is_queued_can_be_read_again() {
    let events = Past::new().await.town.stack.stripe().events();
    let used: BTreeSet<String> =
        events.iter().filter(|event| is_ours(&event.to_string())).map(|event| text(event, "/type")).collect();
    println!("{} events, of use {used:?}", events.len());
    for kind in LISTED_TYPES {
        assert!(used.contains(kind) || kind == "capability.updated", "{kind}");
    }
    assert!(used.iter().any(|kind| kind.starts_with("v2.core.account")), "a thin one");
    let mut rng = Rng::with_seed(5);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for _ in 0..READ {
        let body = mutant(&mut rng, &events);
        let outcome = match parse(body.as_bytes()) {
            Ok(Parsed::Ours(event)) => {
                let queued = serde_json::to_string(&event).unwrap();
                assert!(queued.len() <= body.len() + LONGER_IN_QUEUE, "{queued}");
                assert_eq!(serde_json::from_str::<StripeEvent>(&queued).unwrap(), *event, "{body}");
                "ours"
            }
            Ok(Parsed::NotOurs { .. }) => "not ours",
            Err(error) => {
                assert!(!error.0.is_empty(), "{body}");
                "refused"
            }
        };
        *counts.entry(outcome).or_default() += 1;
    }
    println!("{READ} events: {counts:?}");
    assert!(counts.len() == 3 && counts.values().all(|count| *count > READ / 50), "{counts:?}");
}

/// An event with up to three nodes changed, or a few letters.
fn mutant(rng: &mut Rng, events: &[Value]) -> String {
    let mut event = events[rng.usize(..events.len())].clone();
    for _ in 0..=rng.u8(..3) {
        changed_somewhere(rng, &mut event);
    }
    let body = event.to_string();
    if rng.u8(..4) == 0 { changed(rng, &body) } else { body }
}

#[test]
fn a_body_that_is_only_large_is_read_no_further_than_it_makes_sense() {
    const LARGE: usize = 250_000;
    let strings = ["\0".repeat(LARGE / 6), "😀".repeat(LARGE / 4), "x".repeat(LARGE)];
    for text in strings {
        let event = json!({"id": "evt_1", "type": "charge.succeeded", "created": 1, "data": {"object": {"id": text}}});
        assert_eq!(
            parse(event.to_string().as_bytes()).ok().map(|parsed| matches!(parsed, Parsed::NotOurs { .. })),
            Some(true)
        );
    }
    for (start, inner, end) in [("[", "", "]"), ("{\"a\":", "1", "}")] {
        let times = LARGE / (start.len() + end.len());
        let body = format!("{}{inner}{}", start.repeat(times), end.repeat(times));
        assert_eq!(parse(body.as_bytes()).unwrap_err().0, "body");
    }
    for number in ["9".repeat(LARGE), format!("1e{}", "9".repeat(LARGE)), format!("0.{}", "0".repeat(LARGE))]
    {
        let body = format!(r#"{{"id":"evt_1","type":"x","created":{number}}}"#);
        assert!(parse(body.as_bytes()).is_err());
    }
}

#[tokio::test]
async fn a_refund_is_one_refund_whatever_its_metadata_says_later() {
    let past = Past::new().await;
    let town = &past.town;
    let before = past.views().await;
    let mut counts = BTreeMap::new();
    for mut event in town.events(&["refund.created", "refund.updated", "charge.refund.updated"]) {
        for tag in ["kembali_reference", "kembali_purpose", "kembali_attempt", "kembali_checkout"] {
            if let Some(metadata) = event["data"]["object"]["metadata"].as_object_mut() {
                *counts.entry(tag).or_insert(0) += u32::from(metadata.remove(tag).is_some());
            }
            assert_eq!(town.deliver(&event).await.status, 200);
            assert_eq!(past.views().await, before, "without {tag}: {event}");
        }
    }
    assert_eq!(counts.len(), 4, "{counts:?}");
}

#[tokio::test]
async fn a_body_that_is_signed_and_no_json_is_refused() {
    let town = Town::unswept().await;
    let now = town.now();
    for body in ["".as_bytes(), b" ", b"\xef\xbb\xbf{}", b"{\"id\":\"\xff\"}", b"{}{}", b"[]", b"null", b"\0"]
    {
        for content_type in ["application/json", "application/octet-stream"] {
            let header = format!("t={now},v1={}", sign(CONNECT_SECRET, &now.to_string(), body));
            let headers = [("stripe-signature", header.as_str()), ("content-type", content_type)];
            let answer = town.client.send("POST", "/webhooks/stripe", &headers, body.to_vec()).await.unwrap();
            let told = String::from_utf8_lossy(&answer.body);
            assert_eq!(
                (answer.status, text(&answer.json(), "/field").is_empty()),
                (400, false),
                "{body:?}: {told}"
            );
            assert!(text(&answer.json(), "/type").ends_with("malformed-request"), "{body:?}: {told}");
        }
    }
}

#[tokio::test]
async fn wrong_events_hold_up_nobody_and_move_nothing() {
    storm(7, DELIVERED, |event| !text(event, "/type").contains("refund.")).await;
}

#[tokio::test]
async fn wrong_events_about_refunds_hold_up_nobody_and_move_nothing() {
    storm(8, DELIVERED / 4, |event| text(event, "/type").contains("refund.")).await;
}

/// Delivers `times` changed copies of the events that `is_meant`, each signed as Stripe signs: all of them
/// are over, so none of them is news.
async fn storm(seed: u64, times: u64, is_meant: impl Fn(&Value) -> bool) {
    let past = Past::new().await;
    let town = &past.town;
    let mut events = town.stack.stripe().events();
    events.retain(|event| is_meant(event));
    let (before, moved, views) = (past.items(), town.movements(), past.views().await);
    let mut rng = Rng::with_seed(seed);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut most = 0;
    while counts.values().sum::<u64>() < times {
        let body = mutant(&mut rng, &events);
        if is_news_of_a_refund(town, &body) {
            continue;
        }
        let (now, mark) = (town.now(), town.mark());
        let header = format!("t={now},v1={}", signature(CONNECT_SECRET, now, &body));
        let answer = town.post_webhook(&header, "application/json", &body).await;
        let problem = answer.json();
        let names_a_field =
            text(&problem, "/type").ends_with("malformed-request") && !text(&problem, "/field").is_empty();
        assert!(
            answer.status == 200 || (answer.status == 400 && names_a_field),
            "{} {problem}: {body}",
            answer.status
        );
        let queued = town.stack.sqs().messages("StripeEvents").len();
        town.settle().await;
        let left = town.stack.sqs().messages("StripeEvents").len();
        let outcome = match (answer.status, text(&problem, "/type").is_empty() && problem["used"] == true) {
            (400, _) => "refused",
            (_, false) => "not ours",
            (_, true) if queued == left => "left for later",
            (_, true) => "applied",
        };
        *counts.entry(outcome).or_default() += 1;
        let spent = town.since(mark);
        assert!(spent.0.len() <= MOST_CALLS, "{spent:?}: {body}");
        assert_eq!(spent.changes(), Vec::<String>::new(), "{body}");
        most = spent.0.len().max(most);
    }
    println!("{times} events: {counts:?}; at most {most} calls for one");
    assert_eq!((past.items(), town.movements(), past.views().await), (before, moved, views));
    // Behind all that cannot be applied, what comes after is served in time, and what was promised is kept.
    let late = town.checkout(&past.shop, "late", "25.00", "SGD").await;
    town.pay(&late, PayWith::Paynow).await;
    assert_eq!(town.standing(&past.shop, &late).await, "paid held");
    town.hours(49).await;
    for checkout in [&late, &past.checkouts[8]] {
        assert_eq!(town.standing(&past.shop, checkout).await, "paid credited");
        assert_eq!(town.back(checkout).cashback, [125]);
    }
    assert!(town.stack.sqs().messages("StripeEvents").is_empty(), "given up, and with a person");
    let dead = town.stack.sqs().messages("StripeEventsDlq").len();
    assert_eq!(u64::try_from(dead).unwrap(), counts.get("left for later").copied().unwrap_or_default());
    assert!(town.stack.invocations().iter().all(|invocation| invocation.ok()), "a function fell over");
}

/// Whether an event tells of a refund that Stripe does not know. Nobody but Stripe can say so: it would have
/// to be believed.
fn is_news_of_a_refund(town: &Town, body: &str) -> bool {
    match parse(body.as_bytes()) {
        Ok(Parsed::Ours(event)) => match event.kind {
            Kind::RefundChanged(refund) => town.stack.stripe().object(refund.id.as_str()).is_none(),
            Kind::ChargeSucceeded { .. }
            | Kind::SessionPaid(_)
            | Kind::SessionFailed(_)
            | Kind::SessionExpired(_)
            | Kind::ChargeRefunded { .. }
            | Kind::DisputeChanged { .. }
            | Kind::AccountChanged { .. }
            | Kind::Unreadable { .. } => false,
        },
        Ok(Parsed::NotOurs { .. }) | Err(_) => false,
    }
}
