//! Words and numbers that mean something else: amounts, currencies, markets, references, and a campaign that
//! changes between the page and the payment.

use kembali_tests::{five_percent, text};
use local_stripe::PayWith::{Paynow, Upi};
use serde_json::{Value, json};

use crate::gain::{Coalition, Row, row};
use crate::street::{MEI, Street, five, order};

/// Amounts that would be more, or less, than they seem: each is refused, so nobody has paid or got anything.
pub(crate) async fn odd_amounts() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let mut status = Vec::new();
    for (number, (value, currency)) in [
        ("2500", "JPY"),
        ("25.00", "INR"),
        ("25.00", "sgd"),
        ("-25.00", "SGD"),
        ("25.001", "SGD"),
        ("2.5e3", "SGD"),
        ("0", "SGD"),
        ("92233720368547758.08", "SGD"),
        ("99999999999999999999999999999", "SGD"),
        ("٢٥.٠٠", "SGD"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = order(MEI, &format!("order-{number}"), value);
        body["amount"]["currency"] = json!(currency);
        let answer = street.town.call(&street.shop.key, "POST", "/v1/checkouts", Some(body)).await;
        status.push((value, currency, answer.status));
    }
    assert!(status.iter().all(|(_, _, status)| *status == 422), "{status:?}");
    assert_eq!(street.town.stack.stripe().sessions().len(), 0);
    row(&street.town, "amounts of no, other, negative or huge currency", &Coalition::Payers, (0, 0))
}

/// Refunds of odd amounts, before the release: only money of the payment's own kind goes back.
pub(crate) async fn odd_refunds() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    let path = format!("/v1/checkouts/{}/refunds", text(&checkout, "/id"));
    for (number, (value, currency)) in
        [("-5.00", "SGD"), ("0.00", "SGD"), ("25.01", "SGD"), ("5.00", "INR"), ("5", "JPY"), ("0.001", "SGD")]
            .into_iter()
            .enumerate()
    {
        let amount = json!({"value": value, "currency": currency});
        let body = json!({"reference": format!("r{number}"), "amount": amount});
        let answer = street.town.call(&street.shop.key, "POST", &path, Some(body)).await;
        assert_eq!(answer.status, 422, "{value} {currency}: {}", answer.json());
    }
    street.wait().await;
    row(&street.town, "refunds of odd amounts", &Coalition::Payers, (2500, 125))
}

/// The smallest payments, where 5% is less than a cent: rounding is never to the payer's gain.
pub(crate) async fn cents() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    for (number, value) in ["0.59", "0.79", "0.99"].into_iter().enumerate() {
        street.buy(MEI, &format!("order-{number}"), value, Paynow).await;
    }
    street.wait().await;
    row(
        &street.town,
        "payments whose cashback is cut to the cent",
        &Coalition::Payers,
        (59 + 79 + 99, 2 + 3 + 4),
    )
}

/// The order number is used again for another amount, before and after it was paid.
pub(crate) async fn reference_reused() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let dear = street.open(MEI, "order-1", "100.00").await;
    let again = |value: &'static str| {
        let body = order(MEI, "order-1", value);
        async { street.town.call(&street.shop.key, "POST", "/v1/checkouts", Some(body)).await }
    };
    assert_eq!(again("1.00").await.status, 409);
    street.town.pay(&dear, Paynow).await;
    assert_eq!(again("1.00").await.status, 409);
    assert_eq!(again("100.00").await.status, 200);
    street.wait().await;
    row(&street.town, "a reference reused with another amount", &Coalition::Payers, (10_000, 500))
}

/// A page is opened under 5%; then the campaign gives 50%, then it ends; then the page is paid.
pub(crate) async fn campaign_changed_before_payment() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let page = street.open(MEI, "order-1", "25.00").await;
    let mut better = five(&json!({}));
    better["reward"] = json!({"kind": "percent", "percent": "50"});
    let path = "/v1/markets/SG/campaigns/five";
    let change = Some(json!({"rule_version": 1, "rule": better}));
    assert_eq!(street.town.operate("PUT", path, change).await.status, 200);
    street.town.minutes(2).await;
    street.open(MEI, "order-2", "25.00").await;
    assert_eq!(street.town.operate("POST", &format!("{path}/end"), None).await.status, 200);
    street.town.minutes(2).await;
    street.town.pay(&page, Paynow).await;
    street.wait().await;
    row(&street.town, "campaign switched between page and payment", &Coalition::Payers, (2500, 125))
}

/// Caps are of a market: a payment in India neither earns by Singapore's campaign nor uses its cap.
pub(crate) async fn another_market() -> Row {
    let street = Street::new([five(&json!({"caps": [{"per": "campaign", "payments": 1}]}))]).await;
    let indian = street.town.shop("IN").await;
    let mut body = order(MEI, "order-1", "25.00");
    body["amount"]["currency"] = json!("INR");
    let abroad = street.town.create(&indian, body).await;
    street.town.pay(&abroad, Upi).await;
    street.wait().await;
    assert_eq!(street.town.standing(&indian, &abroad).await, "paid none");
    row(&street.town, "paid in one market, earned in another", &Coalition::Payers, (2500, 0))
}

/// Pages that nobody pays use up a budget, so that others earn nothing, until they expire. Nobody gains by
/// it.
pub(crate) async fn pages_opened_and_left() -> Row {
    let budget: Value = json!({"total": {"payments": 3}, "shards": 1});
    let street =
        Street::new([five(&json!({"budget": budget, "caps": [{"per": "day", "payments": 3}]}))]).await;
    for number in 0..6 {
        street.open(MEI, &format!("left-{number}"), "25.00").await;
    }
    street.town.hours(25).await;
    for number in 0..6 {
        street.buy(MEI, &format!("order-{number}"), "25.00", Paynow).await;
    }
    street.wait().await;
    row(
        &street.town,
        "pages opened and left under a budget and a cap of three",
        &Coalition::Payers,
        (15_000, 375),
    )
}

/// Paid by another way than the one that earns.
pub(crate) async fn paid_another_way() -> Row {
    let street = Street::new([five_percent("five", "card", "merchant")]).await;
    street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    row(&street.town, "paid another way than the one that earns", &Coalition::Payers, (2500, 0))
}
