//! `POST /v1/merchants/{merchant}/keys` and `…/keys/reset`

use kembali::adapters::edge::auth;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::ids::MerchantId;
use kembali::domain::merchant::api_key::{ApiKey, Seed};
use kembali::fault::Fault;

use crate::EnableMerchant;
use crate::view::MerchantView;

const ROLLED: &str = "Give this key to everything that sends the old one. Both work until you ask for the next key with \
                      this one; every older key has stopped working.";
const RESET: &str = "Every other key has stopped working.";

impl EnableMerchant {
    /// The successor of the key that the request carries. A key has one: whoever did not hear the answer asks
    /// again and is told the same. What stops working is the key before the one that the request carries.
    pub(crate) async fn rotate_key(&self, request: &Request) -> Answer {
        let merchant = self.own_merchant(request).await?;
        let key = auth::key(request)?;
        if let Some(successor) = merchant.successor_of(&key) {
            return json(200, &MerchantView::of(&merchant).with_key(&successor).with_next(ROLLED));
        }
        let (rolled, successor) = merchant.with_successor_of(&key, Seed::new(&random()?));
        let rolled = self.save(rolled, merchant.version).await?;
        json(201, &MerchantView::of(&rolled).with_key(&successor).with_next(ROLLED))
    }

    /// For a merchant who has lost their keys, or somebody else has found them: one new key, and no other
    /// works. Each reset makes another one. Repeated since its answer was lost, it ends a key that nobody was
    /// told.
    pub(crate) async fn reset_keys(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let key = new_key(&merchant.id)?;
        let merchant = self.save(merchant.with_only_key(&key), merchant.version).await?;
        json(201, &MerchantView::of(&merchant).with_key(&key).with_next(RESET))
    }
}

/// A key that nobody can guess.
pub(crate) fn new_key(merchant: &MerchantId) -> Result<ApiKey, Fault> {
    Ok(ApiKey::new(merchant, &random()?))
}

fn random() -> Result<[u8; 32], Fault> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| Fault::Retry(format!("no randomness: {error}")))?;
    Ok(random)
}
