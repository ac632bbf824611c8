//! What stands around a checkout: its payer, the card that paid, its merchant's settlement.

use super::table::{Store, Written};
use super::transaction::before;
use crate::adapters::clients::items::{item, read, settlement_item};
use crate::adapters::clients::keys::Key;
use crate::domain::books::settlement::Settlement;
use crate::domain::campaign::screening::Card;
use crate::domain::checkout::{Checkout, Event};
use crate::domain::decision::Around;
use crate::domain::ids::{CardId, MerchantId, PayerId};
use crate::domain::market::Country;
use crate::domain::payer::Payer;
use crate::fault::Fault;

impl Store {
    /// The payer `id`; one of whom nothing is known if there is none.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn payer(&self, id: &PayerId, country: Country) -> Result<Payer, Fault> {
        Ok(self.get(Key::payer(id)).await?.unwrap_or_else(|| Payer::new(id.clone(), country)))
    }

    /// Writes a payer whose version is one more than when it was read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_payer(&self, payer: &Payer) -> Result<Written, Fault> {
        self.put(item(Key::payer(&payer.id), payer)?, before(payer.version)).await
    }

    /// What the platform and a merchant owe each other, if they ever did.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn settlement(&self, merchant: &MerchantId) -> Result<Option<Settlement>, Fault> {
        self.get(Key::settlement(merchant)).await
    }

    /// Writes a settlement whose version is one more than when it was read.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn put_settlement(&self, settlement: &Settlement) -> Result<Written, Fault> {
        self.put(settlement_item(settlement)?, before(settlement.version)).await
    }

    /// Everything around `checkout` that `event` may concern, in one request.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn around(&self, checkout: &Checkout, event: &Event) -> Result<Around, Fault> {
        let country = checkout.country;
        let fingerprint =
            if let Event::Paid { charge, .. } = event { charge.fingerprint.as_ref() } else { None };
        let card = fingerprint.map(|fingerprint| CardId::of(country.code(), fingerprint));
        let mut keys = vec![Key::settlement(&checkout.merchant).into_item()];
        keys.extend(checkout.payer.iter().map(|payer| Key::payer(payer).into_item()));
        keys.extend(card.iter().map(|card| Key::card(card).into_item()));
        let nothing = Settlement::new(checkout.merchant.clone(), country, checkout.account.clone());
        let mut around = Around {
            payer: checkout.payer.clone().map(|payer| Payer::new(payer, country)),
            card: card.map(Card::new),
            settlement: Some(nothing),
        };
        for item in self.get_all(keys).await? {
            match item.get("pk").and_then(|pk| pk.as_s().ok()).and_then(|pk| pk.chars().next()) {
                Some('P') => around.payer = Some(read(item)?),
                Some('F') => around.card = Some(read(item)?),
                _ => around.settlement = Some(read(item)?),
            }
        }
        Ok(around)
    }
}
