//! From what a merchant asks for to a checkout: what is paid with credit, what Stripe charges, and what is
//! promised.

use std::collections::BTreeSet;

use super::cover;
use super::new_checkout::Content;
use super::state::{Checkout, State};
use crate::domain::campaign::offer::Market;
use crate::domain::campaign::policy::Policy;
use crate::domain::campaign::{Campaign, Purchase};
use crate::domain::ids::{AccountId, CampaignId, CheckoutId};
use crate::domain::market::{Method, Tender};
use crate::domain::merchant::Merchant;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::payer::{Lot, Payer};
use crate::domain::promise::NoCashback;
use crate::domain::time::Timestamp;

/// What a merchant asks for, checked, with everything that is known about it.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The checkout that it becomes.
    pub id: CheckoutId,
    /// Whose it is.
    pub merchant: &'a Merchant,
    /// The merchant's connected account.
    pub account: &'a AccountId,
    /// The ways to pay that are active on it.
    pub active: &'a BTreeSet<Method>,
    /// What was asked for.
    pub content: Content,
    /// Who pays, if it is known.
    pub payer: Option<Payer>,
    /// When.
    pub at: Timestamp,
}

/// A market as it is known at one moment.
#[derive(Clone, Debug)]
pub struct Known {
    /// What holds for all campaigns.
    pub policy: Policy,
    /// The campaigns.
    pub campaigns: Vec<Campaign>,
}

impl Order<'_> {
    /// The ways to pay `charged`: the market's that accept the amount and are active on the account.
    pub fn methods(&self, charged: Money) -> Vec<Method> {
        let market = self.merchant.country.methods().iter().copied();
        market.filter(|method| method.accepts(charged) && self.active.contains(method)).collect()
    }

    /// The checkout, not yet with Stripe's page. The credit is what the payer has, as far as the rest can
    /// still be charged: Stripe takes no payment below a method's minimum.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn price(&self, known: &Known, used_up: &BTreeSet<CampaignId>) -> Result<Checkout, MoneyError> {
        let (merchant, content) = (self.merchant, &self.content);
        let wallet = self.credit();
        let credit = wallet.iter().fold(0_i64, |sum, lot| sum.saturating_add(lot.minor));
        let charged = content.amount.minus(Money::from_minor(credit, content.amount.currency())?)?;
        let insider = self.payer.as_ref().is_some_and(|payer| merchant.insiders.contains(&payer.id));
        let closed = if known.policy.stopped.is_some() {
            Some(NoCashback::MarketStopped)
        } else {
            insider.then_some(NoCashback::OwnMerchant)
        };
        let market = Market { campaigns: &known.campaigns, used_up, closed };
        let purchase = Purchase {
            merchant: &merchant.id,
            category: merchant.category.as_ref(),
            amount: charged,
            tender: Tender::Card,
            channel: content.channel,
            at: self.at,
            payer: self.payer.as_ref(),
        };
        let offers = market.offers(&self.id, &purchase, &self.methods(charged))?;
        let fee = charged.share(merchant.fee_rate(), Round::Down)?;
        Ok(Checkout {
            id: self.id.clone(),
            merchant: merchant.id.clone(),
            account: self.account.clone(),
            country: merchant.country,
            cover_minor: cover::of_offers(offers.values(), charged, fee)?,
            offers,
            fee,
            payer: self.payer.as_ref().map(|payer| payer.id.clone()),
            insider,
            remembers_payer: self.payer.is_some() && self.is_history_asked(known),
            counted_by: if self.payer.is_some() { self.counted_by(known) } else { BTreeSet::new() },
            screening: known.policy.screening,
            wallet,
            session: None,
            refusals: 0,
            content: content.clone(),
            state: State::Open,
            postings: Vec::new(),
            folded: 0,
            decisions: Vec::new(),
            created_at: self.at,
            version: 1,
        })
    }

    /// The campaigns that are running and count payments.
    fn counted_by(&self, known: &Known) -> BTreeSet<CampaignId> {
        let counts =
            |campaign: &&Campaign| campaign.rule.counts_payments() && campaign.status(self.at) == "running";
        known.campaigns.iter().filter(counts).map(|campaign| campaign.rule.id.clone()).collect()
    }

    fn credit(&self) -> Vec<Lot> {
        let smallest = self
            .methods(self.content.amount)
            .iter()
            .filter_map(|method| method.limits(self.content.amount.currency()).ok())
            .map(|(smallest, _)| smallest.minor())
            .max();
        match (&self.payer, smallest) {
            (Some(payer), Some(smallest)) if self.content.use_wallet => {
                let most = self.content.amount.minor().saturating_sub(smallest);
                payer.pick(payer.spendable_minor(self.at).min(most), self.at)
            }
            _ => Vec::new(),
        }
    }

    /// Whether a campaign that is not over, or the screening, asks how often a payer has paid.
    fn is_history_asked(&self, known: &Known) -> bool {
        let asks =
            |campaign: &Campaign| campaign.rule.asks_for_visits() && campaign.status(self.at) != "ended";
        !known.policy.screening.is_off() || known.campaigns.iter().any(asks)
    }
}

#[cfg(test)]
mod tests;
