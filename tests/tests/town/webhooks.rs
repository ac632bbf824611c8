//! What Stripe tells, and who else would like to be believed.

use kembali_local::Options;
use kembali_tests::{CONNECT_SECRET, DAWN, Shop, Town, card, five_percent, session_of, signature, text};
use local_stripe::{Endpoint, EventOrder, PayWith, Scope};
use local_wire::Clock;
use serde_json::{Value, json};

async fn open_checkout(town: &Town) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.settle().await;
    (shop, checkout)
}

/// A charge that claims to have paid `checkout`.
fn charge(checkout: &str) -> Value {
    json!({
        "id": "ch_forged", "object": "charge", "amount": 2500, "amount_refunded": 0, "currency": "sgd", "created": DAWN,
        "payment_intent": "pi_forged", "metadata": {"kembali_checkout": checkout},
        "payment_method_details": {"type": "card", "card": {"fingerprint": "Fp1"}},
    })
}

#[tokio::test]
async fn a_signature_that_is_missing_malformed_stale_or_wrong_is_refused_and_nothing_is_queued() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let body = town.forged("charge.succeeded", &shop.account, charge(&text(&checkout, "/id"))).to_string();
    let (before, mark, now) = (town.items(), town.mark(), town.now());
    let good = signature(CONNECT_SECRET, now, &body);
    let stale = now - 301;
    let headers = [
        String::new(),
        "nonsense".to_owned(),
        format!("v1={good}"),
        format!("t={now}"),
        format!("t=now,v1={good}"),
        format!("t={now},v0={good}"),
        format!("t={now},v1={}", &good[..62]),
        format!("t={now},v1={}", signature("whsec_guess", now, &body)),
        format!("t={now},v1={}", signature("", now, &body)),
        format!("t={now},v1={}", signature(CONNECT_SECRET, now, &format!("{body} "))),
        format!("t={},v1={good}", now + 1),
        format!("t={stale},v1={}", signature(CONNECT_SECRET, stale, &body)),
    ];
    for header in headers {
        let answer = town.post_webhook(&header, "application/json", &body).await;
        assert_eq!(
            (answer.status, text(&answer.json(), "/field")),
            (400, "Stripe-Signature".into()),
            "{header}"
        );
        assert!(!String::from_utf8_lossy(&answer.body).contains("whsec"), "{header}");
    }
    let unsigned = town.client.send("POST", "/webhooks/stripe", &[], body.clone()).await.unwrap();
    assert_eq!(unsigned.status, 400);
    town.settle().await;
    assert!(town.since(mark).0.is_empty(), "{:?}", town.since(mark));
    assert_eq!(town.items(), before);
    let just_in_time = now - 300;
    let header = format!("t={just_in_time},v1={}", signature(CONNECT_SECRET, just_in_time, &body));
    assert_eq!(town.post_webhook(&header, "application/json", &body).await.status, 200);
}

#[tokio::test]
async fn a_secret_can_be_rolled_without_losing_an_event() {
    let mut options = Options::new(Clock::fixed(DAWN));
    options.secrets.connect_webhook = "whsec_old,whsec_new".to_owned();
    let town = Town::with(options).await;
    let url = format!("{}/webhooks/stripe", town.stack.gateway_url());
    let sign_with = |secret: &str| {
        let endpoint = |secret: &str, scope| Endpoint { url: url.clone(), secret: secret.to_owned(), scope };
        let endpoints = vec![endpoint(secret, Scope::Connect), endpoint("whsec_local_thin", Scope::Thin)];
        town.stack.stripe().set_endpoints(endpoints);
    };
    sign_with("whsec_old");
    let (shop, checkout) = open_checkout(&town).await;
    sign_with("whsec_new");
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid none");
    // While Stripe signs with both, either will do.
    let (body, now) = (json!({"id": "evt_1", "type": "x", "created": 1}).to_string(), town.now());
    let header = format!("t={now},v1={},v1={}", "0".repeat(64), signature("whsec_old", now, &body));
    assert_eq!(town.post_webhook(&header, "application/json", &body).await.status, 200);
}

#[tokio::test]
async fn a_body_that_arrives_in_base64_is_verified_as_it_was_signed() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    let event = town.events(&["charge.succeeded"])[0].to_string();
    let (body, now) = (format!("{event}\n"), town.now());
    let header = format!("t={now},v1={}", signature(CONNECT_SECRET, now, &body));
    assert_eq!(town.post_webhook(&header, "application/octet-stream", &body).await.status, 200);
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
}

