//! From an order to a checkout with a page: what is promised is taken from budgets and caps in the same
//! transaction that writes the promise.

use std::collections::BTreeSet;

use kembali::adapters::clients::store::{Committed, need};
use kembali::adapters::clients::stripe::{NewSession, Session, StripeError};
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::flows::commit;
use kembali::adapters::flows::commit::apply;
use kembali::domain::campaign::budget::{Pot, Slot, part_of_budget};
use kembali::domain::checkout::order::{Known, Order};
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::checkout::{Checkout, Event, State};
use kembali::domain::decision::{Commit, create};
use kembali::domain::ids::{CampaignId, SessionId};
use kembali::domain::market::{Country, Method};
use kembali::domain::money::{Money, MoneyError};
use kembali::domain::payer::Payer;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::CreateCheckout;

/// How often the promise is made anew when somebody else took what it needed.
const TRIES: u32 = 10;

/// A page at Stripe, and what it was asked to charge and to take of that for the platform.
struct Page {
    session: SessionId,
    url: String,
    asked: (Money, Money),
}

impl CreateCheckout {
    /// Opens Stripe's page and writes the checkout. Nothing is written before the page is there: should this
    /// be the end of the function, the repetition of the request gets the same page by the same key. Only a
    /// checkout that is partly paid with credit is written first, since its repetition might find another
    /// credit. It takes the place of one that Stripe `refused` a page for before.
    pub(crate) async fn place(
        &self,
        order: Order<'_>,
        refused: Option<Checkout>,
        request: &Request,
    ) -> Answer {
        let (mut order, mut refused) = (order, refused);
        let country = order.merchant.country;
        let mut page: Option<Page> = None;
        let mut used_up = self.campaigns.used_up(country, order.at);
        for _ in 0..TRIES {
            let known = self.campaigns.of(&self.store, country, order.at).await?;
            let mut checkout = order.price(&known, &used_up).map_err(broken)?;
            if let Some(refused) = &refused {
                checkout = checkout.in_place_of(refused);
            }
            if checkout.wallet.is_empty() {
                let asked = asked(&checkout).map_err(broken)?;
                // What is promised now may want another cover than the page has that was made before.
                if page.as_ref().is_none_or(|page| page.asked != asked) {
                    match self.open(&checkout, asked).await {
                        Ok((session, url)) => page = Some(Page { session, url, asked }),
                        Err(error) => return self.without_page(checkout, error).await,
                    }
                }
                checkout.session = page.as_ref().map(|page| page.session.clone());
            }
            let commit = create(checkout, order.payer.as_ref()).map_err(broken)?;
            match commit::create(&self.store, &commit, |slot| full(&known, slot)).await? {
                Committed::Done => {
                    let (checkout, url) = match page.filter(|_| commit.checkout.session.is_some()) {
                        Some(Page { url, .. }) => (commit.checkout, Some(url)),
                        None => self.open_written(commit.checkout, order.at).await?,
                    };
                    return json(201, &CheckoutView::from(&checkout).with_url(url));
                }
                Committed::UsedUp(slots) => {
                    used_up.extend(self.refill(&known, &commit, &slots, order.at).await?);
                }
                // The same request twice at the same time, or another checkout of the same payer.
                Committed::Lost => {
                    let payers: Vec<_> = order.payer.iter().map(|payer| payer.id.clone()).collect();
                    let seen = self.store.seen(&order.merchant.id, &order.id, &payers).await?;
                    if let Some(first) = seen.checkout {
                        first.is_for(&order.content, payers.first())?;
                        if !first.has_been_refused() {
                            return self.repeat(first, request).await;
                        }
                        refused = Some(first);
                    }
                    let again = |id| Payer::new(id, country);
                    order.payer = seen.payers.into_iter().next().or(payers.into_iter().next().map(again));
                }
            }
        }
        Err(Fault::Retry("the campaigns are busy".to_owned()))
    }

