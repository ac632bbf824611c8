//! What the world hears, and what it must not.

use kembali_tests::{Town, five_percent, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

const PHONE: &str = "+6591234567";

async fn create(town: &Town, shop: &kembali_tests::Shop, reference: &str) -> Value {
    let body = json!({
        "reference": reference, "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": PHONE},
    });
    town.create(shop, body).await
}

#[tokio::test]
async fn one_life_is_told_in_order_and_once() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let checkout = create(&town, &shop, "order-1").await;
    town.pay(&checkout, PayWith::Paynow).await;
    town.hours(48).await;
    town.stack.stripe().restrict(&shop.account, "identity.documents").expect("the account exists");
    town.settle().await;
    assert_eq!(
        town.happened(),
        [
            "merchant.invited",
            "merchant.onboarding",
            "merchant.enabled",
            "checkout.open",
            "checkout.paid",
            "cashback.held",
            "cashback.paying",
            "cashback.credited",
            "merchant.restricted"
        ]
    );
    let events = town.stack.eventbridge().events();
    let mut ids: Vec<String> = events.iter().map(|event| text(&event.detail, "/id")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), events.len(), "each has an id of its own");
    assert!(events.iter().all(|event| event.detail["version"] == json!(1) && event.source == "kembali"));
    let credited = events.iter().find(|event| event.detail_type == "cashback.credited").unwrap();
    let mut read = town.read(&shop, &checkout).await;
    let words = read.as_object_mut().unwrap().remove("description");
    assert!(words.is_some(), "what the merchant wrote goes no further");
    assert_eq!(credited.detail["checkout"], read);
}

#[tokio::test]
async fn what_goes_wrong_is_told_as_well() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    let known = town.happened().len();
    let refunded = create(&town, &shop, "order-1").await;
    town.pay(&refunded, PayWith::Paynow).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
    town.refund(&shop, &refunded, "r1", Some("5.00")).await;
    town.refund(&shop, &refunded, "r2", None).await;
    let unlucky = create(&town, &shop, "order-2").await;
    town.pay(&unlucky, PayWith::Paynow).await;
    town.stack.stripe().fail_next_refund(&shop.account, "declined");
    town.hours(48).await;
    assert_eq!(
        town.happened().split_off(known),
        [
            "checkout.open",
            "checkout.paid",
            "cashback.held",
            "checkout.partly_refunded",
            "cashback.reduced",
            "checkout.refunded",
            "cashback.reversed",
            "checkout.open",
            "checkout.paid",
            "cashback.held",
            "cashback.paying",
            "cashback.credited_to_wallet"
        ]
    );
}

/// Every text that left the functions or was kept by them.
fn everything_kept_or_told(town: &Town) -> String {
    let mut all = String::new();
    for item in town.items() {
        all.push_str(&item.to_string());
    }
    for event in town.stack.eventbridge().events() {
        all.push_str(&event.detail.to_string());
    }
    for queue in ["StripeEvents", "StripeEventsDlq", "CashbackDue", "CashbackDueDlq", "UndeliveredDlq"] {
        for message in town.stack.sqs().messages(queue) {
            all.push_str(&message.body);
        }
    }
    for call in town.since(0).0 {
        all.push_str(&call.subject);
    }
    for schedule in town.stack.scheduler().schedules() {
        all.push_str(&schedule.name);
    }
    for invocation in town.stack.invocations() {
        all.push_str(&invocation.error.unwrap_or_default());
    }
    all
}

#[tokio::test]
async fn no_phone_number_key_or_secret_is_kept_or_told() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "card", "platform")).await;
    let checkout = create(&town, &shop, "order-1").await;
    town.pay(&checkout, PayWith::Card { number: "4000000000005126".to_owned() }).await;
    let charge = json!({
        "id": "ch_9", "amount": 2500, "amount_refunded": 0, "currency": "sgd", "created": town.now(),
        "payment_intent": "pi_9", "metadata": {"kembali_checkout": "chk_aaaaaaaaaaaaaaaaaaaaaaaa"},
        "billing_details": {"phone": PHONE, "name": "Mei Tan", "email": "mei@example.com"},
        "payment_method_details": {"type": "card", "card": {"fingerprint": "Fp1", "last4": "4242"}},
    });
    town.deliver(&town.forged("charge.succeeded", &shop.account, charge)).await;
    town.hours(49).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid credited_to_wallet");
    assert_eq!(town.stack.sqs().messages("StripeEventsDlq").len(), 1);
    let all = everything_kept_or_told(&town);
    assert!(all.contains("pyr_") && all.contains(&text(&checkout, "/id")), "this looks where things are");
    let secret = shop.key.rsplit('_').next().unwrap_or_default();
    for word in [
        "91234567",
        "Mei",
        "mei@",
        "4242",
        "5126",
        secret,
        "kmb_",
        "whsec_",
        "sk_test",
        "local-payer-hash-key",
        "local-operator-key",
        "Bearer",
    ] {
        assert!(!all.contains(word), "{word} is kept or told");
    }
    let answers = town.read(&shop, &checkout).await.to_string();
    assert!(!answers.contains("91234567") && !answers.contains("pyr_"), "not even the payer's hash is shown");
}
