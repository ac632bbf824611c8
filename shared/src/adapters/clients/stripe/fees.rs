//! Application fees: what of them goes back to the merchant.

use serde::Deserialize;

use super::request::{Body, Call, Form, Stripe, StripeError};
use super::transfers::Turn;
use crate::domain::ids::{ChargeId, CheckoutId};
use crate::domain::stripe::object::{metadata, read};

/// What of the fee of a charge is to be given back.
#[derive(Clone, Copy, Debug)]
pub struct NewFeeRefund<'a> {
    /// The checkout that the charge paid.
    pub checkout: &'a CheckoutId,
    /// The charge.
    pub charge: &'a ChargeId,
    /// How much of its fee is to be back then, in all, in minor units.
    pub back_minor: i64,
    /// Why.
    pub turn: Turn,
}

#[derive(Deserialize)]
struct Fee {
    id: String,
    amount_refunded: i64,
}

impl Stripe {
    /// Sees to it that so much of a charge's fee is back with the merchant, once: Stripe says what is back
    /// already, however long ago that was.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn give_fee_back(&self, new: &NewFeeRefund<'_>) -> Result<(), StripeError> {
        let fee = self.fees(new.charge.as_str()).await?.into_iter().next();
        let fee = fee.ok_or_else(|| StripeError::NotUnderstood { field: "application_fee".to_owned() })?;
        let missing = new.back_minor.saturating_sub(fee.amount_refunded);
        if missing <= 0 {
            return Ok(());
        }
        let form: Form = vec![
            ("amount".to_owned(), missing.to_string()),
            (format!("metadata[{}]", metadata::CHECKOUT), new.checkout.to_string()),
            (format!("metadata[{}]", metadata::CHARGE), new.charge.to_string()),
        ];
        let key = format!("cover_{}_{}_{}", new.checkout, new.back_minor, new.turn);
        let path = format!("/v1/application_fees/{}/refunds", fee.id);
        self.send(Call::post(path, None, key, Body::Form(form))).await.map(|_| ())
    }

    /// How much of a charge's fee was given back, in minor units; nothing if Stripe knows of no fee.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn fee_back(&self, charge: &str) -> Result<Option<i64>, StripeError> {
        let fees = self.fees(charge).await?;
        Ok(fees.iter().map(|fee| fee.amount_refunded).reduce(i64::saturating_add))
    }

    async fn fees(&self, charge: &str) -> Result<Vec<Fee>, StripeError> {
        let filter = [("charge".to_owned(), charge.to_owned())];
        match self.list_as("/v1/application_fees", &filter, None, |fee| Ok(read(fee)?)).await {
            Err(StripeError::Refused { code }) if code == "resource_missing" => Ok(Vec::new()),
            found => found,
        }
    }
}
