//! What people read of a cashback.

use crate::domain::cashback::refund::Failure;
use crate::domain::checkout::Checkout;
use crate::domain::market::Method;
use crate::domain::money::Money;
use crate::domain::promise::Terms;
use crate::domain::time::Timestamp;

/// That a cashback was sent, by which rail, and when the payer may look for it. Stripe's `succeeded` means
/// sent: that it has arrived only the payer sees.
pub(super) fn sent(checkout: &Checkout, amount: Money, at: Timestamp) -> String {
    let charge = checkout.payment().map(|payment| &payment.charge);
    let method = charge.and_then(|charge| charge.method);
    let how = match method {
        Some(Method::Card) if charge.is_some_and(|charge| charge.funding.is_some()) => {
            "to your card".to_owned()
        }
        Some(method @ (Method::Paynow | Method::Upi | Method::Pix)) => format!("by {}", method.label()),
        // Whatever Link has on file may be another thing than a card.
        Some(Method::Card) | None => "the way you paid".to_owned(),
    };
    let zone = checkout.country.time_zone();
    let days = method.unwrap_or(Method::Card).refund_shows_within_business_days();
    let by = at.day_in(&zone).plus_business_days(days).for_people(checkout.created_at.day_in(&zone));
    format!("{amount} was sent {how} on {}. Your bank shows it by about {by}.", for_people(checkout, at))
}

/// Why a cashback could not be paid, and what that means for the payer.
pub(super) fn failed(checkout: &Checkout, terms: &Terms, amount: Money, reason: Failure) -> String {
    let why = reason.explanation();
    if reason == Failure::Disconnected {
        return format!("It is not known whether {amount} was sent: {why}.");
    }
    let and = if !reason.may_become_credit(terms.has_merchant_part()) {
        ""
    } else if !checkout.country.has_wallets() {
        ", and there are no wallets in this market"
    } else if checkout.payer.is_none() {
        ", and no payer is known whose wallet could have it"
    } else {
        ""
    };
    format!("{amount} could not be refunded: {why}{and}. It is still owed.")
}

/// A time as people read it next to the checkout, in the market's zone.
pub(super) fn for_people(checkout: &Checkout, time: Timestamp) -> String {
    time.for_people(&checkout.country.time_zone(), checkout.created_at)
}
