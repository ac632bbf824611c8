//! The books as a whole: what the postings of all items add up to, per merchant, payer, campaign and market.
//!
//! ```text
//! item with postings ──stream──▶ journal page ──a day's close──▶ rows: one per scope and day
//!      │                            (per market and day)                 │
//!      └────────────── rebuild: the same sums, from the items alone ─────┴─▶ must be equal
//! ```
//!
//! * The **truth** is in the items: each carries its own postings ([`ledger`](super::ledger) has the chart of
//!   accounts), so that no payment ever waits for another's balance.
//! * The **journal** is the order of the stream, kept: one page holds the new postings of a whole batch of
//!   changes. The stream may tell a change twice, and in another batch; so an [`Entry`] is known by its
//!   source and version, and whoever reads a day drops what it has seen.
//! * A **row** is a day's sums for one [`Scope`](super::totals::Scope). It is written when the day is over,
//!   from that day's journal, and written again when something late arrives. A day that is not closed is
//!   summed from its journal.
//! * A day is the market's own, by the time of the posting.
//!
//! All of a market is in its currency: a scope is within one market, so a sum never mixes two.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::settlement::Settlement;
use crate::domain::cashback::Cashback;
use crate::domain::checkout::Checkout;
use crate::domain::ids::{CampaignId, CheckoutId, MerchantId, PayerId};
use crate::domain::market::Country;
use crate::domain::payer::Payer;
use crate::domain::posting::Posting;
use crate::domain::time::Day;
use crate::fault::Fault;

/// What a posting can come from: an item that carries postings and counts its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Source {
    /// A checkout.
    Checkout(CheckoutId),
    /// A payer: credit that expired or became debt, and adjustments by hand.
    Payer(PayerId),
    /// What the platform and a merchant owe each other: transfers.
    Settlement(MerchantId),
}

/// No item with postings has such a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing that postings come from has this name")]
pub struct NoSource;

impl std::fmt::Display for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Checkout(id) => write!(out, "{id}"),
            Self::Payer(id) => write!(out, "{id}"),
            Self::Settlement(id) => write!(out, "{id}"),
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl TryFrom<String> for Source {
    type Error = NoSource;

    fn try_from(text: String) -> Result<Self, NoSource> {
        let payer = || PayerId::parse(&text).map(Self::Payer);
        let settlement = || MerchantId::parse(&text).map(Self::Settlement);
        CheckoutId::parse(&text)
            .map(Self::Checkout)
            .or_else(|_| payer())
            .or_else(|_| settlement())
            .map_err(|_| NoSource)
    }
}

/// What one change booked. In the table it is a list of six: a page holds a hundred of them, and every byte
/// is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "EntryParts", from = "EntryParts")]
pub struct Entry {
    /// Which item changed.
    pub source: Source,
    /// To which version. With the source it names the change.
    pub version: u64,
    /// Whose books.
    pub merchant: Option<MerchantId>,
    /// The payer, if known.
    pub payer: Option<PayerId>,
    /// The campaigns that promised the cashback, each with what it promised in minor units.
    pub campaigns: Vec<(CampaignId, i64)>,
    /// The new postings.
    pub postings: Vec<Posting>,
}

type EntryParts = (Source, u64, Option<MerchantId>, Option<PayerId>, Vec<(CampaignId, i64)>, Vec<Posting>);

impl From<Entry> for EntryParts {
    fn from(entry: Entry) -> Self {
        (entry.source, entry.version, entry.merchant, entry.payer, entry.campaigns, entry.postings)
    }
}

impl From<EntryParts> for Entry {
    fn from((source, version, merchant, payer, campaigns, postings): EntryParts) -> Self {
        Self { source, version, merchant, payer, campaigns, postings }
    }
}

/// An item as the books see it: all its postings, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The market.
    pub country: Country,
    /// All postings, oldest first.
    pub entry: Entry,
}

impl Booked {
    /// A checkout's books.
    ///
    /// # Errors
    /// It is in a currency other than its market's: a sum over the market would mix two.
    pub fn of_checkout(checkout: &Checkout) -> Result<Self, Fault> {
        if checkout.content.amount.currency() != checkout.country.currency() {
            return Err(Fault::Bug(format!("{} is not in its market's currency", checkout.id)));
        }
        Ok(Self {
            country: checkout.country,
            entry: Entry {
                source: Source::Checkout(checkout.id.clone()),
                version: checkout.version,
                merchant: Some(checkout.merchant.clone()),
                payer: checkout.payer.clone(),
                campaigns: checkout
                    .payment()
                    .map(|payment| campaigns_of(&payment.cashback))
                    .unwrap_or_default(),
                postings: checkout.postings.clone(),
            },
        })
    }

    /// A payer's books: what no checkout's say.
    pub fn of_payer(payer: &Payer) -> Self {
        let source = Source::Payer(payer.id.clone());
        let entry = Entry {
            source,
            version: payer.version,
            merchant: None,
            payer: Some(payer.id.clone()),
            campaigns: Vec::new(),
            postings: payer.postings.clone(),
        };
        Self { country: payer.country, entry }
    }

    /// A merchant's settlement with the platform.
    pub fn of_settlement(settlement: &Settlement) -> Self {
        let source = Source::Settlement(settlement.merchant.clone());
        let entry = Entry {
            source,
            version: settlement.version,
            merchant: Some(settlement.merchant.clone()),
            payer: None,
            campaigns: Vec::new(),
            postings: settlement.postings.clone(),
        };
        Self { country: settlement.country, entry }
    }

    /// What is new beyond the first `known` postings, by the market's day: new ones are added behind them.
    pub fn since(&self, known: usize) -> BTreeMap<Day, Entry> {
        let zone = self.country.time_zone();
        let mut days: BTreeMap<Day, Entry> = BTreeMap::new();
        for posting in self.entry.postings.iter().skip(known) {
            let empty = || Entry { postings: Vec::new(), ..self.entry.clone() };
            days.entry(posting.at.day_in(&zone)).or_insert_with(empty).postings.push(*posting);
        }
        days
    }
}

/// The campaigns that made the promise.
fn campaigns_of(cashback: &Cashback) -> Vec<(CampaignId, i64)> {
    let shares = cashback.terms().map(|terms| terms.shares.iter());
    shares.into_iter().flatten().map(|share| (share.campaign.clone(), share.minor)).collect()
}

/// The entries of one day as they are read, each once. It keeps their names, some forty bytes each, for as
/// long as the day is read.
#[derive(Debug, Default)]
pub struct Once(HashSet<(Source, u64)>);

impl Once {
    /// Whether `entry` is read for the first time.
    pub fn is_new(&mut self, entry: &Entry) -> bool {
        self.0.insert((entry.source.clone(), entry.version))
    }
}
