//! Wallet credit: where it comes from, where it can be spent, who pays for it, and what happens when it is
//! taken back.

use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use local_wire::Fault;
use serde_json::{Value, json};

const PHONE: &str = "+6591234567";

pub(super) fn order(reference: &str, value: &str) -> Value {
    json!({
        "reference": reference, "amount": {"value": value, "currency": "SGD"}, "description": "kopi",
        "channel": "chat", "payer": {"phone": PHONE},
    })
}

/// A checkout whose payer has agreed to spend credit on it.
pub(super) async fn spending(town: &Town, shop: &Shop, order: Value) -> Value {
    let order = town.agreed(shop, "SG", order).await;
    town.create(shop, order).await
}

/// A payer whose cashback of 1.25 of the platform's at a first shop could not be refunded, and a second shop.
/// What the platform has is 100.00.
pub(super) async fn with_credit(town: &Town) -> (Shop, Value, Shop) {
    let first = town.shop("SG").await;
    let second = town.another_shop("SG", "second").await;
    for (id, funding, shop) in [("five", "platform", &first), ("own", "merchant", &second)] {
        let mut rule = five_percent(id, "paynow", funding);
        rule["merchants"] = json!([shop.id]);
        town.campaign("SG", rule).await;
    }
    let checkout = town.create(&first, order("order-1", "25.00")).await;
    town.pay(&checkout, PayWith::Paynow).await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 10_000);
    stripe.keep_available(&first.account, "sgd", 10_000);
    stripe.set_payouts(&second.account, true);
    stripe.fail_next_refund(&first.account, "expired_or_canceled_card");
    town.hours(49).await;
    assert_eq!(town.standing(&first, &checkout).await, "paid credited_to_wallet");
    assert_eq!(town.wallets(), ["SG 125"]);
    (first, checkout, second)
}

/// The transfers since then: the platform's part of that cashback went to the first shop and came back.
pub(super) fn transfers(town: &Town) -> Vec<String> {
    all_transfers(town).split_off(2)
}

/// Every transfer.
pub(super) fn all_transfers(town: &Town) -> Vec<String> {
    town.movements().into_iter().filter(|moved| moved.starts_with("transfer")).collect()
}

#[tokio::test]
async fn credit_is_spent_at_another_shop_and_the_platform_settles_it_once() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    let checkout = spending(&town, &second, order("order-2", "25.00")).await;
    assert_eq!(checkout["wallet"], json!({"value": "1.25", "currency": "SGD"}));
    assert_eq!(checkout["fee"]["value"], "0.23", "the fee is taken of what is charged");
    assert!(text(&checkout, "/offers/1/text").starts_with("SGD 1.18 back"), "5% of 23.75: {checkout}");
    assert!(town.wallets().is_empty(), "it cannot be spent twice");
    town.pay(&checkout, PayWith::Paynow).await;
    assert_eq!(town.standing(&second, &checkout).await, "paid held");
    assert_eq!(transfers(&town), [""; 0], "not yet");
    town.hours(48).await;
    assert_eq!(town.standing(&second, &checkout).await, "paid credited");
    assert_eq!(transfers(&town), ["transfer -125 platform"]);
    // 23.75 charged, 0.23 fee, 1.18 cashback, 1.25 settled.
    assert_eq!(town.stack.stripe().balance(&second.account, "sgd"), 2375 - 23 - 118 + 125);
    town.hours(100).await;
    assert_eq!((transfers(&town).len(), town.dead_letters()), (1, 0));
}

#[tokio::test]
async fn credit_comes_back_when_the_checkout_is_not_paid() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    for (reference, way) in [("order-2", "expired here"), ("order-3", "expired at Stripe")] {
        let checkout = spending(&town, &second, order(reference, "25.00")).await;
        assert!(town.wallets().is_empty());
        if way == "expired here" {
            let path = format!("/v1/checkouts/{}/expire", text(&checkout, "/id"));
            assert_eq!(town.call(&second.key, "POST", &path, None).await.status, 200);
        } else {
            town.hours(25).await;
        }
        assert_eq!(text(&town.read(&second, &checkout).await, "/status"), "expired", "{way}");
        assert_eq!(town.wallets(), ["SG 125"], "{way}");
    }
}

