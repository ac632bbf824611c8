//! Credit that a merchant gives back after it was paid for it: the platform takes its transfer back, once,
//! whatever is lost between.

use std::collections::BTreeMap;

use kembali_tests::{Shop, Town, card};
use local_wire::Fault;
use serde_json::{Value, json};

use crate::wallet::{order, spending, transfers, with_credit};

const TAKEN_BACK: [&str; 2] = ["transfer -125 platform", "transfer +125 platform"];

/// What the settlement with `shop` is: `-125 owed, due, asked for`.
fn settlement(town: &Town, shop: &Shop) -> String {
    let item = settlement_item(town, shop);
    let told = ["due_shard", "paying", "refused_since"].into_iter().filter(|name| item.get(name).is_some());
    let owed = item["balance_minor"]["N"].as_str().expect("a number").to_owned();
    std::iter::once(format!("{owed} owed")).chain(told.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

fn settlement_item(town: &Town, shop: &Shop) -> Value {
    let key = format!("S#{}", shop.id);
    town.item(&key).expect("a settlement")
}

/// The message that says that the settlement with `shop` is due.
async fn due(town: &Town, shop: &Shop) {
    let message = json!({"merchant": shop.id}).to_string();
    town.stack.sqs().send("CashbackDue", &message, BTreeMap::new()).expect("the queue exists");
    town.settle().await;
}

/// A shop where credit of 1.25 was spent, which was paid for it, and which then gave all of it back.
async fn given_back(town: &Town) -> Shop {
    let (_, _, second) = with_credit(town).await;
    let checkout = spending(town, &second, order("order-2", "25.00")).await;
    town.pay(&checkout, card()).await;
    town.hours(49).await;
    assert_eq!(transfers(town), TAKEN_BACK[..1]);
    town.stack.stripe().keep_available(&second.account, "sgd", 10_000);
    assert_eq!(town.refund(&second, &checkout, "r1", None).await.status, 201);
    town.stack.advance(60).await.expect("the stack comes to rest");
    assert_eq!(town.wallets(), ["SG 125"], "the payer has the credit again");
    assert_eq!(settlement(town, &second), "-125 owed, due_shard");
    second
}

/// The reversals since then: one took the platform's part of the first shop's cashback back.
fn reversals(town: &Town) -> usize {
    town.since(0).count("stripe", "POST /v1/transfers/{id}/reversals") - 1
}

#[tokio::test]
async fn what_was_paid_for_credit_that_is_given_back_is_taken_back_at_once() {
    let town = Town::new().await;
    let shop = given_back(&town).await;
    let before = town.stack.stripe().available_balance(&shop.account, "sgd");
    town.hours(1).await;
    assert_eq!(transfers(&town), TAKEN_BACK);
    assert_eq!(town.stack.stripe().available_balance(&shop.account, "sgd"), before - 125);
    assert_eq!(settlement(&town, &shop), "0 owed");
    due(&town, &shop).await;
    town.hours(60).await;
    assert_eq!((transfers(&town).len(), reversals(&town), town.dead_letters()), (2, 1, 0));
    town.journal().await;
    let balances = town.books("SG", "balances").await.json();
    for day in 22..=28 {
        let found = town.match_day("SG", &format!("2026-11-{day}")).await;
        assert_eq!(found["differences"], 0, "{day}: {found} {balances}");
    }
}

#[tokio::test]
async fn what_the_match_finds_of_a_reversal_is_its_own_amount() {
    let town = Town::new().await;
    let shop = given_back(&town).await;
    town.hours(1).await;
    town.journal().await;
    let made = settlement_item(&town, &shop)["made"].clone();
    let mut other = made.clone();
    other["L"][0]["L"][2] = json!({"N": "100"});
    town.tamper(&format!("S#{}", shop.id), "made", other).await;
    let mut found = Vec::new();
    for day in 22..=26 {
        let match_ = town.match_day("SG", &format!("2026-11-{day}")).await;
        found.extend(match_["amount_differs"].as_array().expect("a list").clone());
    }
    assert!(!found.is_empty() && found.iter().all(|one| one["kind"] == "settlement"), "{found:?}");
    assert_eq!((&found[0]["here"]["value"], &found[0]["there"]["value"]), (&json!("-0.25"), &json!("0.00")));
}

#[tokio::test]
async fn whatever_is_lost_between_it_is_taken_back_once() {
    for (lost, request) in [
        (Fault::Refuse, "POST /v1/transfers/{id}/reversals"),
        (Fault::LoseReply, "POST /v1/transfers/{id}/reversals"),
        (Fault::LoseReply, "GET /v1/transfers/{id}"),
    ] {
        for hours in [1, 30] {
            let (town, wire) = Town::on_a_wire().await;
            let shop = given_back(&town).await;
            wire.cut(request, lost, 1_000);
            due(&town, &shop).await;
            assert_eq!(settlement(&town, &shop), "-125 owed, due_shard, paying", "{lost:?} {request}");
            // After a day Stripe has forgotten the key.
            town.hours(hours).await;
            wire.mend();
            due(&town, &shop).await;
            due(&town, &shop).await;
            assert_eq!(transfers(&town), TAKEN_BACK, "{lost:?} {request} {hours}");
            assert_eq!(settlement(&town, &shop), "0 owed", "{lost:?} {request} {hours}");
        }
    }
}

#[tokio::test]
async fn a_payment_whose_answers_are_lost_for_days_is_made_once() {
    let (town, wire) = Town::on_a_wire().await;
    let (_, _, shop) = with_credit(&town).await;
    let checkout = spending(&town, &shop, order("order-2", "25.00")).await;
    town.pay(&checkout, card()).await;
    wire.cut("POST /v1/transfers", Fault::LoseReply, 1_000);
    town.hours(49).await;
    for _ in 0..3 {
        // After a day Stripe has forgotten the key.
        town.hours(25).await;
        due(&town, &shop).await;
    }
    wire.mend();
    due(&town, &shop).await;
    assert_eq!(transfers(&town), TAKEN_BACK[..1]);
    assert_eq!(settlement(&town, &shop), "0 owed");
}

#[tokio::test]
async fn a_function_that_ends_between_leaves_it_to_the_next_sweep() {
    // The second write of the settlement is what Stripe's answer is written down with.
    let (town, wire) = Town::on_a_swept_wire().await;
    let shop = given_back(&town).await;
    for lost in [Fault::LoseReply, Fault::Refuse] {
        wire.cut("PutItem", lost, 1);
    }
    town.hours(3).await;
    wire.mend();
    town.hours(3).await;
    assert_eq!(transfers(&town), TAKEN_BACK);
    assert_eq!((settlement(&town, &shop).as_str(), town.dead_letters()), ("0 owed", 0));
}

#[tokio::test]
async fn an_empty_balance_is_asked_again_with_patience_until_it_has_the_money() {
    let town = Town::new().await;
    let shop = given_back(&town).await;
    let stripe = town.stack.stripe();
    stripe.keep_available(&shop.account, "sgd", 100);
    town.hours(30).await;
    assert_eq!(transfers(&town), TAKEN_BACK[..1]);
    let tried = reversals(&town);
    assert!((4..=6).contains(&tried), "every six hours, and not more often: {tried}");
    assert_eq!(settlement(&town, &shop), "-125 owed, due_shard, refused_since");
    stripe.keep_available(&shop.account, "sgd", 10_000);
    town.hours(7).await;
    assert_eq!((transfers(&town), reversals(&town)), (TAKEN_BACK.map(str::to_owned).to_vec(), tried + 1));
    assert_eq!((settlement(&town, &shop).as_str(), town.dead_letters()), ("0 owed", 0));
}

#[tokio::test]
async fn what_a_person_reversed_by_hand_is_not_taken_again() {
    let (town, _wire) = Town::on_a_wire().await;
    let shop = given_back(&town).await;
    let transfer = settlement_item(&town, &shop)["made"]["L"][0]["L"][0]["S"].clone();
    let transfer = transfer.as_str().expect("an id").to_owned();
    reverse_by_hand(&town, &transfer, 25).await;
    due(&town, &shop).await;
    assert_eq!(
        transfers(&town),
        ["transfer -125 platform", "transfer +25 platform", "transfer +100 platform"]
    );
    assert_eq!(settlement(&town, &shop), "0 owed");
}

/// What the operator does in Stripe's dashboard.
async fn reverse_by_hand(town: &Town, transfer: &str, minor: i64) {
    let secret = town.stripe_key("SG");
    let authorization = format!("Bearer {secret}");
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let stripe = kembali_local::client::Client::new(town.stack.stripe_url());
    let path = format!("/v1/transfers/{transfer}/reversals");
    let answer = stripe.send("POST", &path, &headers, format!("amount={minor}")).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.json());
}

#[tokio::test]
async fn credit_that_is_spent_while_the_merchant_owes_is_netted_and_not_sent_back_and_forth() {
    let town = Town::new().await;
    let shop = given_back(&town).await;
    town.stack.stripe().keep_available(&shop.account, "sgd", 0);
    town.hours(1).await;
    let again = spending(&town, &shop, order("order-3", "25.00")).await;
    assert_eq!(again["wallet"]["value"], "1.25");
    town.pay(&again, card()).await;
    town.hours(100).await;
    assert_eq!(transfers(&town), TAKEN_BACK[..1]);
    assert_eq!(settlement(&town, &shop), "0 owed");
}
