//! Exactly once, though requests to Stripe and their answers are lost.

use std::collections::BTreeMap;

use kembali_tests::{Shop, Town, five_percent, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

async fn paid(town: &Town, funding: &str) -> (Shop, Value) {
    let shop = town.shop("SG").await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    town.campaign("SG", five_percent("five", "paynow", funding)).await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.pay(&checkout, PayWith::Paynow).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid held");
    (shop, checkout)
}

fn transfers(town: &Town) -> usize {
    town.movements().iter().filter(|moved| moved.starts_with("transfer")).count()
}

#[tokio::test]
async fn whatever_is_lost_on_the_way_a_cashback_is_paid_once_and_in_time() {
    for (start, lost) in [
        ("POST /v1/refunds", Fault::Refuse),
        ("POST /v1/refunds", Fault::LoseReply),
        ("POST /v1/transfers", Fault::Refuse),
        ("POST /v1/transfers", Fault::LoseReply),
    ] {
        let (town, wire) = Town::on_a_wire().await;
        let (shop, checkout) = paid(&town, "platform").await;
        town.lose_webhooks();
        wire.cut(start, lost, 2);
        town.hours(48).await;
        // Nobody confirms; the message that is sent again asks Stripe.
        let due = json!({"checkout": checkout["id"]}).to_string();
        town.stack.sqs().send("CashbackDue", &due, BTreeMap::new()).unwrap();
        town.settle().await;
        let done = town.read(&shop, &checkout).await;
        assert_eq!(text(&done, "/cashback/state"), "credited", "{start}{lost:?}");
        assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{done}");
        assert_eq!((town.back(&checkout).cashback, transfers(&town)), (vec![125], 1), "{start}{lost:?}");
    }
}

#[tokio::test]
async fn an_answer_lost_for_more_than_a_day_makes_no_second_refund() {
    let (town, wire) = Town::on_a_wire().await;
    let (shop, checkout) = paid(&town, "platform").await;
    town.lose_webhooks();
    // The refund is made, and from then on nothing is heard of Stripe, until the message is dead.
    wire.cut("POST /v1/refunds", Fault::LoseReply, 1);
    town.stack.advance(47 * 3600 + 301).await.unwrap();
    wire.cut("stripe", Fault::Refuse, usize::MAX);
    town.hours(26).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid paying");
    assert_eq!(town.stack.sqs().messages("CashbackDueDlq").len(), 1);
    wire.mend();
    town.stack.sqs().redrive("CashbackDueDlq");
    town.settle().await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited");
    assert_eq!((town.back(&checkout).cashback, transfers(&town)), (vec![125], 1));
}

#[tokio::test]
async fn a_checkout_whose_session_was_made_and_not_heard_of_is_created_by_repeating() {
    let (town, wire) = Town::on_a_wire().await;
    let shop = town.shop("SG").await;
    let before = town.items();
    let body = json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi", "channel": "chat",
    });
    wire.cut("POST /v1/checkout/sessions", Fault::LoseReply, 1);
    let failed = town.call(&shop.key, "POST", "/v1/checkouts", Some(body.clone())).await;
    assert_eq!(
        (failed.status, text(&failed.json(), "/type")),
        (503, "urn:kembali:problem:unavailable".into())
    );
    assert!(!String::from_utf8_lossy(&failed.body).contains("Stripe"), "nothing internal is told");
    assert_eq!(town.items(), before);
    town.create(&shop, body).await;
    assert_eq!(town.stack.stripe().sessions().len(), 1);
}

#[tokio::test]
async fn a_merchants_refund_whose_answer_is_lost_is_made_once() {
    for (lost, hours) in
        [(Fault::LoseReply, 0), (Fault::LoseReply, 26), (Fault::Refuse, 0), (Fault::Refuse, 26)]
    {
        let (town, wire) = Town::on_a_wire().await;
        let (shop, checkout) = paid(&town, "merchant").await;
        town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
        town.lose_webhooks();
        wire.cut("POST /v1/refunds", lost, 1);
        assert_eq!(town.refund(&shop, &checkout, "r1", Some("5.00")).await.status, 503);
        assert_eq!(town.standing(&shop, &checkout).await, "partly_refunded held", "it may have been made");
        town.hours(hours).await;
        let again = town.refund(&shop, &checkout, "r1", Some("5.00")).await;
        assert_eq!(
            (again.status, text(&again.json(), "/refunds/0/reference")),
            (200, "r1".into()),
            "{lost:?} {hours}"
        );
        assert_eq!(town.back(&checkout).refunds, [500], "{lost:?} {hours}");
    }
}

#[tokio::test]
async fn cashbacks_that_were_queued_in_part_are_paid_once_and_in_time() {
    let (town, wire) = Town::on_a_wire().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let mut checkouts = Vec::new();
    for reference in ["order-1", "order-2", "order-3", "order-4"] {
        let checkout = town.checkout(&shop, reference, "25.00", "SGD").await;
        town.pay(&checkout, PayWith::Paynow).await;
        checkouts.push(checkout);
    }
    let shard = |checkout| text(&town.checkout_item(checkout), "/due_shard/S");
    let shards: Vec<String> = checkouts.iter().map(shard).collect();
    assert_eq!(shards, ["due#0", "due#0", "due#0", "due#6"], "a batch of three, and one of one");
    let mark = town.mark();
    wire.cut("SendMessageBatch", Fault::Partly, 1);
    town.hours(48).await;
    assert_eq!(town.since(mark).count("sqs", "SendMessageBatch"), 3, "the first one came again");
    for checkout in &checkouts {
        let done = town.read(&shop, checkout).await;
        assert_eq!(text(&done, "/cashback/state"), "credited", "{done}");
        assert!(text(&done, "/cashback/credited_at") <= text(&done, "/cashback/promised_by"), "{done}");
        assert_eq!(town.back(checkout).cashback, [125]);
    }
}

#[tokio::test]
async fn an_account_whose_creation_was_not_heard_of_is_the_merchants_only_one() {
    let (town, wire) = Town::on_a_wire().await;
    town.open_market("IN").await;
    let applicant = town.applicant("IN", "baker-13").await;
    let path = format!("/v1/merchants/{}/onboarding-link", applicant.id);
    for start in [
        "POST /v2/core/accounts",
        "POST /v1/accounts/{id}/capabilities/{name}",
        "POST /v2/core/account_links",
    ] {
        wire.cut(start, Fault::LoseReply, 1);
        assert_eq!(town.call(&applicant.key, "POST", &path, None).await.status, 503, "{start}");
        town.settle().await;
    }
    town.enable(applicant).await;
    assert_eq!(town.stack.stripe().accounts().len(), 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_looked_up_is_applied_later() {
    let (town, wire) = Town::on_a_wire().await;
    let shop = town.shop("SG").await;
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    town.lose_webhooks();
    town.pay(&checkout, PayWith::Paynow).await;
    wire.cut("GET /v1/checkout/sessions/{id}", Fault::LoseReply, 2);
    let completed = town.events(&["checkout.session.completed"]);
    assert_eq!(town.deliver(&completed[0]).await.status, 200);
    assert_eq!(text(&town.read(&shop, &checkout).await, "/status"), "open");
    town.minutes(5).await;
    assert_eq!((town.standing(&shop, &checkout).await, town.dead_letters()), ("paid none".into(), 0));
}
