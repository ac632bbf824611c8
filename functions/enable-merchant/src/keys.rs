//! `POST /v1/merchants/{merchant}/keys` and `…/keys/reset`

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::ids::MerchantId;
use kembali::domain::merchant::api_key::ApiKey;
use kembali::fault::Fault;

use crate::EnableMerchant;
use crate::view::MerchantView;

impl EnableMerchant {
    /// A new key beside the one in use. The key before that stops working.
    pub(crate) async fn rotate_key(&self, request: &Request) -> Answer {
        let merchant = self.own_merchant(request).await?;
        let key = new_key(&merchant.id)?;
        let merchant = self.save(merchant.with_key(&key), merchant.version).await?;
        json(201, &MerchantView::of(&merchant).with_key(&key))
    }

    /// For a merchant who has lost their keys, or somebody else has found them: one new key, and no other works.
    pub(crate) async fn reset_keys(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let key = new_key(&merchant.id)?;
        let merchant = self.save(merchant.with_only_key(&key), merchant.version).await?;
        json(201, &MerchantView::of(&merchant).with_key(&key))
    }
}

/// A key that nobody can guess.
pub(crate) fn new_key(merchant: &MerchantId) -> Result<ApiKey, Fault> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| Fault::Retry(format!("no randomness: {error}")))?;
    Ok(ApiKey::new(merchant, &random))
}
