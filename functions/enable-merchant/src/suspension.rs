//! `POST /v1/merchants/{merchant}/suspend` and `…/resume`

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::merchant::Event;
use kembali::fault::{Fault, Problem};
use serde::Deserialize;

use crate::view::MerchantView;
use crate::{EnableMerchant, impossible};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suspension {
    reason: String,
}

impl EnableMerchant {
    /// Stops new checkouts of a merchant. What payers were promised is still paid.
    pub(crate) async fn suspend(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let Suspension { reason } = request.json()?;
        if reason.trim().is_empty() || reason.chars().count() > 250 {
            return Err(Problem::invalid("reason", "Write 1 to 250 characters.").into());
        }
        let next = merchant.on(&Event::Suspended { reason }).map_err(impossible)?;
        let merchant = match next {
            Some(next) => self.save(next, merchant.version).await?,
            None => merchant,
        };
        json(200, &MerchantView::of(&merchant))
    }

    /// Lets a merchant go on, with what the account is worth now.
    pub(crate) async fn resume(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let Some(resumed) = merchant.on(&Event::Resumed).map_err(impossible)? else {
            return json(200, &MerchantView::of(&merchant));
        };
        let account =
            resumed.state.account().ok_or_else(|| Fault::Bug("resumed without an account".to_owned()))?;
        let reading = self.stripe.account(account, resumed.country).await?;
        let next = resumed.on(&Event::AccountRead(reading)).map_err(impossible)?.unwrap_or(resumed);
        let merchant = self.save(next, merchant.version).await?;
        json(200, &MerchantView::of(&merchant))
    }
}