#[tokio::test]
async fn what_is_not_ours_is_thanked_for_and_not_queued() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let (before, mark) = (town.items(), town.mark());
    let mut live = town.forged("charge.succeeded", &shop.account, charge(&text(&checkout, "/id")));
    live["livemode"] = json!(true);
    let mut foreign = charge("x");
    foreign["metadata"] = json!({});
    for event in [
        live,
        town.forged("invoice.paid", &shop.account, json!({})),
        town.forged("something.new", &shop.account, json!({"deep": [1, {"a": null}]})),
        town.forged("charge.succeeded", &shop.account, foreign),
        town.forged("charge.succeeded", &shop.account, charge("not-a-checkout")),
        // Thin, and about something that has no id: there is one in an account.
        json!({
            "id": "evt_forged", "object": "v2.core.event", "type": "v1.balance.available", "livemode": false,
            "created": "2026-11-22T10:00:00.000Z", "related_object": {"type": "balance", "url": "/v1/balance"},
        }),
    ] {
        assert_eq!(town.deliver(&event).await.status, 200, "{event}");
    }
    assert!(town.since(mark).0.is_empty(), "{:?}", town.since(mark));
    assert_eq!(town.items(), before);
}

/// Whoever has a key of the account can take our name off a page and off its payment. What it was made for
/// stays.
#[tokio::test]
async fn a_page_that_lost_our_name_is_known_by_its_reference() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let other = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    let events = town.events(&["charge.succeeded", "checkout.session.completed"]);
    assert_eq!(events.len(), 2);
    // Nobody's name, and then that of another checkout.
    for name in [json!({}), json!({"kembali_checkout": other["id"]})] {
        for mut event in events.clone() {
            event["data"]["object"]["metadata"] = name.clone();
            let is_page = text(&event, "/type").starts_with("checkout");
            if name == json!({}) || is_page {
                assert_eq!(town.deliver(&event).await.status, 200);
            }
        }
        town.settle().await;
        assert_eq!((town.standing(&shop, &checkout).await.as_str(), town.dead_letters()), ("paid held", 0));
        assert_eq!(town.standing(&shop, &other).await, "open ");
    }
    // A page of the merchant's own, made for something that we know nothing of.
    let mut own = events[1].clone();
    own["data"]["object"]["metadata"] = json!({});
    own["data"]["object"]["client_reference_id"] = json!("table-7");
    assert_eq!(town.deliver(&own).await.status, 200);
    town.settle().await;
    assert_eq!((town.dead_letters(), town.stack.sqs().messages("StripeEvents").len()), (0, 0));
    // One that expires unpaid gives back what it held; not one of the merchant's own with the same reference.
    for (session, standing) in [("cs_own", "open "), (session_of(&other).as_str(), "expired ")] {
        let session = json!({
            "id": session, "object": "checkout.session", "payment_status": "unpaid", "metadata": {},
            "client_reference_id": "order-2",
        });
        town.deliver(&town.forged("checkout.session.expired", &shop.account, session)).await;
        town.settle().await;
        assert_eq!(town.standing(&shop, &other).await, standing);
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_asked_of_stripe_again() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    assert_eq!(town.standing(&shop, &checkout).await, "open ");
    // It comes without what is needed; what Stripe tells when it is asked can be read.
    let mut event = town.events(&["checkout.session.completed"])[0].clone();
    event["data"]["object"]["payment_status"] = json!(["paid"]);
    assert_eq!(town.deliver(&event).await.status, 200);
    town.settle().await;
    assert_eq!((town.standing(&shop, &checkout).await.as_str(), town.dead_letters()), ("paid held", 0));
}

#[tokio::test]
async fn an_event_for_an_unknown_checkout_waits_and_ends_where_a_person_sees_it() {
    let town = Town::unswept().await;
    let (shop, _) = open_checkout(&town).await;
    let before = town.items();
    let unknown = "chk_aaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(
        town.deliver(&town.forged("charge.succeeded", &shop.account, charge(unknown))).await.status,
        200
    );
    assert_eq!(town.stack.sqs().messages("StripeEvents").len(), 1, "kept, since it may be early");
    town.hours(3).await;
    let dead = town.stack.sqs().messages("StripeEventsDlq");
    assert_eq!((dead.len(), town.stack.sqs().messages("StripeEvents").len()), (1, 0));
    assert!(dead[0].body.contains(unknown));
    assert_eq!(town.items(), before);
    // Only the expiry of a page that nobody was shown is no loss.
    let session =
        json!({"id": "cs_1", "payment_status": "unpaid", "metadata": {"kembali_checkout": unknown}});
    town.deliver(&town.forged("checkout.session.expired", &shop.account, session)).await;
    assert!(town.stack.sqs().messages("StripeEvents").is_empty());
}

#[tokio::test]
async fn an_event_of_another_account_does_not_touch_our_checkout() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let other = town.another_shop("SG", "other").await;
    let before = town.items();
    let id = text(&checkout, "/id");
    let session =
        json!({"id": session_of(&checkout), "payment_status": "paid", "metadata": {"kembali_checkout": id}});
    let refund = json!({
        "id": "re_1", "amount": 2500, "currency": "sgd", "status": "succeeded", "charge": "ch_1",
        "metadata": {"kembali_checkout": id, "kembali_purpose": "refund", "kembali_reference": "r1"},
    });
    for (kind, object) in [
        ("charge.succeeded", charge(&id)),
        ("checkout.session.completed", session.clone()),
        ("checkout.session.expired", session),
        ("refund.created", refund),
    ] {
        assert_eq!(town.deliver(&town.forged(kind, &other.account, object.clone())).await.status, 200);
        let mut of_platform = town.forged(kind, "", object);
        of_platform.as_object_mut().unwrap().remove("account");
        assert_eq!(town.deliver(&of_platform).await.status, 200);
    }
    assert_eq!((town.items(), town.dead_letters()), (before, 0));
    town.pay(&checkout, PayWith::Paynow).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
}

