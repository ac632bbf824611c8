//! Transfers from the platform to a merchant, and back: the money for a cashback that the platform funds, and
//! settlements.

use std::fmt;

use serde::Deserialize;

use super::request::{Body, Call, Form, Stripe, StripeError};
use crate::domain::books::settlement::{self, Made, Settlement};
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::money::Money;
use crate::domain::stripe::object::{metadata, read};

#[derive(Deserialize)]
struct Transfer {
    id: String,
    amount: i64,
    #[serde(default)]
    amount_reversed: i64,
}

/// What was transferred for a cashback, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What is with the merchant.
    pub there: i64,
    /// What was ever sent, whether it came back or not.
    pub ever: i64,
}

/// Why money is moved, as a part of the key. It changes when an answer is known to be no, and never while
/// one is in doubt, since Stripe repeats a refusal to whoever brings the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The attempt of this number to pay a cashback needs it.
    Attempt(u32),
    /// It belongs elsewhere; so many times it was refused.
    AfterRefusals(u32),
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempt(attempt) => write!(f, "{attempt}"),
            Self::AfterRefusals(times) => write!(f, "r{times}"),
        }
    }
}

impl Transfer {
    fn net(&self) -> i64 {
        self.amount.saturating_sub(self.amount_reversed)
    }
}

impl Stripe {
    /// Sends what is missing of `amount` for the cashback of `checkout`, where so much is `there`, under the
    /// key of the attempt that needs it.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn fund_cashback(
        &self,
        account: &AccountId,
        checkout: &CheckoutId,
        amount: Money,
        attempt: u32,
        there: i64,
    ) -> Result<(), StripeError> {
        self.send_missing(account, checkout, amount, there, format!("transfer_{checkout}_{attempt}")).await
    }

    /// Makes sure that `amount` is there for a cashback that the payer has, no less and no more: a refund
    /// takes some of it back, and if that refund fails later, it belongs to the merchant again. The key is
    /// what was ever sent before, what is to be there and the `turn`: Stripe is asked each time what is
    /// there, so a key only has to hold while an answer is in doubt.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn restore_funding(
        &self,
        account: &AccountId,
        checkout: &CheckoutId,
        amount: Money,
        turn: Turn,
    ) -> Result<(), StripeError> {
        let Sent { there, ever } = self.keep_funding(checkout, amount, turn).await?;
        let key = format!("transfer_{checkout}_after_{ever}_to_{}_{turn}", amount.minor());
        self.send_missing(account, checkout, amount, there, key).await
    }

    async fn send_missing(
        &self,
        account: &AccountId,
        checkout: &CheckoutId,
        amount: Money,
        there: i64,
        key: String,
    ) -> Result<(), StripeError> {
        let missing = amount.minor().saturating_sub(there);
        if missing <= 0 {
            return Ok(());
        }
        let form: Form = vec![
            ("amount".to_owned(), missing.to_string()),
            ("currency".to_owned(), amount.currency().code().to_ascii_lowercase()),
            ("destination".to_owned(), account.to_string()),
            ("transfer_group".to_owned(), checkout.to_string()),
            (format!("metadata[{}]", metadata::CHECKOUT), checkout.to_string()),
        ];
        self.send(Call::post("/v1/transfers", None, key, Body::Form(form))).await.map(|_| ())
    }

    /// Pays a merchant what is owed, once: `transfer`'s number is the key. Gives Stripe's id of it. If it
    /// `may_have_been_asked` for, Stripe is first asked what it has: it forgets a key after a day, and a
    /// transfer never.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn settle(
        &self,
        settlement: &Settlement,
        transfer: settlement::Transfer,
        amount: Money,
        may_have_been_asked: bool,
    ) -> Result<String, StripeError> {
        let key = transfer.group(&settlement.merchant);
        if may_have_been_asked {
            let filter = [("transfer_group".to_owned(), key.clone())];
            // That Stripe will not tell is no answer to whether it has paid.
            let known = self.list("/v1/transfers", &filter, None).await;
            let known = known.map_err(|error| StripeError::Unknown { reason: error.to_string() })?;
            if let Some(made) = known.first() {
                return Ok(read::<Transfer>(made)?.id);
            }
        }
        let form: Form = vec![
            ("amount".to_owned(), amount.minor().to_string()),
            ("currency".to_owned(), amount.currency().code().to_ascii_lowercase()),
            ("destination".to_owned(), settlement.account.to_string()),
            ("transfer_group".to_owned(), key.clone()),
        ];
        let made = self.send(Call::post("/v1/transfers", None, key, Body::Form(form))).await?;
        Ok(read::<Transfer>(&made)?.id)
    }

    /// Takes `amount` of what was `made` back, once, and gives Stripe's id of the transfer. What of it has
    /// come back already is the transfer's own to tell, for as long as it exists; `transfer`'s number is only
    /// the key of this try, since Stripe repeats a refusal to whoever brings the same key.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn take_back(
        &self,
        settlement: &Settlement,
        transfer: settlement::Transfer,
        made: &Made,
        amount: Money,
    ) -> Result<String, StripeError> {
        let known = self.send(Call::get(format!("/v1/transfers/{}", made.transfer), None)).await;
        // That Stripe will not tell is no answer to whether it has come back.
        let known = known.map_err(|error| StripeError::Unknown { reason: error.to_string() })?;
        let reversed = made.reversed_minor.saturating_add(amount.minor());
        let missing = reversed.saturating_sub(read::<Transfer>(&known)?.amount_reversed);
        if missing > 0 {
            self.reverse(&made.transfer, missing, transfer.group(&settlement.merchant)).await?;
        }
        Ok(made.transfer.clone())
    }

    async fn reverse(&self, transfer: &str, minor: i64, key: String) -> Result<(), StripeError> {
        let path = format!("/v1/transfers/{transfer}/reversals");
        let form: Form = vec![("amount".to_owned(), minor.to_string())];
        self.send(Call::post(path, None, key, Body::Form(form))).await.map(|_| ())
    }

    /// Takes back what was transferred for the cashback of `checkout` beyond `keep`, and gives what is there
    /// then. The key of a reversal is the sum that it brings about, so repeating it takes nothing more, and
    /// the `turn`, so that an empty balance is asked anew.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn keep_funding(
        &self,
        checkout: &CheckoutId,
        keep: Money,
        turn: Turn,
    ) -> Result<Sent, StripeError> {
        let filter = [("transfer_group".to_owned(), checkout.to_string())];
        let found = self.list("/v1/transfers", &filter, None).await?;
        let transfers =
            found.iter().map(|one| Ok(read(one)?)).collect::<Result<Vec<Transfer>, StripeError>>()?;
        let there: i64 = transfers.iter().map(Transfer::net).sum();
        let mut surplus = there.saturating_sub(keep.minor());
        for transfer in transfers.iter().filter(|transfer| transfer.net() > 0) {
            if surplus <= 0 {
                break;
            }
            let back = surplus.min(transfer.net());
            let reversed = transfer.amount_reversed.saturating_add(back);
            let key = format!("reversal_{}_{reversed}_{turn}", transfer.id);
            self.reverse(&transfer.id, back, key).await?;
            surplus = surplus.saturating_sub(back);
        }
        let ever = transfers.iter().fold(0_i64, |sum, transfer| sum.saturating_add(transfer.amount));
        Ok(Sent { there: there.min(keep.minor()), ever })
    }
}
