//! `PUT /v1/merchants/{merchant}/insiders`: a merchant's own people, who earn nothing there.

use std::collections::BTreeSet;

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::merchant::Merchant;
use kembali::domain::payer::Phone;
use kembali::fault::Problem;
use serde::Deserialize;

use crate::EnableMerchant;
use crate::view::MerchantView;

/// They stand in the merchant's item, which every checkout reads.
const MOST_INSIDERS: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Insiders {
    phones: Vec<Phone>,
}

impl EnableMerchant {
    /// Replaces the merchant's own people. Only keyed hashes of their numbers are kept, and only how many
    /// they are is told. Once the market screens cards, a card that one of them has paid with earns nothing
    /// there either.
    pub(crate) async fn set_insiders(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let Insiders { phones } = request.json()?;
        if phones.len() > MOST_INSIDERS {
            let next = format!("Name at most {MOST_INSIDERS}.");
            return Err(Problem::invalid("phones", "There are too many.", next).into());
        }
        let insiders: BTreeSet<_> =
            phones.iter().map(|phone| self.payer_key.payer(phone, merchant.country)).collect();
        if insiders == merchant.insiders {
            return json(200, &MerchantView::of(&merchant));
        }
        let (expected, version) = (merchant.version, merchant.version.saturating_add(1));
        let merchant = self.save(Merchant { insiders, version, ..merchant }, expected).await?;
        json(200, &MerchantView::of(&merchant))
    }
}
