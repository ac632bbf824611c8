//! Reading what was paid.

use serde_json::Value;

use super::request::{Call, Stripe, StripeError};
use crate::domain::checkout::disputes::Disputes;
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, PaymentIntentId, Reference, SessionId};
use crate::domain::money::Money;
use crate::domain::stripe::object::{self, ChargeObject};

/// Where a charge says that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its metadata's word for our checkout. Whoever has a key of the account can write there.
    pub checkout: Option<CheckoutId>,
    /// Stripe's payment intent.
    pub payment_intent: Option<PaymentIntentId>,
}

impl Stripe {
    /// What a charge on the merchant's account says of where it comes from. Nothing else of it is read: a
    /// charge made without us may have any form.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn origin_of_charge(
        &self,
        account: &AccountId,
        charge: &ChargeId,
    ) -> Result<Origin, StripeError> {
        let answer = self.send(Call::get(format!("/v1/charges/{charge}"), Some(account))).await?;
        let intent = answer.get("payment_intent").and_then(Value::as_str);
        Ok(Origin {
            checkout: object::checkout_of(&answer),
            payment_intent: intent.and_then(|intent| PaymentIntentId::parse(intent).ok()),
        })
    }

    /// How much of a charge on the merchant's account has been refunded in all, as Stripe has it now.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn refunded_of_charge(
        &self,
        account: &AccountId,
        charge: &ChargeId,
    ) -> Result<Money, StripeError> {
        let answer = self.send(Call::get(format!("/v1/charges/{charge}"), Some(account))).await?;
        Ok(object::charge(&answer)?.refunded)
    }

    /// The session that a payment was made on, if it was one, and the reference that it was created with: of
    /// a session nobody can change these two.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn session_of_payment(
        &self,
        account: &AccountId,
        payment_intent: &PaymentIntentId,
    ) -> Result<Option<(SessionId, Reference)>, StripeError> {
        let filter = [("payment_intent".to_owned(), payment_intent.to_string())];
        let found = self.list("/v1/checkout/sessions", &filter, Some(account)).await?;
        let text = |session: &Value, name: &str| session.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(found.first().and_then(|session| {
            let id = SessionId::parse(&text(session, "id")?).ok()?;
            Some((id, Reference::parse(&text(session, "client_reference_id")?).ok()?))
        }))
    }

    /// All disputes of a charge on the merchant's account, as they are now.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn disputes(&self, account: &AccountId, charge: &ChargeId) -> Result<Disputes, StripeError> {
        let filter = [("charge".to_owned(), charge.to_string())];
        let read = |dispute: &Value| Ok(object::dispute(dispute)?);
        let listed = self.list_as("/v1/disputes", &filter, Some(account), read).await?;
        Ok(Disputes::new(listed.into_iter().flatten()))
    }

    /// The charge by which a session was paid, if its money has moved.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn charge_of_session(
        &self,
        account: &AccountId,
        session: &SessionId,
    ) -> Result<Option<ChargeObject>, StripeError> {
        let path = format!("/v1/checkout/sessions/{session}?expand%5B0%5D=payment_intent.latest_charge");
        let answer = self.send(Call::get(path, Some(account))).await?;
        let charge = answer.pointer("/payment_intent/latest_charge").filter(|charge| !charge.is_null());
        let charge = charge.map(object::charge).transpose()?;
        Ok(charge.filter(|charge| charge.has_moved))
    }
}
