//! Transfers from the platform to a merchant: the money for a cashback that the platform funds.

use serde::Deserialize;

use super::request::{Body, Call, Form, Stripe, StripeError};
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::money::Money;
use crate::domain::stripe_object::{metadata, read};

#[derive(Deserialize)]
struct Transfer {
    id: String,
    amount: i64,
    #[serde(default)]
    amount_reversed: i64,
}

impl Stripe {
    /// Makes sure that `amount` for the cashback of `checkout` is on the merchant's account: one transfer that stands,
    /// whatever the number of attempts at the refund that follows. One that was taken back is made again, under the key
    /// of the attempt that needs it. `is_first_try` saves the look at what was transferred before; it must only be true
    /// when nothing can have been.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn fund_cashback(
        &self,
        account: &AccountId,
        checkout: &CheckoutId,
        amount: Money,
        attempt: u32,
        is_first_try: bool,
    ) -> Result<(), StripeError> {
        if !is_first_try && self.standing_transfer(checkout).await?.is_some() {
            return Ok(());
        }
        let form: Form = vec![
            ("amount".to_owned(), amount.minor().to_string()),
            ("currency".to_owned(), amount.currency().code().to_ascii_lowercase()),
            ("destination".to_owned(), account.to_string()),
            ("transfer_group".to_owned(), checkout.to_string()),
            (format!("metadata[{}]", metadata::CHECKOUT), checkout.to_string()),
        ];
        let key = format!("transfer_{checkout}_{attempt}");
        self.send(Call::post("/v1/transfers", None, key, Body::Form(form))).await.map(|_| ())
    }

    /// Takes back what was transferred for the cashback of `checkout`, if anything was and it has not been taken back.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn unfund_cashback(&self, checkout: &CheckoutId) -> Result<(), StripeError> {
        let Some(transfer) = self.standing_transfer(checkout).await? else { return Ok(()) };
        let path = format!("/v1/transfers/{}/reversals", transfer.id);
        let key = format!("reversal_{}", transfer.id);
        self.send(Call::post(path, None, key, Body::Empty)).await.map(|_| ())
    }

    /// The transfer for the cashback of `checkout` that has not been taken back.
    async fn standing_transfer(&self, checkout: &CheckoutId) -> Result<Option<Transfer>, StripeError> {
        let filter = [("transfer_group".to_owned(), checkout.to_string())];
        for found in self.list("/v1/transfers", &filter, None).await? {
            let transfer: Transfer = read(&found)?;
            if transfer.amount_reversed < transfer.amount {
                return Ok(Some(transfer));
            }
        }
        Ok(None)
    }
}
