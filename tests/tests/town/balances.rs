//! What Stripe refuses: balances that many wait for, and what no waiting mends.

use kembali_tests::{Shop, Town, five_percent};
use local_stripe::PayWith;
use serde_json::{Value, json};

const WAITING: usize = 12;

/// Payments by PayNow of 25.00 and more that earn 5%, made within a minute of each other.
async fn paid(town: &Town, shop: &Shop, payments: usize, payer: bool) -> Vec<Value> {
    let mut checkouts = Vec::new();
    for number in 0..payments {
        let mut order = json!({
            "reference": format!("order-{number}"), "description": "kopi", "channel": "chat",
            "amount": {"value": format!("{}.00", 25 + number), "currency": "SGD"},
        });
        if payer {
            order["payer"] = json!({"phone": format!("+659123{number:04}")});
        }
        let checkout = town.create(shop, order).await;
        town.pay(&checkout, PayWith::Paynow).await;
        checkouts.push(checkout);
    }
    checkouts
}

/// Of many cashbacks that wait for the platform's money, one asks; and when there is some, all are paid.
#[tokio::test]
async fn of_many_that_wait_for_the_platforms_money_one_asks() {
    for (funding, request) in
        [("platform", "POST /v1/transfers"), ("merchant", "POST /v1/application_fees/{id}/refunds")]
    {
        let town = Town::unswept().await;
        let shop = town.shop("SG").await;
        town.campaign("SG", five_percent("five", "paynow", funding)).await;
        let checkouts = paid(&town, &shop, WAITING, false).await;
        let stripe = town.stack.stripe();
        let platform = stripe.platform_account();
        stripe.keep_available(&platform, "sgd", 0);
        let mark = town.mark();
        town.stack.advance(47 * 3600 + 600).await.unwrap();
        assert_eq!(town.standings(&shop, &checkouts).await, ["paid held"; WAITING]);
        let asked = town.since(mark).count("stripe", request);
        assert!((1..=2).contains(&asked), "{asked} asked for it, of {WAITING} in two buckets");
        stripe.keep_available(&platform, "sgd", 100_000);
        town.minutes(50).await;
        assert_eq!(town.standings(&shop, &checkouts).await, ["paid credited"; WAITING]);
        assert_eq!(town.dead_letters(), 0);
    }
}

/// An account that lacks a capability will not have it in an hour: nobody waits for it, and a person hears of
/// it at once.
#[tokio::test]
async fn what_no_waiting_mends_is_asked_once() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    let unknown = paid(&town, &shop, 1, false).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", 10_000);
    stripe.restrict(&shop.account, "identity.individual.documents").unwrap();
    town.settle().await;
    let mark = town.mark();
    town.hours(49).await;
    assert_eq!(town.since(mark).count("stripe", "POST /v1/transfers"), 1);
    assert_eq!(town.standings(&shop, &unknown).await, ["paid failed"]);
    let seen = town.read(&shop, &unknown[0]).await;
    let text = seen["cashback"]["text"].as_str().unwrap();
    assert!(text.contains("Stripe moves no money from the platform to the merchant"), "{text}");
    // Mended by a person, and tried again by a person.
    stripe.complete_onboarding(&shop.account).unwrap();
    town.settle().await;
    let path = format!("/v1/cashbacks/{}/retry", seen["id"].as_str().unwrap());
    let answer = town.operate("POST", &path, Some(json!({"reason": "the account is mended"}))).await;
    assert_eq!(answer.status, 200);
    town.minutes(10).await;
    assert_eq!(town.standings(&shop, &unknown).await, ["paid credited"]);
    assert_eq!(town.back(&unknown[0]).cashback, [125]);
}

/// What the platform has with a merchant whose balance is empty stays owed: it is asked for until it is back,
/// however long that takes, and each time under a key that Stripe has not refused before.
#[tokio::test]
async fn what_is_to_come_back_is_asked_for_until_it_is_back() {
    let town = Town::unswept().await;
    let shop = town.shop("SG").await;
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    let checkouts = paid(&town, &shop, 1, false).await;
    let stripe = town.stack.stripe();
    town.hours(49).await;
    assert_eq!(town.standings(&shop, &checkouts).await, ["paid credited"]);
    stripe.keep_available(&shop.account, "sgd", 10_000);
    // All of it is given back, and the merchant's balance is empty then.
    assert_eq!(town.refund(&shop, &checkouts[0], "r1", None).await.status, 201);
    stripe.keep_available(&shop.account, "sgd", -10_000);
    let transferred = || {
        let moved = town.movements();
        moved.into_iter().filter(|moved| moved.starts_with("transfer")).collect::<Vec<_>>()
    };
    let mark = town.mark();
    town.hours(20 * 24).await;
    assert_eq!((transferred(), town.dead_letters()), (vec!["transfer -125 platform".to_owned()], 0));
    let asked = town.since(mark).0.iter().filter(|call| call.operation.ends_with("/reversals")).count();
    assert!((40..=46).contains(&asked), "twice a day, after growing pauses: {asked}");
    stripe.keep_available(&shop.account, "sgd", 200);
    town.hours(13).await;
    assert_eq!(transferred(), ["transfer -125 platform", "transfer +125 platform"]);
    assert_eq!(stripe.available_balance(&shop.account, "sgd"), 75);
}
