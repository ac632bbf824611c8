//! Everybody whom the functions speak to fails, and repeats in the error all that was asked; and messages
//! that die.

use kembali_tests::{card, text};
use serde_json::{Value, json};

use crate::between::How;
use crate::lives::Lived;
use crate::place::Place;

/// What Stripe fails, by what the functions ask.
const STRIPE: [&str; 7] = [
    "POST /v1/checkout/sessions",
    "GET /v1/checkout/sessions",
    "POST /v1/refunds",
    "GET /v1/refunds",
    "GET /v1/charges",
    "GET /v2/core/accounts",
    "POST /v2/core/account_links",
];
/// What AWS fails.
const AWS: [&str; 10] = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "Query",
    "Scan",
    "TransactWriteItems",
    "SendMessage",
    "PutEvents",
    "CreateSchedule",
    "Batch",
];

/// A day's work while one thing after the other fails. How many calls failed.
pub(crate) async fn failures(place: &mut Place, lived: &Lived) -> usize {
    let mut failed = 0;
    for (number, request) in STRIPE.into_iter().enumerate() {
        for how in [How::Refused, How::Broken, How::Nonsense] {
            place.stripe.fail(request, how, 4);
            work(place, lived, &format!("stripe-{number}-{how:?}")).await;
            failed += place.stripe.mend();
        }
    }
    for (number, action) in AWS.into_iter().enumerate() {
        for (how, times) in [(How::Refused, 6), (How::Broken, 2), (How::Nonsense, 3)] {
            place.aws.fail(action, how, times);
            work(place, lived, &format!("aws-{number}-{how:?}")).await;
            failed += place.aws.mend();
        }
    }
    failed
}

/// A merchant and a payer do what they do; nobody asks whether it succeeds.
async fn work(place: &mut Place, lived: &Lived, reference: &str) {
    let order = json!({
        "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "channel": "chat",
        "description": place.garden.words("description"), "payer": {"phone": place.garden.phone()},
    });
    let made = place.ask(&lived.shop.key, "POST", "/v1/checkouts", Some(&order)).await;
    let id = text(&made.json(), "/id");
    let path = format!("/v1/checkouts/{}", text(&lived.held, "/id"));
    place.ask(&lived.shop.key, "GET", &path, None).await;
    let refund = json!({"reference": reference, "amount": {"value": "0.10", "currency": "SGD"}});
    place.ask(&lived.shop.key, "POST", &format!("{path}/refunds"), Some(&refund)).await;
    place.ask(&lived.second.key, "GET", &format!("/v1/merchants/{}", lived.second.id), None).await;
    place.operate("GET", "/v1/markets/SG/rebuild", None).await;
    if place.town.stack.stripe().charge_of(&kembali_tests::session_of(&made.json())).is_none()
        && made.status == 201
    {
        place.pay(&made.json(), card()).await;
    } else if made.status == 201 {
        place.ask(&lived.shop.key, "POST", &format!("/v1/checkouts/{id}/expire"), None).await;
    }
    let account =
        json!({"id": "evt_a", "type": "account.updated", "created": 1, "account": lived.second.account});
    place.deliver(&account.to_string()).await;
    place.settle().await;
}

/// A change that cannot be published, a schedule that cannot be delivered, a message that nobody can serve,
/// and payloads that are none. How many messages are dead.
pub(crate) async fn dead(place: &mut Place, lived: &Lived) -> usize {
    let body = place.garden.words("dead");
    let order = json!({
        "reference": "dead", "amount": {"value": "25.00", "currency": "SGD"}, "channel": "chat", "description": body,
        "payer": {"phone": place.garden.phone()},
    });
    place.aws.fail("PutEvents", How::Refused, 1_000);
    let checkout = place.create(&lived.shop, &order).await;
    place.pay(&checkout, local_stripe::PayWith::Paynow).await;
    place.hours(8).await;
    place.aws.mend();
    // Its schedule finds nobody at the queue, and is given up after a day.
    place.aws.fail("SendMessageBatch", How::Refused, 10_000);
    place.hours(76).await;
    place.aws.mend();
    let unknown = json!({
        "id": "evt_dead", "type": "charge.dispute.created", "created": place.town.now(), "account": lived.shop.account,
        "data": {"object": {"charge": "ch_unknown", "status": "lost"}},
    });
    place.stripe.fail("GET /v1/charges", How::Broken, 10_000);
    place.deliver(&unknown.to_string()).await;
    place.hours(4).await;
    place.stripe.mend();
    payloads(place).await;
    place.town.dead_letters()
}

/// What AWS would never send.
async fn payloads(place: &mut Place) {
    let (phone, card) = (place.garden.phone(), place.garden.card());
    let inner =
        json!({"phone": phone, "card": card, "kind": phone, "checkout": card, "bucket": card}).to_string();
    let message = |body: &str| {
        json!({"Records": [{
            "messageId": "m1", "receiptHandle": "r", "body": body, "attributes": {"SentTimestamp": "1795341600000"},
            "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        }]})
    };
    let image = json!({"pk": {"S": "C#x"}, "sk": {"S": "-"}, "phone": {"S": phone}, "state": {"S": card}});
    let change = json!({"Records": [{
        "eventID": "1", "eventName": "MODIFY", "awsRegion": "us-east-1", "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": {"pk": {"S": "C#x"}}, "NewImage": image, "OldImage": image, "SequenceNumber": "1", "SizeBytes": 1,
            "ApproximateCreationDateTime": 1_795_341_600, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }]});
    let strange: [Value; 4] =
        [message(&inner), message(&phone), change, json!({"bucket": "x", "detail": {"phone": phone}})];
    let functions = place.town.stack.template().functions.clone();
    for function in functions {
        for payload in &strange {
            // Most cannot be read; what is said of that is on record.
            drop(place.town.stack.invoke(&function.binary, payload.to_string().into_bytes()).await);
            place.inputs += 1;
        }
    }
}
