//! `POST /v1/checkouts/{checkout}/expire`

use kembali::adapters::clients::stripe::StripeError;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::commit::apply;
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::checkout::{Event, State};
use kembali::fault::{Kind, Problem};

use crate::CreateCheckout;

impl CreateCheckout {
    /// Closes an open checkout. Stripe decides: if the payer was faster, it is paid.
    pub(crate) async fn expire(&self, request: &Request) -> Answer {
        let checkout = self.own_checkout(request).await?;
        match checkout.state {
            State::Expired => return json(200, &CheckoutView::from(&checkout)),
            State::Open => {}
            State::Failed | State::Paid(_) => {
                let next = "Read the checkout; one that is paid can be refunded.";
                let detail = format!("The checkout is {}; only an open one can expire.", checkout.status());
                return Err(Problem::new(Kind::WrongState, detail).next(next).into());
            }
        }
        let Some(session) = checkout.session.clone() else {
            let detail = "Stripe's page is still being made.";
            return Err(Problem::new(Kind::WrongState, detail)
                .next("Repeat the request that creates it.")
                .into());
        };
        let stripe = self.stripe.of(checkout.country)?;
        match stripe.expire_session(&checkout.account, &session).await {
            Ok(()) => {
                let checkout = apply(&self.store, checkout, &Event::Expired, request.at).await?;
                json(200, &CheckoutView::from(&checkout))
            }
            // Stripe closed it itself, and the event that says so is late or lost: what it promised is given
            // back now.
            Err(StripeError::Refused { .. }) if stripe.is_expired(&checkout.account, &session).await? => {
                let checkout = apply(&self.store, checkout, &Event::Expired, request.at).await?;
                json(200, &CheckoutView::from(&checkout))
            }
            Err(StripeError::Refused { .. }) => {
                let detail = "Stripe's page is no longer open; its payment or expiry is about to arrive.";
                Err(Problem::new(Kind::WrongState, detail)
                    .next("Read the checkout again in a few seconds.")
                    .into())
            }
            Err(error) => Err(error.into()),
        }
    }
}
