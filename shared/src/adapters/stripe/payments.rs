//! Reading what was paid.

use serde_json::Value;

use super::request::{Call, Stripe, StripeError};
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, SessionId};
use crate::domain::stripe_object::{self, ChargeObject};

impl Stripe {
    /// The checkout that a charge on the merchant's account pays, if it is one of ours. Nothing else of it is read: a
    /// charge made without us may have any form.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn checkout_of_charge(
        &self,
        account: &AccountId,
        charge: &ChargeId,
    ) -> Result<Option<CheckoutId>, StripeError> {
        let answer = self.send(Call::get(format!("/v1/charges/{charge}"), Some(account))).await?;
        Ok(stripe_object::checkout_of(&answer))
    }

    /// The charge by which a session was paid.
    ///
    /// # Errors
    /// `NotUnderstood` when it is not paid; otherwise see [`StripeError`].
    pub async fn charge_of_session(
        &self,
        account: &AccountId,
        session: &SessionId,
    ) -> Result<ChargeObject, StripeError> {
        let path = format!("/v1/checkout/sessions/{session}?expand%5B0%5D=payment_intent.latest_charge");
        let answer = self.send(Call::get(path, Some(account))).await?;
        let charge = answer.pointer("/payment_intent/latest_charge").unwrap_or(&Value::Null);
        Ok(stripe_object::charge(charge)?)
    }
}