#[tokio::test]
async fn a_refund_gives_the_charge_back_first_and_the_credit_last() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    town.stack.stripe().keep_available(&second.account, "sgd", 10_000);
    let checkout = spending(&town, &second, order("order-2", "25.00")).await;
    town.pay(&checkout, card()).await;
    assert_eq!(town.refund(&second, &checkout, "r1", Some("20.00")).await.status, 201);
    assert_eq!((town.back(&checkout).refunds, town.wallets().len()), (vec![2000], 0));
    assert_eq!(town.refund(&second, &checkout, "r2", Some("4.00")).await.status, 201);
    assert_eq!((town.back(&checkout).total(), town.wallets()), (2375, vec!["SG 25".to_owned()]));
    let too_much = town.refund(&second, &checkout, "r3", Some("1.01")).await;
    assert_eq!((too_much.status, text(&too_much.json(), "/field")), (422, "amount".to_owned()));
    assert_eq!(town.refund(&second, &checkout, "r4", None).await.status, 201);
    assert_eq!((town.back(&checkout).total(), town.wallets()), (2375, vec!["SG 125".to_owned()]));
    let done = town.read(&second, &checkout).await;
    assert_eq!(text(&done, "/status"), "refunded");
    assert_eq!(done["refunds"][2]["to_wallet"]["value"], "1.00", "{done}");
    assert_eq!(town.refund(&second, &checkout, "r4", None).await.status, 200, "the same again");
    town.hours(60).await;
    assert_eq!(transfers(&town), [""; 0], "nothing is owed to the merchant");
}

#[tokio::test]
async fn credit_whose_payment_is_refunded_is_taken_back_and_what_was_spent_becomes_debt() {
    let town = Town::unswept().await;
    let (first, origin, second) = with_credit(&town).await;
    let spent = spending(&town, &second, order("order-2", "25.00")).await;
    town.pay(&spent, card()).await;
    // The merchant gives the first payment back: its cashback was spent long ago.
    assert_eq!(town.refund(&first, &origin, "r1", None).await.status, 201);
    assert_eq!(text(&town.read(&first, &origin).await, "/status"), "refunded");
    // The next cashback of 1.50 pays the 1.25 that is owed; nobody asks the payer for anything.
    let next = town.create(&second, order("order-3", "30.00")).await;
    town.pay(&next, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.standing(&second, &next).await, "paid credited_to_wallet");
    assert_eq!((town.wallets(), town.back(&next).total()), (vec!["SG 25".to_owned()], 0));
    let after = town.create(&second, order("order-4", "30.00")).await;
    town.pay(&after, PayWith::Paynow).await;
    town.hours(48).await;
    assert_eq!(town.standing(&second, &after).await, "paid credited", "nothing is owed any more");
}

#[tokio::test]
async fn credit_expires_and_too_small_a_rest_is_left_to_charge() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    let small = spending(&town, &second, order("order-2", "1.50")).await;
    assert_eq!(small["wallet"]["value"], "1.00", "Stripe charges no less than 0.50");
    let path = format!("/v1/checkouts/{}/expire", text(&small, "/id"));
    assert_eq!(town.call(&second.key, "POST", &path, None).await.status, 200);
    town.hours(24 * 366).await;
    let late = spending(&town, &second, order("order-3", "25.00")).await;
    assert_eq!(late.get("wallet"), None, "it has expired");
}

