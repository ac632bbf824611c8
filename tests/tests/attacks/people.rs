//! Who pays, and how often: one person with many telephones or cards, a shop's own people, one purchase in
//! many parts.

use kembali_tests::card;
use local_stripe::PayWith::{self, Paynow};
use serde_json::{Value, json};

use crate::gain::{Coalition, Purchases, Row, row};
use crate::street::{BEN, MEI, Street, five, order};

fn another_card(number: usize) -> PayWith {
    let numbers = ["4242424242424242", "5555555555554444", "378282246310005"];
    PayWith::Card { number: numbers.iter().cycle().nth(number).copied().unwrap_or_default().to_owned() }
}

fn sgd(value: &str) -> Value {
    json!({"value": value, "currency": "SGD"})
}

async fn insiders(street: &Street, phones: Value) {
    let path = format!("/v1/merchants/{}/insiders", street.shop.id);
    let answer = street.town.operate("PUT", &path, Some(json!({"phones": phones}))).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// A merchant buys from itself, by a telephone that is known to be its own.
pub(crate) async fn merchant_pays_itself() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    insiders(&street, json!([MEI])).await;
    street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "merchant pays itself, own telephone", &both, (0, 0))
}

/// The same by a telephone of a friend, with the card that the merchant has paid with.
pub(crate) async fn merchant_pays_itself_by_a_friend() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    street.screen(json!({"payers_per_card": 5})).await;
    insiders(&street, json!([MEI])).await;
    street.buy(MEI, "order-1", "25.00", card()).await;
    street.buy(BEN, "order-2", "25.00", card()).await;
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "merchant pays itself, a friend's telephone, own card", &both, (0, 0))
}

/// 100.00 in ten parts, where each payment earns at most 2.50 and each day too.
pub(crate) async fn split_under_a_cap_by_sum() -> Row {
    let terms = json!({"max_per_payment": sgd("2.50"), "caps": [{"per": "day", "amount": sgd("2.50")}]});
    split(terms, "one purchase in ten, cap of 2.50 a day", 250).await
}

/// The same where one payment a day earns.
pub(crate) async fn split_under_a_cap_by_count() -> Row {
    let terms = json!({"max_per_payment": sgd("2.50"), "caps": [{"per": "day", "payments": 1}]});
    split(terms, "one purchase in ten, one payment a day earns", 250).await
}

/// The same where a payment must be of 50.00.
pub(crate) async fn split_under_a_min_spend() -> Row {
    let terms = json!({"max_per_payment": sgd("2.50"), "min_spend": sgd("50.00")});
    split(terms, "one purchase in ten, each below min spend", 250).await
}

/// The same where no rule looks at more than one payment: ten purchases of 10.00 and one of 100.00 in ten
/// parts are the same, and all of it earns 5%. A [cap](split_under_a_cap_by_sum) is the rule for whoever does
/// not want that.
pub(crate) async fn split_under_no_cap() -> Purchases {
    let terms = json!({"max_per_payment": sgd("2.50")});
    let row = split(terms, "one purchase in ten, 2.50 a payment at most", 10 * 50).await;
    row.purchases(10, "none: add a cap", 10 * 50)
}

async fn split(terms: Value, attack: &'static str, honest: i64) -> Row {
    let street = Street::new([five(&terms)]).await;
    for number in 0..10 {
        street.buy(MEI, &format!("order-{number}"), "10.00", Paynow).await;
    }
    street.wait().await;
    row(&street.town, attack, &Coalition::Payers, (10_000, honest))
}

/// The same where nothing is capped but each payment: a person looks at the sixth of a day.
pub(crate) async fn split_under_screening() -> Row {
    let street = Street::new([five(&json!({"max_per_payment": sgd("2.50")}))]).await;
    street.screen(json!({"payments_per_day": 5})).await;
    for number in 0..10 {
        street.buy(MEI, &format!("order-{number}"), "10.00", Paynow).await;
    }
    street.wait().await;
    row(&street.town, "one purchase in ten, five a day are usual", &Coalition::Payers, (10_000, 250))
}

/// Ten pages at once, opened before any is paid, where one payment earns.
pub(crate) async fn many_pages_under_one_cap() -> Row {
    let street = Street::new([five(&json!({"caps": [{"per": "campaign", "payments": 1}]}))]).await;
    let references: Vec<String> = (0..10).map(|number| format!("order-{number}")).collect();
    let mut pages = Vec::new();
    for reference in &references {
        pages.push(street.open(MEI, reference, "10.00").await);
    }
    for page in &pages {
        street.town.pay(page, Paynow).await;
    }
    street.wait().await;
    row(&street.town, "ten pages opened at once, one payment earns", &Coalition::Payers, (10_000, 50))
}

/// One person with three telephones and one card, where each payer's first payment earns 5.00.
pub(crate) async fn many_payers_one_card() -> Row {
    let street = Street::new([first_payment()]).await;
    street.screen(json!({"payers_per_card": 1})).await;
    for number in 0..3 {
        let phone = format!("+659123456{number}");
        street.buy(&phone, &format!("order-{number}"), "10.00", card()).await;
    }
    street.wait().await;
    row(&street.town, "many payers, one card, each's first payment", &Coalition::Payers, (3000, 500))
}

/// One telephone and three cards.
pub(crate) async fn many_cards_one_payer() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    street.screen(json!({"cards_per_payer": 1})).await;
    for number in 0..3 {
        street.buy(MEI, &format!("order-{number}"), "10.00", another_card(number)).await;
    }
    street.wait().await;
    row(&street.town, "many cards, one payer", &Coalition::Payers, (3000, 150))
}

/// A first payment, given back, and a first payment again.
pub(crate) async fn first_payment_twice() -> Row {
    let street = Street::new([first_payment()]).await;
    let first = street.buy(MEI, "order-1", "10.00", Paynow).await;
    street.give_back(&first, "r1", None).await;
    street.buy(MEI, "order-2", "10.00", Paynow).await;
    street.wait().await;
    row(&street.town, "first payment given back, and a first one again", &Coalition::Payers, (1000, 500))
}

/// Two pages opened at the same moment, before either has counted: one of them is the first.
pub(crate) async fn first_payment_on_two_pages_at_once() -> Row {
    let street = Street::new([first_payment()]).await;
    let orders = ["order-1", "order-2"].map(|reference| order(MEI, reference, "10.00"));
    let opened = street.town.crowd(&street.shop, &orders, 2).await;
    for page in &opened {
        street.town.pay(&page.checkout(), Paynow).await;
    }
    street.wait().await;
    row(&street.town, "two first payments, opened at once", &Coalition::Payers, (2000, 500))
}

fn first_payment() -> Value {
    let mut rule = five(&json!({"occasion": {"kind": "first_payment", "scope": "overall"}}));
    rule["reward"] = json!({"kind": "fixed", "amount": sgd("5.00")});
    rule
}
