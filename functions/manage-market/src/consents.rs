//! `POST /v1/markets/{country}/wallet-consents`: the platform testifies that a payer wants to spend credit on
//! an order.

use kembali::adapters::edge::http::{Answer, Request, json, not_found};
use kembali::domain::ids::{MerchantId, Reference};
use kembali::domain::money::Money;
use kembali::domain::payer::{Consent, Phone};
use kembali::fault::Problem;
use serde::{Deserialize, Serialize};

use crate::ManageMarket;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewConsent {
    /// Who has agreed, in the platform's own chat.
    phone: Phone,
    merchant: MerchantId,
    /// The merchant's order number.
    reference: Reference,
    /// The price of the order.
    amount: Money,
}

#[derive(Serialize)]
struct ConsentView {
    wallet_consent: String,
}

impl ManageMarket {
    /// The same payer and order always give the same text, and it is good for that order only.
    pub(crate) async fn testify(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let next = "Have the merchant create the checkout without a consent: the payer pays the whole price.";
        country.check_wallets("country", next)?;
        let NewConsent { phone, merchant, reference, amount } = request.json()?;
        if amount.currency() != country.currency() {
            let detail = format!("Merchants in {} charge in {}.", country.code(), country.currency().code());
            let next = format!("Write the amount in {}.", country.currency().code());
            return Err(Problem::invalid("amount.currency", detail, next).into());
        }
        let known = self.store.merchant(&merchant).await?.filter(|known| known.country == country);
        let merchant = known.ok_or_else(|| not_found("merchant"))?.id;
        let payer = self.payer_key.payer(&phone, country);
        let consent = Consent { payer: &payer, merchant: &merchant, reference: &reference, amount };
        json(200, &ConsentView { wallet_consent: self.payer_key.testify(&consent) })
    }
}
