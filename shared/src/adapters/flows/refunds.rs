//! Carrying out a merchant's refund that is written down.

use super::commit::apply;
use crate::adapters::clients::store::Store;
use crate::adapters::clients::stripe::{NewRefund, Platforms, StripeError};
use crate::domain::cashback::refund::{Failure, Purpose, RefundKey, RefundState};
use crate::domain::checkout::{Checkout, Event};
use crate::domain::ids::{Reference, RefundId};
use crate::domain::time::Timestamp;
use crate::fault::Fault;

/// Asks Stripe for the refund that the merchant calls `reference`, if it has been written down and, as far as
/// we know, not been asked for. If it `may_have_been_asked` for, Stripe is first asked what it has: it
/// forgets a key after a day, and a refund never.
///
/// # Errors
/// Stripe or the table did not answer: call this again.
pub async fn perform(
    store: &Store,
    stripe: &Platforms,
    checkout: Checkout,
    reference: &Reference,
    now: Timestamp,
    may_have_been_asked: bool,
) -> Result<Checkout, Fault> {
    let key = RefundKey::Requested(reference.clone());
    let Some(payment) = checkout.payment() else { return Ok(checkout) };
    let Some(refund) = payment.refunds.get(&key) else { return Ok(checkout) };
    if !matches!(refund.state, RefundState::Requested { .. }) {
        return Ok(checkout);
    }
    let purpose = Purpose::Merchant { checkout: checkout.id.clone(), reference: reference.clone() };
    let charge = &payment.charge.charge;
    let new = NewRefund { charge, amount: refund.amount, purpose: &purpose };
    let stripe = stripe.of(checkout.country)?;
    let known = |id: &RefundId| payment.knows(id);
    let found =
        if may_have_been_asked { stripe.find_refund(&checkout.account, &new, known).await } else { Ok(None) };
    let event = match found {
        Ok(Some(seen)) => Event::RefundSeen(seen),
        Ok(None) => match stripe.create_refund(&checkout.account, &new).await {
            Ok(seen) => Event::RefundSeen(seen),
            Err(StripeError::Refused { .. }) => Event::RefundRefused { key, reason: Failure::Refused },
            Err(error) => return Err(error.into()),
        },
        Err(error) if error.is_disconnected() => Event::RefundRefused { key, reason: Failure::Disconnected },
        Err(error) => return Err(error.into()),
    };
    apply(store, checkout, &event, now).await
}
