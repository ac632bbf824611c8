//! Rewards for a payment of a certain number, had without the other payments.

use local_stripe::PayWith::Paynow;
use serde_json::json;

use crate::gain::{Coalition, Row, row};
use crate::street::{MEI, Street, five};

fn every_third() -> serde_json::Value {
    five(&json!({"occasion": {"kind": "every_nth", "n": 3}}))
}

/// Two pages that nobody pays make the next payment the third. One purchase earns nothing where every third
/// does.
pub(crate) async fn abandoned_pages_make_a_third() -> Row {
    let street = Street::new([every_third()]).await;
    street.open(MEI, "order-1", "25.00").await;
    street.open(MEI, "order-2", "25.00").await;
    street.buy(MEI, "order-3", "25.00", Paynow).await;
    street.wait().await;
    row(&street.town, "every third: two pages opened and left", &Coalition::Payers, (2500, 0))
}

/// Two payments that are given back at once make the next one the third.
pub(crate) async fn refunded_payments_make_a_third() -> Row {
    let street = Street::new([every_third()]).await;
    for number in 1..=2 {
        let checkout = street.buy(MEI, &format!("order-{number}"), "100.00", Paynow).await;
        street.give_back(&checkout, "r1", None).await;
    }
    street.buy(MEI, "order-3", "25.00", Paynow).await;
    street.wait().await;
    row(&street.town, "every third: two payments given back", &Coalition::Payers, (2500, 0))
}

/// Pages that are all opened when the next payment is the third, and all paid.
pub(crate) async fn many_pages_are_all_the_third() -> Row {
    let street = Street::new([every_third()]).await;
    for number in 1..=2 {
        street.buy(MEI, &format!("order-{number}"), "25.00", Paynow).await;
    }
    let mut pages = Vec::new();
    for number in 3..=5 {
        pages.push(street.open(MEI, &format!("order-{number}"), "25.00").await);
    }
    for page in &pages {
        street.town.pay(page, Paynow).await;
    }
    street.wait().await;
    row(
        &street.town,
        "every third: three pages opened before the third is paid",
        &Coalition::Payers,
        (12500, 125),
    )
}

/// A payment that is given back once its reward is paid makes no second one.
pub(crate) async fn given_back_after_the_credit_makes_a_second() -> Row {
    let every_second = five(&json!({
        "occasion": {"kind": "every_nth", "n": 2}, "reward": {"kind": "percent", "percent": "10"},
    }));
    let street = Street::new([every_second, five(&json!({"id": "always"}))]).await;
    let checkout = street.buy(MEI, "order-1", "20.00", Paynow).await;
    street.wait().await;
    street.give_back(&checkout, "r1", None).await;
    street.buy(MEI, "order-2", "20.00", Paynow).await;
    street.wait().await;
    row(&street.town, "every second: the first given back after its credit", &Coalition::Payers, (2000, 100))
}
