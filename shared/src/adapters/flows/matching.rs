//! The daily match carried out: a merchant's account after the other, then the platform's. What is compared,
//! and why a midnight between our time and Stripe's makes no difference, is in
//! [`matching`](crate::domain::books::matching).
//!
//! Looked at are the accounts on which we booked something that day. An account without any is not asked: a
//! market has many merchants, and most rest on most days.

mod claims;
mod groups;

use std::collections::{BTreeMap, BTreeSet};

use super::books::each_entry;
use crate::adapters::clients::store::{Store, Written};
use crate::adapters::clients::stripe::{Stripe, StripeError};
use crate::domain::books::Source;
use crate::domain::books::matching::{DayMatch, Difference, Verdict};
use crate::domain::books::movements::{
    Claim, claim_for, claim_of_settlement, claims, claims_of_day, settlements_of_day,
};
use crate::domain::books::thing::{Kind, Thing};
use crate::domain::ids::{AccountId, CheckoutId, MerchantId};
use crate::domain::market::Country;
use crate::domain::time::{Day, Timestamp};
use crate::fault::Fault;

use super::matching::claims::{Claims, is_platforms};
use super::matching::groups::{Group, group};

/// Stripe's transactions are read so far beyond the day's ends: what we booked on the other side of midnight
/// is then found without asking for it by name.
const BEYOND_SECONDS: i64 = 3600;

/// So many checkouts are read at a time.
const PAGE: usize = 100;

/// One match of one day.
struct Run<'a> {
    store: &'a Store,
    stripe: &'a Stripe,
    country: Country,
    bounds: (Timestamp, Timestamp),
    found: DayMatch,
    /// The checkout of each transfer.
    transfers: BTreeMap<String, CheckoutId>,
    /// What concerns the platform's own account, from all merchants.
    platform: Claims,
}

/// What was touched about a day: each merchant's checkouts, and the merchants who were paid a settlement.
#[derive(Default)]
struct Touched {
    checkouts: BTreeMap<MerchantId, BTreeSet<CheckoutId>>,
    settled: BTreeSet<MerchantId>,
}

/// Matches a day and keeps the result.
///
/// # Errors
/// Stripe or DynamoDB did not answer, or somebody else matches the same day.
pub async fn match_day(
    store: &Store,
    stripe: &Stripe,
    country: Country,
    day: Day,
    now: Timestamp,
) -> Result<DayMatch, Fault> {
    let known = store.day_match(country, day).await?.map(|known| known.version);
    let version = known.unwrap_or_default().saturating_add(1);
    let mut run = Run {
        store,
        stripe,
        country,
        bounds: day.bounds_in(&country.time_zone()),
        found: DayMatch::new(day, now, version),
        transfers: BTreeMap::new(),
        platform: Claims::default(),
    };
    let platform = run.groups_of(None).await?;
    let touched = touched(store, country, day).await?;
    for merchant in &touched.settled {
        run.match_settlement(merchant).await?;
    }
    for checkouts in touched.checkouts.values() {
        run.match_merchant(checkouts).await?;
    }
    let claims = std::mem::take(&mut run.platform);
    run.compare(None, platform, &claims).await?;
    match store.put_day_match(country, &run.found, known).await? {
        Written::Done => Ok(run.found),
        Written::Lost => Err(Fault::Retry("somebody else matches the same day".to_owned())),
    }
}

