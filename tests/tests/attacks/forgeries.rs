//! Events that did not happen, or that happened once, and metadata that somebody else wrote.

use kembali_local::client::Client;
use kembali_tests::{CONNECT_SECRET, Shop, Town, card, session_of, signature, text};
use local_stripe::PayWith::Paynow;
use serde_json::{Value, json};

use crate::gain::{Coalition, Row, row};
use crate::street::{MEI, Street, five};

/// Every event that Stripe sent, posted again with the body and the signature it had, and once more signed
/// anew.
pub(crate) async fn replayed() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    street.buy(MEI, "order-1", "25.00", Paynow).await;
    let (town, then) = (&street.town, street.town.now());
    let events = town.stack.stripe().events();
    street.wait().await;
    for event in &events {
        let body = event.to_string();
        let header = format!("t={then},v1={}", signature(CONNECT_SECRET, then, &body));
        let answer = town.post_webhook(&header, "application/json", &body).await;
        assert_eq!(answer.status, 400, "days later the signature is worth nothing");
        assert_eq!(town.deliver(event).await.status, 200);
    }
    street.wait().await;
    row(town, "captured webhooks posted again", &Coalition::Payers, (2500, 125))
}

/// Another merchant's account says that a checkout of the first was paid.
pub(crate) async fn event_of_another_account() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let other = street.town.another_shop("SG", "other").await;
    let open = street.open(MEI, "order-1", "25.00").await;
    pay_at_stripe(&street.town, &other, &open, 2500).await;
    street.wait().await;
    assert_ne!(text(&street.town.read(&street.shop, &open).await, "/status"), "paid");
    // They paid each other at Stripe, without the platform.
    row(&street.town, "paid on another account, naming our checkout", &Coalition::With(vec![other]), (0, 0))
}

/// The merchant has its own page at Stripe, whose charge carries the name of an open checkout of its own and
/// its amount: a payment that the platform has no fee of.
pub(crate) async fn own_page_naming_our_checkout() -> Row {
    let rule = five(&json!({"funding": "platform"}));
    let street = Street::new([rule]).await;
    let open = street.open(MEI, "order-1", "25.00").await;
    pay_at_stripe(&street.town, &street.shop, &open, 2500).await;
    street.town.hours(60).await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "a charge of the merchant's own naming its checkout", &both, (0, 0))
}

/// The same for a smaller sum than the checkout's.
pub(crate) async fn own_page_of_a_cent() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let open = street.open(MEI, "order-1", "25.00").await;
    pay_at_stripe(&street.town, &street.shop, &open, 50).await;
    street.town.hours(60).await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "the same for less than the checkout asks", &both, (0, 0))
}

/// The same where the platform has no fee that could be missing: one hundredth of less than 1.00 is none.
pub(crate) async fn own_page_where_there_is_no_fee() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let open = street.open(MEI, "order-1", "0.99").await;
    pay_at_stripe(&street.town, &street.shop, &open, 99).await;
    street.town.hours(60).await;
    assert_eq!(street.town.standing(&street.shop, &open).await, "expired ");
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "a charge of the merchant's own where no fee is due", &both, (0, 0))
}

/// And the card is only authorized, and let go of once the platform has heard of it.
pub(crate) async fn own_page_that_captures_nothing() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let open = street.open(MEI, "order-1", "0.99").await;
    let manual = "&payment_intent_data[capture_method]=manual";
    let session = pay_on_own_page(&street.town, &street.shop, &open, 99, manual).await;
    let stripe = street.town.stack.stripe();
    let charge = stripe.charge_of(&session).and_then(|charge| stripe.object(&charge)).expect("it is there");
    assert_eq!((&charge["status"], &charge["captured"]), (&json!("succeeded"), &json!(false)));
    let path = format!("/v1/payment_intents/{}/cancel", text(&charge, "/payment_intent"));
    ask_stripe(&street.town, &street.shop, &path, String::new()).await;
    street.town.hours(60).await;
    assert_eq!(street.town.standing(&street.shop, &open).await, "expired ");
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "a card that is authorized and never charged", &both, (0, 0))
}

/// The merchant refunds with a key of its own account and writes on it that it is our cashback.
pub(crate) async fn refund_marked_as_cashback() -> Row {
    // The 1.00 that is left earns 0.05 between the two.
    marked(1, 2400, "a refund that says it is our cashback").await
}

/// The same of an attempt that never was.
pub(crate) async fn refund_marked_as_an_earlier_cashback() -> Row {
    marked(0, 2375, "a refund that says it is an earlier attempt of it").await
}

async fn marked(attempt: u32, minor: i64, name: &'static str) -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    mark(&street.town, &street.shop, &checkout, attempt, minor).await;
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, name, &both, (0, 0))
}

/// The payer has the cashback, and the merchant gives the rest back in parts that say that they are that
/// cashback.
pub(crate) async fn refunds_marked_as_the_cashback_that_was_paid() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    street.wait().await;
    for _ in 0..19 {
        mark(&street.town, &street.shop, &checkout, 1, 125).await;
    }
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "nineteen refunds that say that they are the cashback", &both, (0, 0))
}

/// The merchant takes our name off the charge, so that nothing leads from its refund to the checkout, and
/// gives all but the cashback back.
pub(crate) async fn refund_of_a_charge_without_our_name() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    let charge = street.town.charge(&checkout);
    street.town.stack.stripe().erase_metadata(&charge).expect("the charge exists");
    street.town.stack.stripe().refund_from_dashboard(&charge, 2375).expect("it can be refunded");
    street.town.settle().await;
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "a refund of a charge without our name on it", &both, (0, 0))
}

async fn mark(town: &Town, shop: &Shop, checkout: &Value, attempt: u32, minor: i64) {
    let form = format!(
        "charge={}&amount={minor}&metadata[kembali_checkout]={}&metadata[kembali_purpose]=cashback\
        &metadata[kembali_attempt]={attempt}",
        town.charge(checkout),
        text(checkout, "/id")
    );
    ask_stripe(town, shop, "/v1/refunds", form).await;
    town.settle().await;
}

/// Somebody pays on a page that the merchant made at Stripe by itself, with our metadata.
async fn pay_at_stripe(town: &Town, shop: &Shop, checkout: &Value, minor: i64) {
    pay_on_own_page(town, shop, checkout, minor, "").await;
}

/// The same on a page with `more`, and gives the page.
async fn pay_on_own_page(town: &Town, shop: &Shop, checkout: &Value, minor: i64, more: &str) -> String {
    let tag = format!("[metadata][kembali_checkout]={}", text(checkout, "/id"));
    let form = format!(
        "mode=payment&success_url=https%3A%2F%2Fa.example&line_items[0][quantity]=1\
        &line_items[0][price_data][currency]=sgd&line_items[0][price_data][unit_amount]={minor}\
        &line_items[0][price_data][product_data][name]=x&payment_intent_data{tag}&metadata[kembali_checkout]={}{more}",
        text(checkout, "/id")
    );
    let session = ask_stripe(town, shop, "/v1/checkout/sessions", form).await;
    let session = text(&session, "/id");
    assert_ne!(session, session_of(checkout));
    town.stack.stripe().pay(&session, card()).expect("the payer can pay");
    town.settle().await;
    session
}

async fn ask_stripe(town: &Town, shop: &Shop, path: &str, form: String) -> Value {
    let secret = town.stripe_key("SG");
    let authorization = format!("Bearer {secret}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("stripe-account", shop.account.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = Client::new(town.stack.stripe_url()).send("POST", path, &headers, form).await;
    let answer = answer.expect("Stripe answers");
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}
