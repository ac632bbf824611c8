//! `GET /v1/merchants/{merchant}` and `POST …/onboarding-link`

use kembali::adapters::clients::store::Written;
use kembali::adapters::clients::stripe::{NewAccount, OnboardingLink};
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::ids::AccountId;
use kembali::domain::merchant::{Event, Merchant, State};
use kembali::domain::time::Timestamp;
use kembali::fault::{Fault, Kind, Problem};

use crate::view::MerchantView;
use crate::{EnableMerchant, impossible};

impl EnableMerchant {
    /// Where the merchant stands, and if not enabled, why, until when, and where to mend it.
    pub(crate) async fn read(&self, request: &Request) -> Answer {
        let merchant = self.own_merchant(request).await?;
        let view = MerchantView::of(&merchant);
        match &merchant.state {
            State::Onboarding { account, .. } | State::Restricted { account, .. } => {
                // What is missing is known without Stripe; only the link is not.
                match self.link(&merchant, account, request).await {
                    Ok(link) => json(200, &view.with_link(&link)),
                    Err(fault) => {
                        tracing::warn!(merchant = %merchant.id, %fault, "no link to show");
                        json(200, &view)
                    }
                }
            }
            State::Waitlisted => {
                let rollout = self.store.rollout(merchant.country).await?;
                json(200, &if merchant.admitted_by(&rollout) { view.now_admitted() } else { view })
            }
            State::Invited
            | State::InReview { .. }
            | State::Enabled { .. }
            | State::Suspended { .. }
            | State::Closed { .. } => json(200, &view),
        }
    }

    /// Begins or continues the onboarding with a link that works once.
    pub(crate) async fn onboarding_link(&self, request: &Request) -> Answer {
        let merchant = self.own_merchant(request).await?;
        let merchant = self.admit(merchant).await?;
        let merchant = self.with_account(merchant, request.at).await?;
        match &merchant.state {
            State::Onboarding { account, .. }
            | State::InReview { account }
            | State::Enabled { account, .. }
            | State::Restricted { account, .. } => json(
                201,
                &MerchantView::of(&merchant).with_link(&self.link(&merchant, account, request).await?),
            ),
            State::Waitlisted | State::Invited | State::Suspended { .. } | State::Closed { .. } => {
                Err(no_link(&merchant).into())
            }
        }
    }

    /// A merchant on the waiting list is let in as soon as the market's rollout says so.
    async fn admit(&self, merchant: Merchant) -> Result<Merchant, Fault> {
        if merchant.state != State::Waitlisted {
            return Ok(merchant);
        }
        let rollout = self.store.rollout(merchant.country).await?;
        if !merchant.admitted_by(&rollout) {
            return Ok(merchant);
        }
        match merchant.on(&Event::Admitted).map_err(impossible)? {
            Some(next) => self.save(next, merchant.version).await,
            None => Ok(merchant),
        }
    }

    /// An invited merchant gets a connected account: one, however often this is begun, by the key under which
    /// Stripe is asked for it.
    async fn with_account(&self, merchant: Merchant, now: Timestamp) -> Result<Merchant, Fault> {
        if merchant.state != State::Invited {
            return Ok(merchant);
        }
        let new = NewAccount {
            merchant: &merchant.id,
            reference: &merchant.reference,
            name: merchant.name.as_str(),
            email: &merchant.email,
            country: merchant.country,
        };
        let account = self.stripe.of(merchant.country)?.create_account(&new).await?;
        let Some(next) = merchant.on(&Event::AccountCreated(account.clone())).map_err(impossible)? else {
            return Ok(merchant);
        };
        match self.store.put_merchant_with_account(&next, &account, merchant.version, now).await? {
            Written::Done => Ok(next),
            Written::Lost => Err(Fault::Retry("the merchant changed meanwhile".to_owned())),
        }
    }

    async fn link(
        &self,
        merchant: &Merchant,
        account: &AccountId,
        request: &Request,
    ) -> Result<OnboardingLink, Fault> {
        let stripe = self.stripe.of(merchant.country)?;
        Ok(stripe.create_onboarding_link(account, &self.onboarding_url, &request.id).await?)
    }
}

fn no_link(merchant: &Merchant) -> Problem {
    let detail = format!("The merchant is {}; there is nothing to onboard.", merchant.state.name());
    let next = match merchant.state {
        State::Waitlisted => "Wait until the platform opens the market further, then ask again.",
        State::Invited
        | State::Onboarding { .. }
        | State::InReview { .. }
        | State::Enabled { .. }
        | State::Restricted { .. }
        | State::Suspended { .. }
        | State::Closed { .. } => "Ask the platform.",
    };
    Problem::new(Kind::WrongState, detail).next(next)
}