    /// Has the empty parts of budgets refilled from others; gives the campaigns for which nothing is left
    /// anywhere.
    async fn refill(
        &self,
        known: &Known,
        commit: &Commit,
        slots: &[Slot],
        now: Timestamp,
    ) -> Result<BTreeSet<CampaignId>, Fault> {
        let mut used_up = BTreeSet::new();
        for change in commit.budget.iter().filter(|change| slots.contains(&change.slot)) {
            let id = &change.slot.campaign;
            let campaign = known.campaigns.iter().find(|campaign| &campaign.rule.id == id);
            let campaign = campaign.ok_or_else(|| Fault::Bug("a budget of no campaign".to_owned()))?;
            if !self.store.refill(campaign, &change.slot, need(change)).await? {
                self.campaigns.mark_used_up(campaign.country, id, now);
                used_up.insert(id.clone());
            }
        }
        Ok(used_up)
    }

    /// Writes down that Stripe refused to make the page of a checkout that was not written yet, so that
    /// whoever sends the order again asks for it under another key. What somebody else has written meanwhile
    /// stands.
    async fn without_page(&self, checkout: Checkout, error: StripeError) -> Answer {
        if let StripeError::Refused { .. } = error {
            let commit = create(checkout.refused(), None).map_err(broken)?;
            let _written = commit::create(&self.store, &commit, |_| Pot::default()).await?;
        }
        Err(error.into())
    }

    /// Opens the page of a checkout that is written down without one, and writes it down. If the checkout was
    /// given up meanwhile, its credit is back in the wallet, and the page is closed again: nobody may pay on
    /// it.
    pub(crate) async fn open_written(
        &self,
        checkout: Checkout,
        now: Timestamp,
    ) -> Result<(Checkout, Option<String>), Fault> {
        let asked = asked(&checkout).map_err(broken)?;
        let (session, url) = match self.open(&checkout, asked).await {
            Ok(opened) => opened,
            Err(error) => {
                if let StripeError::Refused { .. } = error {
                    apply(&self.store, checkout, &Event::PageRefused, now).await?;
                }
                return Err(error.into());
            }
        };
        let event = Event::SessionOpened { session: session.clone() };
        let checkout = apply(&self.store, checkout, &event, now).await?;
        if checkout.state == State::Open && checkout.session.as_ref() == Some(&session) {
            return Ok((checkout, Some(url)));
        }
        self.stripe.of(checkout.country)?.expire_session(&checkout.account, &session).await?;
        Ok((checkout, None))
    }

    async fn open(
        &self,
        checkout: &Checkout,
        (charged, application_fee): (Money, Money),
    ) -> Result<(SessionId, String), StripeError> {
        let methods = methods(checkout);
        let new = NewSession {
            checkout: &checkout.id,
            refusals: checkout.refusals,
            content: &checkout.content,
            charged,
            application_fee,
            methods: &methods,
            return_url: &self.return_url,
        };
        let stripe = self.stripe.of(checkout.country)?;
        let Session { id, url, .. } = stripe.create_session(&checkout.account, &new).await?;
        Ok((id, url.ok_or_else(|| StripeError::NotUnderstood { field: "url".to_owned() })?))
    }
}

/// What Stripe is asked to charge, and what it takes of that for the platform.
fn asked(checkout: &Checkout) -> Result<(Money, Money), MoneyError> {
    Ok((checkout.charged()?, checkout.application_fee()?))
}

/// The ways to pay that the checkout has offers for, in the market's order.
fn methods(checkout: &Checkout) -> Vec<Method> {
    let offered: BTreeSet<Method> = checkout.offers.keys().map(|tender| tender.method()).collect();
    let country: Country = checkout.country;
    country.methods().iter().copied().filter(|method| offered.contains(method)).collect()
}

fn full(known: &Known, slot: &Slot) -> Pot {
    let campaign = known.campaigns.iter().find(|campaign| campaign.rule.id == slot.campaign);
    campaign.map(|campaign| part_of_budget(campaign, slot)).unwrap_or_default()
}

fn broken(error: MoneyError) -> Fault {
    Fault::Bug(format!("price a checkout: {error}"))
}
