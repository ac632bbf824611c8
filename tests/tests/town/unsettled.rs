//! Shops that Stripe refuses to pay, and shops that owe what nothing can be taken from: told, listed, and
//! looked at ever more rarely.

use kembali_tests::{Document, Shop, Town, card};
use serde_json::{Value, json};

use crate::books::operator;
use crate::dead_letters::Log;
use crate::wallet::{all_transfers, order, spending};

const LIST: &str = "/v1/markets/SG/reviews?state=unsettled";

/// A shop that is to be paid for credit of 1.25, and a platform without money: asked twice, refused twice.
async fn unpaid(town: &Town) -> Shop {
    let shop = town.shop("SG").await;
    let credit = json!({
        "phone": "+6591234567", "reference": "adj-1", "amount": {"value": "1.25", "currency": "SGD"},
        "direction": "credit", "reason": "spilled kopi",
    });
    assert_eq!(town.operate("POST", "/v1/markets/SG/adjustments", Some(credit)).await.status, 201);
    let checkout = spending(town, &shop, order("order-1", "25.00")).await;
    assert_eq!(checkout["wallet"]["value"], "1.25");
    town.pay(&checkout, card()).await;
    fund_platform(town, 0);
    town.hours(49).await;
    assert_eq!((all_transfers(town), asked(town)), (Vec::new(), 2));
    shop
}

fn fund_platform(town: &Town, minor: i64) {
    let stripe = town.stack.stripe();
    stripe.set_payouts(&stripe.platform_account(), true);
    stripe.set_available_balance(&stripe.platform_account(), "sgd", minor);
}

fn asked(town: &Town) -> usize {
    town.since(0).count("stripe", "POST /v1/transfers")
}

/// The one settlement that is listed, as it is described.
async fn listed(town: &Town) -> Value {
    let page = town.operate("GET", LIST, None).await.json();
    let description = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi.yaml"));
    let description = yaml_serde::from_str(&description.expect("a file")).expect("YAML");
    Document(description).check("ReviewPage", &page);
    assert_eq!(page["settlements"].as_array().map(Vec::len), Some(1), "{page}");
    page["settlements"][0].clone()
}

#[tokio::test]
async fn a_shop_that_stripe_refuses_to_pay_is_told_listed_and_asked_for_ever_more_rarely() {
    let (log, _logging) = Log::begin();
    let town = Town::new().await;
    let shop = unpaid(&town).await;
    assert!(log.values("unpaid").is_empty(), "it may be a matter of hours");
    let seen = listed(&town).await;
    assert_eq!(
        (&seen["merchant"], &seen["state"], &seen["amount"]["value"], &seen["refusals"]),
        (&json!(shop.id), &json!("unpaid"), &json!("1.25"), &json!(2))
    );
    let (content, said) = operator(&town, &["reviews", "SG", "--state", "unsettled"]).await;
    assert_eq!(content, Ok(false), "{said}");
    let line = format!("{} unpaid SGD       1.25  Stripe refuses to pay the merchant", shop.id);
    assert!(said.contains(&line), "{said}");
    assert!(said.ends_with("1 settlements of SG wait for a person (unsettled)\n"), "{said}");

    town.hours(48).await;
    let tried = asked(&town);
    assert!((7..=9).contains(&tried), "after 30 minutes, an hour, two, four, eight, then twelve: {tried}");
    let told = log.values("unpaid");
    assert!(told.len() >= 2 && told.iter().all(|minor| *minor == 125), "{told:?}");
    assert_eq!(listed(&town).await["since"], seen["since"], "its age is that of the first refusal");

    fund_platform(&town, 10_000);
    town.hours(13).await;
    assert_eq!((all_transfers(&town), asked(&town)), (vec!["transfer -125 platform".to_owned()], tried + 1));
    let (content, said) = operator(&town, &["reviews", "SG", "--state", "unsettled"]).await;
    assert_eq!((content, said.as_str()), (Ok(true), "0 settlements of SG wait for a person (unsettled)\n"));
    assert_eq!(town.dead_letters(), 0);
}

/// No transfer was ever made to it, so nothing can be reversed, and Stripe is never asked.
#[tokio::test]
async fn a_debt_that_nothing_can_be_taken_from_is_told_all_the_same() {
    let (log, _logging) = Log::begin();
    let town = Town::new().await;
    let shop = unpaid(&town).await;
    let settlement = format!("S#{}", shop.id);
    town.tamper(&settlement, "balance_minor", json!({"N": "-125"})).await;
    town.tamper(&settlement, "owing_since", json!({"S": "2026-11-24T10:00:00Z"})).await;
    let before = asked(&town);
    town.hours(50).await;
    let told = log.values("owed");
    assert!((2..=5).contains(&told.len()) && told.iter().all(|minor| *minor == 125), "{told:?}");
    let seen = listed(&town).await;
    assert_eq!((&seen["state"], &seen["amount"]["value"]), (&json!("owing"), &json!("-1.25")));
    assert_eq!((asked(&town), town.dead_letters()), (before, 0));
}
