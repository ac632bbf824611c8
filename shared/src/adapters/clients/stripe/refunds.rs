//! Refunds: the merchant's, and ours that is a cashback.

use super::request::{Body, Call, Form, Stripe, StripeError};
use crate::domain::cashback::refund::{Purpose, StripeRefund};
use crate::domain::ids::{AccountId, ChargeId, RefundId};
use crate::domain::money::Money;
use crate::domain::stripe::object::{self, metadata};

/// What a refund is created from.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    /// From which charge.
    pub charge: &'a ChargeId,
    /// How much.
    pub amount: Money,
    /// What for. It becomes the refund's metadata and its idempotency key.
    pub purpose: &'a Purpose,
}

impl NewRefund<'_> {
    /// `None` for a refund made in the dashboard: that is not ours to create.
    fn key_and_tags(&self) -> Option<(String, Vec<(&'static str, String)>)> {
        match self.purpose {
            Purpose::Cashback { checkout, attempt } => Some((
                format!("cashback_{checkout}_{attempt}"),
                vec![
                    (metadata::CHECKOUT, checkout.to_string()),
                    (metadata::PURPOSE, metadata::PURPOSE_CASHBACK.to_owned()),
                    (metadata::ATTEMPT, attempt.to_string()),
                ],
            )),
            Purpose::Merchant { checkout, reference } => Some((
                format!("refund_{checkout}_{reference}"),
                vec![
                    (metadata::CHECKOUT, checkout.to_string()),
                    (metadata::PURPOSE, metadata::PURPOSE_REFUND.to_owned()),
                    (metadata::REFERENCE, reference.to_string()),
                ],
            )),
            Purpose::Dashboard => None,
        }
    }
}

impl Stripe {
    /// Refunds a part of a charge on the merchant's account.
    ///
    /// # Errors
    /// See [`StripeError`]. After `Unknown`, Stripe may have done it.
    pub async fn create_refund(
        &self,
        account: &AccountId,
        new: &NewRefund<'_>,
    ) -> Result<StripeRefund, StripeError> {
        let (key, tags) = new
            .key_and_tags()
            .ok_or_else(|| StripeError::Misused { code: "a refund without a purpose".to_owned() })?;
        let mut form: Form = vec![
            ("charge".to_owned(), new.charge.to_string()),
            ("amount".to_owned(), new.amount.minor().to_string()),
        ];
        form.extend(tags.into_iter().map(|(name, value)| (format!("metadata[{name}]"), value)));
        let answer = self.send(Call::post("/v1/refunds", Some(account), key, Body::Form(form))).await?;
        Ok(object::refund(&answer)?)
    }

    /// All refunds of a charge.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn refunds(
        &self,
        account: &AccountId,
        charge: &ChargeId,
    ) -> Result<Vec<StripeRefund>, StripeError> {
        let filter = [("charge".to_owned(), charge.to_string())];
        let found = self.list("/v1/refunds", &filter, Some(account)).await?;
        found.iter().map(|refund| Ok(object::refund(refund)?)).collect()
    }

    /// The refund that [`create_refund`](Self::create_refund) made from `new`, if Stripe has it: what to ask
    /// before asking for it again. Another one with our metadata was made by somebody else, and is not it:
    /// one of another amount, or one that is `known` already for something else.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn find_refund(
        &self,
        account: &AccountId,
        new: &NewRefund<'_>,
        known: impl Fn(&RefundId) -> bool,
    ) -> Result<Option<StripeRefund>, StripeError> {
        let is_it = |refund: &StripeRefund| {
            &refund.purpose == new.purpose && refund.amount == new.amount && !known(&refund.id)
        };
        Ok(self.refunds(account, new.charge).await?.into_iter().find(is_it))
    }
}
