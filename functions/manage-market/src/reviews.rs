//! Cashbacks that wait for a person: `GET /v1/markets/{country}/reviews` lists them,
//! `POST /v1/cashbacks/{checkout}/approve|reject|retry|write-off` decides. The same route lists the merchants
//! with whom the platform could not settle: nothing is to be decided on them.

use kembali::adapters::clients::store::{ReviewEnd, UnsettledEnd};
use kembali::adapters::edge::http::{Answer, Request, json, not_found};
use kembali::adapters::edge::reason::{Reason, actor};
use kembali::adapters::flows::commit::decide_by_hand;
use kembali::domain::books::SignedAmount;
use kembali::domain::books::settlement::{Settlement, Trouble};
use kembali::domain::cashback::{Cashback, Waiting};
use kembali::domain::checkout::review::Waits;
use kembali::domain::checkout::view::CheckoutView;
use kembali::domain::checkout::{Checkout, Decided, Verdict};
use kembali::domain::ids::{CheckoutId, MerchantId};
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use serde::Serialize;

use crate::ManageMarket;

const PAGE: i32 = 25;

#[derive(Serialize)]
struct Page {
    reviews: Vec<Review>,
    /// The merchants with whom the platform could not settle, where these are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settlements: Vec<Unsettled>,
    /// Where the next page begins; `null` on the last.
    next_cursor: Option<String>,
}

/// Which list is asked for.
enum List {
    /// Cashbacks.
    Cashbacks(Waits),
    /// Settlements in trouble.
    Unsettled,
}

impl List {
    fn parse(name: &str) -> Result<Self, &'static str> {
        match Waits::parse(name) {
            Some(waits) => Ok(Self::Cashbacks(waits)),
            None if name == "unsettled" => Ok(Self::Unsettled),
            None => Err("There is no such list. Write `in_review`, `failed` or `unsettled`."),
        }
    }
}

/// A merchant with whom the platform could not settle.
#[derive(Serialize)]
struct Unsettled {
    merchant: MerchantId,
    state: Trouble,
    /// What the platform owes the merchant; below zero, what the merchant owes.
    amount: SignedAmount,
    since: Timestamp,
    /// How many times in a row Stripe has refused to move it.
    refusals: u32,
    /// When it is tried or looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    /// Why, for a person to read.
    why: &'static str,
}

/// A checkout, and what an operator has to know of its cashback beyond what the merchant sees.
#[derive(Serialize)]
struct Review {
    checkout: CheckoutView,
    /// For what it waits, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<Waits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Why, for a person to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Who decided what before, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<DecisionView>,
}

#[derive(Serialize)]
struct DecisionView {
    verdict: &'static str,
    actor: String,
    reason: String,
    at: Timestamp,
}

impl ManageMarket {
    pub(crate) async fn list_reviews(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let list = request.query("state", List::parse)?.unwrap_or(List::Cashbacks(Waits::InReview));
        match list {
            List::Cashbacks(waits) => self.list_cashbacks(request, country, waits).await,
            List::Unsettled => self.list_unsettled(request, country).await,
        }
    }

    async fn list_cashbacks(&self, request: &Request, country: Country, waits: Waits) -> Answer {
        let cursor = request.query("cursor", parse_cursor)?;
        let page = self.store.waiting_for_person(country, waits, cursor.as_ref(), PAGE).await?;
        let next_cursor = page.end.map(|end| format!("{}.{}", end.since.epoch_seconds(), end.checkout));
        let reviews = page.checkouts.iter().map(Review::from).collect();
        json(200, &Page { reviews, settlements: Vec::new(), next_cursor })
    }

    async fn list_unsettled(&self, request: &Request, country: Country) -> Answer {
        let cursor = request.query("cursor", parse_unsettled)?;
        let page = self.store.unsettled(country, cursor.as_ref(), PAGE).await?;
        let next_cursor = page.end.map(|end| format!("{}.{}", end.due_at.epoch_seconds(), end.merchant));
        let settlements = page.settlements.iter().filter_map(Unsettled::of).collect();
        json(200, &Page { reviews: Vec::new(), settlements, next_cursor })
    }

    /// Decides, and lets what follows from it happen. The same decision for the same reason again changes
    /// nothing.
    pub(crate) async fn decide(&self, request: &Request, verdict: Verdict) -> Answer {
        let id = request.path("checkout", CheckoutId::parse)?;
        let body: Reason = request.json()?;
        let decided = Decided { verdict, actor: actor(request)?, reason: body.checked()?, at: request.at };
        let checkout = self.store.checkout(&id).await?.ok_or_else(|| not_found("checkout"))?;
        let checkout = if checkout.was_decided(verdict, &decided.reason) {
            checkout
        } else {
            checkout.may_decide(verdict)?;
            let checkout = decide_by_hand(&self.store, checkout, &decided).await?;
            if !checkout.decisions.contains(&decided) {
                // Somebody was faster: what they decided stands.
                checkout.may_decide(verdict)?;
            }
            checkout
        };
        // The promise may be near: an approved cashback gets its schedule now, not with the next sweep.
        self.effects.ensure(&checkout, request.at).await?;
        json(200, &Review::from(&checkout))
    }
}

impl Unsettled {
    fn of(settlement: &Settlement) -> Option<Self> {
        let (state, since) = settlement.trouble()?;
        Some(Self {
            merchant: settlement.merchant.clone(),
            state,
            amount: SignedAmount::new(settlement.balance_minor, settlement.country.currency()),
            since,
            refusals: settlement.refusals,
            next_at: settlement.due_at,
            why: state.explanation(),
        })
    }
}

impl From<&Checkout> for Review {
    fn from(checkout: &Checkout) -> Self {
        let waits = checkout.waits_for_person();
        let decision = |decided: &Decided| DecisionView {
            verdict: decided.verdict.name(),
            actor: decided.actor.clone(),
            reason: decided.reason.clone(),
            at: decided.at,
        };
        Self {
            checkout: CheckoutView::from(checkout),
            waits: waits.map(|(waits, _)| waits),
            since: waits.map(|(_, since)| since),
            why: why(checkout),
            decisions: checkout.decisions.iter().map(decision).collect(),
        }
    }
}

/// Why a cashback waits for a person.
fn why(checkout: &Checkout) -> Option<String> {
    match &checkout.payment()?.cashback {
        Cashback::Held(Waiting { review: Some(suspicion), .. }) => Some(suspicion.explanation().to_owned()),
        Cashback::Failed { reason, .. } => Some(reason.explanation().to_owned()),
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Credited { .. }
        | Cashback::CreditedToWallet { .. }
        | Cashback::Reversed { .. } => None,
    }
}

const WRONG_CURSOR: &str = "The cursor is not valid. Send `next_cursor` of the page before, as it is.";

fn parse_cursor(text: &str) -> Result<ReviewEnd, &'static str> {
    let parse = || {
        let (since, checkout) = text.split_once('.')?;
        let since = Timestamp::from_epoch_seconds(since.parse().ok()?);
        Some(ReviewEnd { since, checkout: CheckoutId::parse(checkout).ok()? })
    };
    parse().ok_or(WRONG_CURSOR)
}

fn parse_unsettled(text: &str) -> Result<UnsettledEnd, &'static str> {
    let parse = || {
        let (due_at, merchant) = text.split_once('.')?;
        let due_at = Timestamp::from_epoch_seconds(due_at.parse().ok()?);
        Some(UnsettledEnd { due_at, merchant: MerchantId::parse(merchant).ok()? })
    };
    parse().ok_or(WRONG_CURSOR)
}
