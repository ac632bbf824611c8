//! Wallet credit: spent before its payment is taken back, another's, and cashback on cashback.

use kembali_tests::{card, text};
use local_stripe::PayWith::Paynow;
use serde_json::{Value, json};

use crate::gain::{Coalition, Row, row};
use crate::street::{BEN, MEI, Street, five, order};

/// Mei has credit of 1.25, since the refund of her cashback failed, and a second shop.
async fn with_credit() -> (Street, Value) {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    street.town.stack.stripe().fail_next_refund(&street.shop.account, "expired_or_canceled_card");
    let checkout = street.buy(MEI, "order-1", "25.00", Paynow).await;
    street.wait().await;
    assert_eq!(street.town.standing(&street.shop, &checkout).await, "paid credited_to_wallet");
    (street, checkout)
}

/// Spends the credit on a purchase of 25.00.
async fn spend(street: &Street, reference: &str) -> Value {
    let order = street.town.agreed(&street.shop, "SG", order(MEI, reference, "25.00")).await;
    let checkout = street.town.create(&street.shop, order).await;
    assert_eq!(text(&checkout, "/wallet/value"), "1.25");
    street.town.pay(&checkout, card()).await;
    checkout
}

/// The credit is spent, and then the payment that earned it is given back.
pub(crate) async fn spent_then_its_payment_refunded() -> Row {
    let (street, origin) = with_credit().await;
    spend(&street, "order-2").await;
    street.give_back(&origin, "r1", None).await;
    street.wait().await;
    // What is kept is the second purchase; it was paid with 23.75 and earns on that.
    row(&street.town, "credit spent, then its payment refunded", &Coalition::Payers, (2500, 118))
}

/// The credit is spent, and then the purchase it was spent on is given back.
pub(crate) async fn spent_then_given_back() -> Row {
    let (street, _) = with_credit().await;
    let second = spend(&street, "order-2").await;
    street.give_back(&second, "r1", None).await;
    street.wait().await;
    row(&street.town, "credit spent on what is given back", &Coalition::Payers, (2500, 125))
}

/// Spending credit earns on what is really paid: 5% of 23.75.
pub(crate) async fn cashback_on_cashback() -> Row {
    let (street, _) = with_credit().await;
    spend(&street, "order-2").await;
    street.wait().await;
    row(&street.town, "cashback on cashback", &Coalition::Payers, (5000, 125 + 118))
}

/// Two pages at once for the same credit.
pub(crate) async fn spent_twice_at_once() -> Row {
    let (street, _) = with_credit().await;
    let mut orders = Vec::new();
    for reference in ["order-2", "order-3"] {
        orders.push(street.town.agreed(&street.shop, "SG", order(MEI, reference, "25.00")).await);
    }
    let create = |order: &Value| {
        let order = order.clone();
        async { street.town.call(&street.shop.key, "POST", "/v1/checkouts", Some(order)).await.json() }
    };
    let [one, other] = [&orders[0], &orders[1]];
    let pages = tokio::join!(create(one), create(other));
    for page in [&pages.0, &pages.1] {
        street.town.pay(page, card()).await;
    }
    street.wait().await;
    row(&street.town, "the same credit on two pages at once", &Coalition::Payers, (7500, 125 + 118 + 125))
}

/// Ben knows Mei's number, but she has not agreed: he pays all of it, and earns on all of it.
pub(crate) async fn anothers_credit() -> Row {
    let (street, _) = with_credit().await;
    let mut order = order(MEI, "order-2", "25.00");
    order["payer"]["wallet_consent"] = json!("yes");
    let path = "/v1/checkouts";
    let refused = street.town.call(&street.shop.key, "POST", path, Some(order)).await;
    assert_eq!((refused.status, text(&refused.json(), "/field")), (422, "payer.wallet_consent".to_owned()));
    street.buy(BEN, "order-3", "25.00", card()).await;
    street.wait().await;
    row(&street.town, "credit of somebody else", &Coalition::Payers, (5000, 250))
}
