//! `POST /v1/merchants/{merchant}/suspend` and `…/resume`

use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::edge::reason::check_reason;
use kembali::domain::merchant::Event;
use kembali::domain::text::Line;
use kembali::fault::Fault;
use serde::Deserialize;

use crate::view::MerchantView;
use crate::{EnableMerchant, impossible};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suspension {
    /// Why, for the platform's own notes.
    reason: Line,
    /// Why, for the merchant to read.
    #[serde(default)]
    reason_for_merchant: Option<Line>,
}

impl EnableMerchant {
    /// Stops new checkouts of a merchant. What payers were promised is still paid.
    pub(crate) async fn suspend(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let Suspension { reason, reason_for_merchant } = request.json()?;
        check_reason("reason", &reason)?;
        reason_for_merchant.iter().try_for_each(|reason| check_reason("reason_for_merchant", reason))?;
        let event = Event::Suspended { reason, reason_for_merchant };
        let next = merchant.on(&event).map_err(impossible)?;
        let merchant = match next {
            Some(next) => self.save(next, merchant.version).await?,
            None => merchant,
        };
        json(200, &MerchantView::for_operator(&merchant))
    }

    /// Lets a merchant go on, with what the account is worth now.
    pub(crate) async fn resume(&self, request: &Request) -> Answer {
        let merchant = self.any_merchant(request).await?;
        let Some(resumed) = merchant.on(&Event::Resumed).map_err(impossible)? else {
            return json(200, &MerchantView::of(&merchant));
        };
        let account =
            resumed.state.account().ok_or_else(|| Fault::Bug("resumed without an account".to_owned()))?;
        let reading = self.stripe.of(resumed.country)?.account(account, resumed.country).await?;
        let next = resumed.on(&Event::AccountRead(reading)).map_err(impossible)?.unwrap_or(resumed);
        let merchant = self.save(next, merchant.version).await?;
        json(200, &MerchantView::of(&merchant))
    }
}