#[tokio::test]
async fn a_charge_that_is_not_the_one_of_our_page_pays_nothing() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    let before = town.items();
    town.deliver(&town.forged("charge.succeeded", &shop.account, charge(&text(&checkout, "/id")))).await;
    town.hours(3).await;
    assert_eq!((town.items(), town.dead_letters()), (before, 0));
}

#[tokio::test]
async fn duplicates_and_latecomers_change_nothing() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.refund(&shop, &checkout, "r1", Some("5.00")).await;
    town.hours(49).await;
    let (before, moved) = (town.items(), town.movements());
    let mark = town.mark();
    let events = town.stack.stripe().events();
    for event in events.iter().rev() {
        assert_eq!(town.deliver(event).await.status, 200);
    }
    assert_eq!((town.items(), town.movements(), town.dead_letters()), (before, moved, 0));
    assert_eq!(town.since(mark).changes(), Vec::<String>::new(), "not even an attempt to write");
}

/// The checkout with everything taken out that Stripe names as it likes.
fn shape(mut view: Value) -> Value {
    for pointer in ["/payment/charge", "/payment/payment_intent", "/cashback/refund"] {
        if let Some(name) = view.pointer_mut(pointer) {
            *name = Value::Null;
        }
    }
    view
}

#[tokio::test]
async fn the_order_of_events_does_not_matter() {
    let mut ends = Vec::new();
    for order in [EventOrder::AsStripe, EventOrder::CompletedFirst] {
        let town = Town::unswept().await;
        town.stack.stripe().set_event_order(order);
        let (shop, checkout) = open_checkout(&town).await;
        town.pay(&checkout, PayWith::Paynow).await;
        let version = town.version(&checkout);
        town.hours(49).await;
        ends.push((version, shape(town.read(&shop, &checkout).await), town.version(&checkout)));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!(text(&ends[0].1, "/cashback/state"), "credited");

    // All at once and backwards: what is early waits until what it needs has come.
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    let known = town.stack.stripe().events().len();
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    town.stack.stripe().refund_from_dashboard(&town.charge(&checkout), 500).unwrap();
    for event in town.stack.stripe().events().split_off(known).iter().rev() {
        assert_eq!(town.deliver(event).await.status, 200);
    }
    town.minutes(10).await;
    assert_eq!(
        (town.standing(&shop, &checkout).await, town.dead_letters()),
        ("partly_refunded held".into(), 0)
    );
}

#[tokio::test]
async fn payments_that_take_a_while_end_either_way() {
    for (country, currency, with) in [("IN", "INR", PayWith::Upi), ("BR", "BRL", PayWith::Pix)] {
        let town = Town::unswept().await;
        let shop = town.shop(country).await;
        let good = town.checkout(&shop, "good", "499.00", currency).await;
        let bad = town.checkout(&shop, "bad", "499.00", currency).await;
        town.stack.stripe().pay_slowly(&session_of(&good), with.clone(), true).unwrap();
        town.stack.stripe().pay_slowly(&session_of(&bad), with, false).unwrap();
        town.settle().await;
        for checkout in [&good, &bad] {
            assert_eq!(text(&town.read(&shop, checkout).await, "/status"), "open", "not paid yet");
        }
        town.minutes(11).await;
        assert_eq!(town.standing(&shop, &good).await, "paid none");
        assert_eq!(town.standing(&shop, &bad).await, "failed ");
        let order = json!({
            "reference": "bad", "amount": {"value": "499.00", "currency": currency}, "description": "kopi",
            "channel": "chat",
        });
        let again = town.call(&shop.key, "POST", "/v1/checkouts", Some(order)).await.json();
        assert_eq!((&again["id"], text(&again, "/status")), (&bad["id"], "failed".to_owned()));
        let next = "This order number is used up. Ask for the payment again under a new reference.";
        assert_eq!(text(&again, "/next"), next);
    }
}

#[tokio::test]
async fn an_unpaid_checkout_expires_after_a_day_and_a_declined_card_leaves_it_open() {
    let town = Town::unswept().await;
    let (shop, checkout) = open_checkout(&town).await;
    town.pay(&checkout, PayWith::Decline).await;
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    town.stack.advance(24 * 3600 - 1).await.unwrap();
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    town.stack.advance(1).await.unwrap();
    let expired = town.read(&shop, &checkout).await;
    assert_eq!((text(&expired, "/status"), expired.get("url")), ("expired".into(), None));
}
