//! Balance transactions: what really moved (<https://docs.stripe.com/api/balance_transactions/list>).

use serde::Deserialize;
use serde_json::Value;

use super::request::{Call, Stripe, StripeError};
use crate::domain::books::settlement::merchant_of_group;
use crate::domain::books::thing::{Kind, Transaction};
use crate::domain::ids::{AccountId, ChargeId, CheckoutId, MerchantId};
use crate::domain::stripe::object::read;
use crate::domain::time::Timestamp;

/// A transfer for a cashback, as far as the match needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funding {
    /// Stripe's transfer.
    pub transfer: String,
    /// The checkout that it is for, if it is one of ours.
    pub checkout: Option<CheckoutId>,
    /// The merchant whose settlement it is, if it is one.
    pub settles: Option<MerchantId>,
    /// What of it is still with the merchant, in minor units.
    pub kept: i64,
}

#[derive(Deserialize)]
struct RawTransfer {
    id: String,
    amount: i64,
    #[serde(default)]
    amount_reversed: i64,
    transfer_group: Option<String>,
}

impl From<RawTransfer> for Funding {
    fn from(raw: RawTransfer) -> Self {
        let group = raw.transfer_group.unwrap_or_default();
        Self {
            transfer: raw.id,
            checkout: CheckoutId::parse(&group).ok(),
            settles: merchant_of_group(&group),
            kept: raw.amount.saturating_sub(raw.amount_reversed),
        }
    }
}

impl Stripe {
    /// The balance transactions of an account (the platform's own if none) made from `from` to before
    /// `until`, in one currency.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn transactions(
        &self,
        account: Option<&AccountId>,
        currency: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<Transaction>, StripeError> {
        let filter = [
            ("created[gte]", from.epoch_seconds().to_string()),
            ("created[lt]", until.epoch_seconds().to_string()),
            ("currency", currency.to_ascii_lowercase()),
        ];
        self.read_transactions(account, &filter).await
    }

    /// All balance transactions of one object, whenever they were made.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn transactions_of(
        &self,
        account: Option<&AccountId>,
        source: &str,
    ) -> Result<Vec<Transaction>, StripeError> {
        match self.read_transactions(account, &[("source", source.to_owned())]).await {
            // An object that Stripe has never heard of has none.
            Err(StripeError::Refused { code }) if code == "resource_missing" => Ok(Vec::new()),
            found => found,
        }
    }

    async fn read_transactions(
        &self,
        account: Option<&AccountId>,
        filter: &[(&str, String)],
    ) -> Result<Vec<Transaction>, StripeError> {
        let expand = [("expand[0]", "data.source".to_owned())];
        let query: Vec<(String, String)> =
            filter.iter().chain(&expand).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let read = |one: &Value| Ok(Transaction::read(one)?);
        self.list_as("/v1/balance_transactions", &query, account, read).await
    }

    /// The objects by which Stripe knows what a claim names by its charge: the application fee, or the
    /// disputes.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn sources_of_charge(
        &self,
        account: &AccountId,
        charge: &str,
        kind: Kind,
    ) -> Result<Vec<String>, StripeError> {
        let id = |object: &Value| object.get("id").and_then(Value::as_str).map(str::to_owned);
        if kind == Kind::Dispute {
            let filter = [("charge".to_owned(), charge.to_owned())];
            let disputes = self.list("/v1/disputes", &filter, Some(account)).await?;
            return Ok(disputes.iter().filter_map(id).collect());
        }
        match self.send(Call::get(format!("/v1/charges/{charge}"), Some(account))).await {
            Ok(charge) => {
                let fee = charge.get("application_fee");
                Ok(fee
                    .and_then(|fee| fee.as_str().map(str::to_owned).or_else(|| id(fee)))
                    .into_iter()
                    .collect())
            }
            Err(StripeError::Refused { code }) if code == "resource_missing" => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The transfer that a charge is on the account that received it, if it is one.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn transfer_of(
        &self,
        account: &AccountId,
        charge: &ChargeId,
    ) -> Result<Option<String>, StripeError> {
        let charge = self.send(Call::get(format!("/v1/charges/{charge}"), Some(account))).await?;
        Ok(charge.get("source_transfer").and_then(Value::as_str).map(str::to_owned))
    }

    /// A transfer, which is the platform's.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn funding(&self, transfer: &str) -> Result<Funding, StripeError> {
        let answer: Value = self.send(Call::get(format!("/v1/transfers/{transfer}"), None)).await?;
        Ok(read::<RawTransfer>(&answer)?.into())
    }

    /// How much a settlement's transfer has moved, less what came back of it, in minor units, as the
    /// platform's balance sees it; nothing if Stripe has never heard of it.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn settled(&self, transfer: &str) -> Result<Option<i64>, StripeError> {
        match self.funding(transfer).await {
            Ok(one) => Ok(Some(one.kept.saturating_neg())),
            Err(StripeError::Refused { code }) if code == "resource_missing" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All transfers for the cashback of `checkout`.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn fundings_of(&self, checkout: &CheckoutId) -> Result<Vec<Funding>, StripeError> {
        let filter = [("transfer_group".to_owned(), checkout.to_string())];
        let found = self.list("/v1/transfers", &filter, None).await?;
        found.iter().map(|one| Ok(read::<RawTransfer>(one)?.into())).collect()
    }
}