#[tokio::test]
async fn a_page_that_was_never_made_gives_the_credit_back_and_a_repetition_makes_it() {
    let (town, wire) = Town::on_a_wire().await;
    let (_, _, second) = with_credit(&town).await;
    for lost in [Fault::Refuse, Fault::LoseReply] {
        let body = town.agreed(&second, "SG", order(&format!("order-{lost:?}"), "25.00")).await;
        wire.cut("POST /v1/checkout/sessions", lost, 9);
        let answer = town.call(&second.key, "POST", "/v1/checkouts", Some(body.clone())).await;
        assert_eq!(answer.status, 503, "{}", answer.json());
        assert!(town.wallets().is_empty(), "the credit is reserved");
        wire.mend();
        let again = town.call(&second.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!((again.status, &again.json()["wallet"]["value"]), (200, &json!("1.25")));
        let checkout = again.json();
        assert!(!session_of(&checkout).is_empty());
        let path = format!("/v1/checkouts/{}/expire", text(&checkout, "/id"));
        assert_eq!(town.call(&second.key, "POST", &path, None).await.status, 200);
        assert_eq!(town.wallets(), ["SG 125"]);
    }
    // Nobody repeats this one.
    wire.cut("POST /v1/checkout/sessions", Fault::Refuse, 9);
    let body = town.agreed(&second, "SG", order("order-9", "25.00")).await;
    assert_eq!(town.call(&second.key, "POST", "/v1/checkouts", Some(body)).await.status, 503);
    wire.mend();
    assert!(town.wallets().is_empty());
    town.hours(97).await;
    assert_eq!(town.wallets(), ["SG 125"], "the sweep has found it");
}

#[tokio::test]
async fn a_settlement_that_stripe_refuses_is_asked_for_again_under_another_number() {
    let town = Town::new().await;
    let (_, _, second) = with_credit(&town).await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 0);
    let checkout = spending(&town, &second, order("order-2", "25.00")).await;
    town.pay(&checkout, card()).await;
    town.hours(49).await;
    assert_eq!(transfers(&town), [""; 0]);
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 10_000);
    town.hours(2).await;
    assert_eq!(transfers(&town), ["transfer -125 platform"]);
    assert_eq!(town.dead_letters(), 0);
}

#[tokio::test]
async fn a_merchant_cannot_spend_the_credit_of_whoever_it_knows_the_number_of() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    let agreed = town.agreed(&second, "SG", order("order-2", "25.00")).await;
    let consent = agreed["payer"]["wallet_consent"].clone();
    for (what, reference, value, consent) in [
        ("none of the platform's", "order-2", "25.00", json!("yes")),
        ("for another order", "order-3", "25.00", consent.clone()),
        ("for another price", "order-2", "99.00", consent.clone()),
    ] {
        let mut body = order(reference, value);
        body["payer"]["wallet_consent"] = consent;
        let answer = town.call(&second.key, "POST", "/v1/checkouts", Some(body)).await;
        assert_eq!(
            (answer.status, text(&answer.json(), "/field")),
            (422, "payer.wallet_consent".to_owned()),
            "{what}"
        );
    }
    let third = town.another_shop("SG", "third").await;
    let answer = town.call(&third.key, "POST", "/v1/checkouts", Some(agreed.clone())).await;
    assert_eq!(answer.status, 422, "for another merchant");
    assert_eq!(town.wallets(), ["SG 125"]);
    assert_eq!(town.create(&second, agreed).await["wallet"]["value"], "1.25");
}

#[tokio::test]
async fn an_expiry_that_was_never_heard_of_is_found_when_the_checkout_is_closed() {
    let town = Town::unswept().await;
    let (_, _, second) = with_credit(&town).await;
    let checkout = spending(&town, &second, order("order-2", "25.00")).await;
    town.lose_webhooks();
    town.hours(25).await;
    assert_eq!(
        (text(&town.read(&second, &checkout).await, "/status").as_str(), town.wallets().len()),
        ("open", 0)
    );
    let path = format!("/v1/checkouts/{}/expire", text(&checkout, "/id"));
    assert_eq!(town.call(&second.key, "POST", &path, None).await.status, 200);
    assert_eq!(town.wallets(), ["SG 125"]);
}