/// The checkouts for which something was booked that day, or so shortly before or after it that Stripe may
/// have it on that day.
async fn touched(store: &Store, country: Country, day: Day) -> Result<Touched, Fault> {
    let zone = country.time_zone();
    let (first, after) = day.bounds_in(&zone);
    let (from, until) = (first.plus_seconds(-BEYOND_SECONDS), after.plus_seconds(BEYOND_SECONDS));
    let mut touched = Touched::default();
    for day in [from.day_in(&zone), day, until.day_in(&zone)] {
        each_entry(store, country, day, |entry| {
            let is_near = entry.postings.iter().any(|posting| from <= posting.at && posting.at < until);
            match (entry.source, entry.merchant) {
                (Source::Checkout(checkout), Some(merchant)) if is_near => {
                    touched.checkouts.entry(merchant).or_default().insert(checkout);
                }
                (Source::Settlement(merchant), _) if is_near => {
                    touched.settled.insert(merchant);
                }
                // What a payer's own item books moves nothing at Stripe.
                (Source::Checkout(_) | Source::Settlement(_) | Source::Payer(_), _) => {}
            }
        })
        .await?;
    }
    Ok(touched)
}

impl Run<'_> {
    async fn match_settlement(&mut self, merchant: &MerchantId) -> Result<(), Fault> {
        if let Some(settlement) = self.store.settlement(merchant).await? {
            for claim in settlements_of_day(&settlement, self.bounds) {
                self.platform.add_settlement(&settlement, claim);
            }
        }
        Ok(())
    }

    async fn match_merchant(&mut self, checkouts: &BTreeSet<CheckoutId>) -> Result<(), Fault> {
        let ids: Vec<CheckoutId> = checkouts.iter().cloned().collect();
        let mut accounts: BTreeMap<AccountId, Claims> = BTreeMap::new();
        for some in ids.chunks(PAGE) {
            for checkout in self.store.checkouts(some).await? {
                let of_day = claims_of_day(&checkout, self.bounds);
                let own = accounts.entry(checkout.account.clone()).or_default();
                for claim in claims(&checkout) {
                    let is_of_day = of_day.contains(&claim);
                    let to = if is_platforms(claim.kind) { &mut self.platform } else { &mut *own };
                    to.add(&checkout, claim, is_of_day);
                }
            }
        }
        for (account, claims) in accounts {
            match self.groups_of(Some(&account)).await {
                Ok(groups) => self.compare(Some(&account), groups, &claims).await?,
                Err(Fault::Reject(_)) => self.found.not_read.push(account),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// What moved on an account about that day, thing by thing.
    async fn groups_of(&mut self, account: Option<&AccountId>) -> Result<Vec<Group>, Fault> {
        let (from, until) =
            (self.bounds.0.plus_seconds(-BEYOND_SECONDS), self.bounds.1.plus_seconds(BEYOND_SECONDS));
        let currency = self.country.currency();
        let mut found = self.stripe.transactions(account, currency.code(), (from, until)).await?;
        for thing in found.iter_mut().filter_map(|one| one.about.as_mut().ok()) {
            self.name_checkout(account, thing).await?;
        }
        Ok(group(found, self.bounds, &mut self.found))
    }

    /// A transfer is known by the checkout whose cashback it is for.
    async fn name_checkout(
        &mut self,
        account: Option<&AccountId>,
        thing: &mut Thing,
    ) -> Result<(), StripeError> {
        if thing.kind != Kind::Funding && thing.kind != Kind::FundingReceived {
            return Ok(());
        }
        if let (Some(account), Some(charge)) = (account, thing.charge.take())
            && let Some(transfer) = self.stripe.transfer_of(account, &charge).await?
        {
            thing.subject = transfer;
        }
        let transfer = thing.subject.clone();
        let mut checkout = thing.checkout.take().or_else(|| self.transfers.get(&transfer).cloned());
        if checkout.is_none() {
            let funding = self.stripe.funding(&transfer).await?;
            checkout = funding.checkout;
            // A reversal does not tell what it reverses.
            if funding.settles.is_some() && thing.kind == Kind::Funding {
                thing.kind = Kind::Settlement;
            }
            thing.settles = funding.settles;
        }
        if let Some(checkout) = checkout {
            thing.subject = checkout.to_string();
            thing.checkout = Some(checkout.clone());
            self.transfers.insert(transfer, checkout);
        }
        Ok(())
    }

    async fn compare(
        &mut self,
        account: Option<&AccountId>,
        groups: Vec<Group>,
        claims: &Claims,
    ) -> Result<(), Fault> {
        let mut seen = BTreeSet::new();
        for group in groups {
            let name = (group.thing.kind, group.thing.subject.clone());
            if group.is_of_day || claims.of_day.contains(&name) {
                let known = match claims.all.get(&name) {
                    Some((claim, checkout, _)) => Some((claim.clone(), checkout.clone())),
                    None => self.claim_elsewhere(account, &group.thing).await?,
                };
                self.judge(account, &group, known).await?;
            }
            seen.insert(name);
        }
        for name in claims.of_day.difference(&seen) {
            if let Some((claim, checkout, owner)) = claims.all.get(name) {
                self.look_for(account, claim, checkout.as_ref(), owner).await?;
            }
        }
        Ok(())
    }

    /// What Stripe has, against what is claimed.
    async fn judge(
        &mut self,
        account: Option<&AccountId>,
        group: &Group,
        known: Option<(Claim, Option<CheckoutId>)>,
    ) -> Result<(), Fault> {
        let is_met = |minor| known.as_ref().map_or(minor == 0, |(claim, _)| claim.is_met_by(minor));
        let mut there = group.sum;
        if !is_met(there) {
            // A part of it may lie on other days.
            there = self.sum_of_all_days(account, group).await?;
        }
        let verdict = match &known {
            _ if is_met(there) => Verdict::Same,
            Some(_) => Verdict::AmountDiffers,
            None => Verdict::MissingHere,
        };
        let here = known.as_ref().map(|(claim, _)| claim.least);
        let checkout = known.and_then(|(_, checkout)| checkout).or_else(|| group.thing.checkout.clone());
        let difference = Difference {
            kind: group.thing.kind,
            stripe: group.thing.source.clone(),
            checkout,
            account: account.cloned(),
            here,
            there: Some(there),
        };
        // What is the same is counted on Stripe's day, and on no other.
        if group.is_of_day || verdict != Verdict::Same {
            self.found.add(verdict, difference);
        }
        Ok(())
    }

    async fn sum_of_all_days(&self, account: Option<&AccountId>, group: &Group) -> Result<i64, Fault> {
        if group.thing.kind == Kind::Funding
            && let Some(checkout) = &group.thing.checkout
        {
            return Ok(self.kept(checkout).await?.unwrap_or_default().saturating_neg());
        }
        if group.thing.kind == Kind::FeeRefund {
            return Ok(self
                .stripe
                .fee_back(&group.thing.subject)
                .await?
                .unwrap_or_default()
                .saturating_neg());
        }
        if group.thing.kind == Kind::Settlement {
            return Ok(self.stripe.settled(&group.thing.subject).await?.unwrap_or_default());
        }
        self.sum_of(account, &group.sources).await.map(Option::unwrap_or_default)
    }

    /// What moved for these objects of Stripe's; nothing when it knows of no movement.
    async fn sum_of(
        &self,
        account: Option<&AccountId>,
        sources: &BTreeSet<String>,
    ) -> Result<Option<i64>, Fault> {
        let mut sum = None;
        for source in sources {
            // Stripe counts to a charge what is only associated with it, its refunds.
            let is_it =
                |about: &Result<Thing, String>| about.as_ref().is_ok_and(|thing| thing.source == *source);
            let found = self.stripe.transactions_of(account, source).await?.into_iter();
            for one in found.filter(|one| is_it(&one.about)) {
                sum = Some(sum.unwrap_or(0_i64).saturating_add(one.amount));
            }
        }
        Ok(sum)
    }

    /// How much of the platform's money for a checkout's cashback is with the merchant; nothing if none was
    /// ever sent.
    async fn kept(&self, checkout: &CheckoutId) -> Result<Option<i64>, Fault> {
        let fundings = self.stripe.fundings_of(checkout).await?;
        Ok(fundings.iter().map(|one| one.kept).reduce(i64::saturating_add))
    }

    /// What is claimed for a thing by a checkout that was not touched that day.
    async fn claim_elsewhere(
        &self,
        account: Option<&AccountId>,
        thing: &Thing,
    ) -> Result<Option<(Claim, Option<CheckoutId>)>, Fault> {
        if let Some(merchant) = &thing.settles {
            return Ok(self.settlement_elsewhere(account, thing, merchant).await?.map(|claim| (claim, None)));
        }
        let owner = account.or(thing.account.as_ref());
        let mut id = thing.checkout.clone();
        if let (None, Some(owner), Some(charge)) = (&id, owner, &thing.charge) {
            id = self.stripe.origin_of_charge(owner, charge).await?.checkout;
        }
        let Some(id) = id else { return Ok(None) };
        let Some(checkout) = self.store.checkout(&id).await? else { return Ok(None) };
        // Metadata can be written by whoever has a key of the account; whose account it is cannot.
        if owner.is_some_and(|owner| *owner != checkout.account) {
            return Ok(None);
        }
        if matches!(thing.kind, Kind::FundingReceived | Kind::FeeRefundReceived) {
            // How much it must be is judged where it comes from: on the platform's account.
            let claim =
                Claim { kind: thing.kind, subject: thing.subject.clone(), least: i64::MIN, most: i64::MAX };
            return Ok(Some((claim, Some(checkout.id))));
        }
        Ok(claim_for(&checkout, thing).map(|claim| (claim, Some(checkout.id))))
    }

    /// What is claimed for a transfer that Stripe says is a settlement with `merchant`.
    async fn settlement_elsewhere(
        &self,
        account: Option<&AccountId>,
        thing: &Thing,
        merchant: &MerchantId,
    ) -> Result<Option<Claim>, Fault> {
        let settlement = self.store.settlement(merchant).await?;
        let settlement = settlement.filter(|known| account.is_none_or(|account| *account == known.account));
        let claim = settlement.and_then(|known| claim_of_settlement(&known, &thing.subject));
        // How much it must be is judged where it comes from: on the platform's account.
        let anything = thing.kind == Kind::FundingReceived;
        Ok(claim.map(|claim| {
            if anything {
                Claim { kind: thing.kind, least: i64::MIN, most: i64::MAX, ..claim }
            } else {
                claim
            }
        }))
    }

    /// What is claimed, and was not among what moved that day: it may be a day older or newer at Stripe.
    async fn look_for(
        &mut self,
        account: Option<&AccountId>,
        claim: &Claim,
        checkout: Option<&CheckoutId>,
        owner: &AccountId,
    ) -> Result<(), Fault> {
        let there = match (claim.kind, checkout) {
            (Kind::Funding, Some(checkout)) => self.kept(checkout).await?.map(i64::saturating_neg),
            (Kind::Settlement, _) => self.stripe.settled(&claim.subject).await?,
            (Kind::FeeRefund, _) => self.stripe.fee_back(&claim.subject).await?.map(i64::saturating_neg),
            (Kind::ApplicationFee | Kind::Dispute, _) => {
                let sources = self.stripe.sources_of_charge(owner, &claim.subject, claim.kind).await?;
                self.sum_of(account, &sources.into_iter().collect()).await?
            }
            (
                Kind::Charge
                | Kind::Refund
                | Kind::Cashback
                | Kind::Funding
                | Kind::FundingReceived
                | Kind::FeeRefundReceived,
                _,
            ) => self.sum_of(account, &BTreeSet::from([claim.subject.clone()])).await?,
        };
        if claim.is_met_by(there.unwrap_or_default()) {
            return Ok(());
        }
        let verdict = if there.is_some() { Verdict::AmountDiffers } else { Verdict::MissingThere };
        let difference = Difference {
            kind: claim.kind,
            stripe: claim.subject.clone(),
            checkout: checkout.cloned(),
            account: account.cloned(),
            here: Some(claim.least),
            there,
        };
        self.found.add(verdict, difference);
        Ok(())
    }
}
