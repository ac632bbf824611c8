//! `POST /v1/checkouts/{checkout}/refunds`

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::commit::apply;
use kembali::adapters::flows::refunds::perform;
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::decision::{RefundRequest, request_refund};
use kembali::domain::ids::Reference;
use kembali::domain::money::Money;
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
    /// Written down first, then asked of Stripe, then written down how it went. Whoever repeats the request
    /// continues where it stopped, and if nobody does, the sweep does.
    pub(crate) async fn refund(&self, request: &Request) -> Answer {
        let body: NewRefundBody = request.json()?;
        let checkout = self.own_checkout(request).await?;
        let (checkout, status) = match request_refund(&checkout, &body.reference, body.amount)? {
            RefundRequest::New(event) => {
                let checkout = apply(&self.store, checkout, &event, request.at).await?;
                // If another request with this reference was faster, it may have asked for another amount.
                request_refund(&checkout, &body.reference, body.amount)?;
                (checkout, 201)
            }
            RefundRequest::Known => (checkout, 200),
        };
        let asked = status == 200;
        let checkout =
            perform(&self.store, &self.stripe, checkout, &body.reference, request.at, asked).await?;
        json(status, &CheckoutView::from(&checkout))
    }
}
