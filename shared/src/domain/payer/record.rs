//! A payer in one market: what they have used of campaigns, the credit in their wallet, and what they owe.
//! Nobody is named: a payer is a [keyed hash](super::identity::PayerKey) of a phone number.
//!
//! Nothing writes to a payer by itself. What a checkout [occupies](crate::domain::decision::occupied) of a
//! payer is a function of the checkout's state; the payer changes by the difference between two states.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lot::Lot;
use super::usage::Use;
use crate::domain::ids::{CampaignId, CardId, MerchantId, PayerId, Reference};
use crate::domain::market::Country;
use crate::domain::posting::Posting;
use crate::domain::time::{Day, Timestamp};

/// One payer in one market: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// A keyed hash of the phone number.
    pub id: PayerId,
    /// The market.
    pub country: Country,
    /// How many payments at which merchant, as far as a campaign or a screening of the market asked for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<MerchantId, u32>,
    /// How many payments were begun on the last two days that any was, for the screening: a page that is
    /// opened today may be paid tomorrow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<(Day, u32)>,
    /// What was used of each campaign.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uses: BTreeMap<CampaignId, Use>,
    /// The cards this payer has paid with.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cards: BTreeSet<CardId>,
    /// Credit that can be spent, the first to expire first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wallet: Vec<Lot>,
    /// What the payer owes: credit that was spent before its payment was taken back. It is taken from later
    /// credit, and never asked of the payer.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub debt_minor: i64,
    /// What no checkout's books say: credit that expired, credit that became debt and back, adjustments by
    /// hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// Adjustments by hand: reference and amount in minor units, above zero for the payer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adjustments: BTreeMap<Reference, Adjustment>,
    /// Counts the changes; every write is conditional on it. Zero: never written.
    pub version: u64,
}

/// A change of the wallet by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Minor units, above zero for the payer.
    pub minor: i64,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// For how many days credit can be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_days: Option<u16>,
    /// When.
    pub at: Timestamp,
}

/// How many days are remembered.
const DAYS_REMEMBERED: usize = 2;

/// How many cards of a payer are remembered: more than any screening allows.
pub(super) const CARDS_REMEMBERED: usize = 20;

impl Payer {
    /// A payer of whom nothing is known yet.
    pub fn new(id: PayerId, country: Country) -> Self {
        Self {
            id,
            country,
            visits: BTreeMap::new(),
            days: Vec::new(),
            uses: BTreeMap::new(),
            cards: BTreeSet::new(),
            wallet: Vec::new(),
            debt_minor: 0,
            postings: Vec::new(),
            adjustments: BTreeMap::new(),
            version: 0,
        }
    }

    /// How many payments are counted, in all.
    pub fn payments(&self) -> u32 {
        self.visits.values().fold(0, |sum, visits| sum.saturating_add(*visits))
    }

    /// How many payments are counted at `merchant`.
    pub fn payments_at(&self, merchant: &MerchantId) -> u32 {
        self.visits.get(merchant).copied().unwrap_or_default()
    }

    /// How many payments were begun on `day`.
    pub fn payments_on(&self, day: Day) -> u32 {
        self.days.iter().find(|(known, _)| *known == day).map_or(0, |(_, count)| *count)
    }

    /// Counts a payment at `merchant` on `day`.
    pub(in crate::domain) fn visit(&mut self, merchant: &MerchantId, day: Day) {
        let visits = self.visits.entry(merchant.clone()).or_default();
        *visits = visits.saturating_add(1);
        let count = self.payments_on(day).saturating_add(1);
        self.days.retain(|(known, _)| *known != day);
        self.days.push((day, count));
        self.days.sort();
        if self.days.len() > DAYS_REMEMBERED {
            self.days.remove(0);
        }
    }

    /// Takes back a count: the checkout expired or failed. What was counted for the screening of a day stays.
    pub(in crate::domain) fn unvisit(&mut self, merchant: &MerchantId) {
        let left = self.payments_at(merchant).saturating_sub(1);
        if left == 0 {
            self.visits.remove(merchant);
        } else {
            self.visits.insert(merchant.clone(), left);
        }
    }

    /// Remembers a card that this payer has paid with.
    pub(in crate::domain) fn paid_with(&mut self, card: &CardId) {
        if self.cards.len() < CARDS_REMEMBERED {
            self.cards.insert(card.clone());
        }
    }
}
