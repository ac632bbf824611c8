//! `POST /v1/checkouts/{checkout}/refunds`

use kembali::adapters::commit::apply;
use kembali::adapters::http::{Answer, Request, json};
use kembali::adapters::stripe::{NewRefund, StripeError};
use kembali::domain::checkout::{Checkout, Event};
use kembali::domain::decision::{RefundRequest, request_refund};
use kembali::domain::ids::Reference;
use kembali::domain::money::Money;
use kembali::domain::refund::{Purpose, RefundKey, RefundState};
use kembali::domain::time::Timestamp;
use kembali::domain::view::CheckoutView;
use kembali::fault::Fault;
use serde::Deserialize;

use crate::CreateCheckout;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRefundBody {
    /// The merchant's own number for this refund: the idempotency key.
    reference: Reference,
    /// How much; all that is left when left out.
    #[serde(default)]
    amount: Option<Money>,
}

impl CreateCheckout {
    /// Written down first, then asked of Stripe, then written down how it went. Whoever repeats the request continues
    /// where it stopped.
    pub(crate) async fn refund(&self, request: &Request) -> Answer {
        let body: NewRefundBody = request.json()?;
        let checkout = self.own_checkout(request).await?;
        let (checkout, status) = match request_refund(&checkout, &body.reference, body.amount)? {
            RefundRequest::New(event) => (apply(&self.store, checkout, &event, request.at).await?, 201),
            RefundRequest::Known => (checkout, 200),
        };
        let checkout = self.perform(checkout, &body.reference, request.at, status == 200).await?;
        json(status, &CheckoutView::from(&checkout))
    }

    /// Asks Stripe for the refund, if it has been written down and not been asked for, as far as we know.
    async fn perform(
        &self,
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
        // Stripe forgets a key after a day; by what the refund is for it is found at any time.
        let found = if may_have_been_asked {
            self.stripe.find_refund(&checkout.account, charge, &purpose).await?
        } else {
            None
        };
        let asked = match found {
            Some(found) => Ok(found),
            None => {
                let new = NewRefund { charge, amount: refund.amount, purpose: &purpose };
                self.stripe.create_refund(&checkout.account, &new).await
            }
        };
        let event = match asked {
            Ok(seen) => Event::RefundSeen(seen),
            Err(StripeError::Refused { .. }) => Event::RefundRefused { key },
            Err(error) => return Err(error.into()),
        };
        apply(&self.store, checkout, &event, now).await
    }
}
