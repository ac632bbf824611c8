//! The payer's bank takes the payment back.

use kembali_tests::card;
use serde_json::{Value, json};

use crate::gain::{Coalition, Row, row};
use crate::street::{MEI, Street, five};

/// Disputes a payment; the bank decides.
async fn dispute(street: &Street, checkout: &Value, won: bool) {
    let stripe = street.town.stack.stripe();
    let dispute = stripe.dispute(&street.town.charge(checkout)).expect("it can be disputed");
    street.town.settle().await;
    stripe.close_dispute(&dispute, won).expect("it is open");
    street.town.settle().await;
}

/// Disputed before the release, and lost by the merchant.
pub(crate) async fn lost_before_release() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    dispute(&street, &checkout, false).await;
    street.wait().await;
    row(&street.town, "dispute before the release, lost", &Coalition::Payers, (0, 0))
}

/// Disputed before the release, and won by the merchant: a purchase like any other.
pub(crate) async fn won_before_release() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    dispute(&street, &checkout, true).await;
    street.wait().await;
    row(&street.town, "dispute before the release, won", &Coalition::Payers, (2500, 125))
}

/// Disputed over the whole price after the cashback has come, and lost.
pub(crate) async fn lost_after_credit() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    street.wait().await;
    dispute(&street, &checkout, false).await;
    street.wait().await;
    row(&street.town, "dispute after the credit, lost", &Coalition::Payers, (0, 0))
}

/// The platform's money, and a merchant who is in it: the dispute is between the two.
pub(crate) async fn lost_after_credit_with_the_merchant() -> Row {
    let street = Street::new([five(&json!({"funding": "platform"}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    street.wait().await;
    dispute(&street, &checkout, false).await;
    street.wait().await;
    let both = Coalition::With(vec![street.shop.clone()]);
    row(&street.town, "platform pays, dispute after the credit, lost", &both, (0, 0))
}

/// Half refunded, then disputed and lost.
pub(crate) async fn refunded_in_part_then_lost() -> Row {
    let street = Street::new([five(&json!({}))]).await;
    let checkout = street.buy(MEI, "order-1", "25.00", card()).await;
    street.give_back(&checkout, "r1", Some("12.50")).await;
    dispute(&street, &checkout, false).await;
    street.wait().await;
    row(&street.town, "half refunded, then a dispute that is lost", &Coalition::Payers, (0, 0))
}
