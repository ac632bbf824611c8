//! Sums of postings, and what they are summed for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::domain::ids::{CampaignId, MerchantId, PayerId};
use crate::domain::posting::{Account, Posting};

/// From which account to which: written `1000>4000`, the debit first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Flow {
    /// The account that receives.
    pub debit: Account,
    /// The account that gives.
    pub credit: Account,
}

/// The text is not two account codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not two account codes such as 1000>4000")]
pub struct NotAFlow;

impl From<Flow> for String {
    fn from(flow: Flow) -> Self {
        format!("{}>{}", flow.debit.code(), flow.credit.code())
    }
}

impl TryFrom<String> for Flow {
    type Error = NotAFlow;

    fn try_from(text: String) -> Result<Self, NotAFlow> {
        let account = |code: &str| Account::try_from(code.parse::<u16>().ok()?).ok();
        let (debit, credit) = text.split_once('>').ok_or(NotAFlow)?;
        Ok(Self { debit: account(debit).ok_or(NotAFlow)?, credit: account(credit).ok_or(NotAFlow)? })
    }
}

/// How much went from which account to which, in minor units. Balances follow from it, and so do flows: what
/// was promised and what was taken back, which a balance would hide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Totals(pub BTreeMap<Flow, i64>);

impl Totals {
    /// Adds a posting.
    pub fn add(&mut self, posting: &Posting) {
        self.add_flow(Flow { debit: posting.debit, credit: posting.credit }, posting.minor);
    }

    /// Adds other sums.
    pub fn merge(&mut self, other: &Self) {
        for (flow, minor) in &other.0 {
            self.add_flow(*flow, *minor);
        }
    }

    fn add_flow(&mut self, flow: Flow, minor: i64) {
        let total = self.0.entry(flow).or_default();
        *total = total.saturating_add(minor);
    }

    /// What went from `credit` to `debit`.
    pub fn flow(&self, debit: Account, credit: Account) -> i64 {
        self.0.get(&Flow { debit, credit }).copied().unwrap_or_default()
    }

    /// What went from `credit` to `debit`, less what came back.
    pub fn net(&self, debit: Account, credit: Account) -> i64 {
        self.flow(debit, credit).saturating_sub(self.flow(credit, debit))
    }

    /// All debits and all credits of `account`.
    pub fn sides(&self, account: Account) -> (i64, i64) {
        let sum = |is_it: fn(&Flow, Account) -> bool| {
            let flows = self.0.iter().filter(|(flow, _)| is_it(flow, account));
            flows.fold(0_i64, |sum, (_, minor)| sum.saturating_add(*minor))
        };
        (sum(|flow, account| flow.debit == account), sum(|flow, account| flow.credit == account))
    }

    /// Debits less credits of `account`.
    pub fn balance(&self, account: Account) -> i64 {
        let (debits, credits) = self.sides(account);
        debits.saturating_sub(credits)
    }
}

/// What sums are kept for, within one market.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Scope {
    /// The whole market: the platform's books, and the trial balance of everybody.
    Market,
    /// A merchant's books.
    Merchant(MerchantId),
    /// What a payer is owed, and why.
    Payer(PayerId),
    /// What a campaign promised, and what became of it.
    Campaign(CampaignId),
}

/// The text names nothing that sums are kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no sums are kept for this")]
pub struct NoScope;

impl std::fmt::Display for Scope {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Market => out.write_str("market"),
            Self::Merchant(id) => write!(out, "merchant#{id}"),
            Self::Payer(id) => write!(out, "payer#{id}"),
            Self::Campaign(id) => write!(out, "campaign#{id}"),
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl TryFrom<String> for Scope {
    type Error = NoScope;

    fn try_from(text: String) -> Result<Self, NoScope> {
        match text.split_once('#') {
            None if text == "market" => Some(Self::Market),
            Some(("merchant", id)) => MerchantId::parse(id).ok().map(Self::Merchant),
            Some(("payer", id)) => PayerId::parse(id).ok().map(Self::Payer),
            Some(("campaign", id)) => CampaignId::parse(id).ok().map(Self::Campaign),
            Some(_) | None => None,
        }
        .ok_or(NoScope)
    }
}

impl Scope {
    /// Everything that `entry` counts for.
    pub fn of(entry: &Entry) -> impl Iterator<Item = Self> + '_ {
        let merchant = entry.merchant.clone().map(Self::Merchant);
        let payer = entry.payer.clone().map(Self::Payer);
        let campaigns = entry.campaigns.iter().map(|(campaign, _)| Some(Self::Campaign(campaign.clone())));
        [Some(Self::Market), merchant, payer].into_iter().chain(campaigns).flatten()
    }

    /// What of a posting of `minor` is this scope's: where several campaigns are added up, each has its part
    /// by what it promised. The parts of all campaigns add up to the posting.
    fn part_of(&self, minor: i64, campaigns: &[(CampaignId, i64)]) -> i64 {
        let Self::Campaign(this) = self else { return minor };
        let all: i128 = campaigns.iter().map(|(_, promised)| i128::from(*promised)).sum();
        let upto = |promised: i128| if all == 0 { 0 } else { i128::from(minor) * promised / all };
        let mut promised = 0_i128;
        for (campaign, part) in campaigns {
            let before = upto(promised);
            promised = promised.saturating_add(i128::from(*part));
            if campaign == this {
                return i64::try_from(upto(promised).saturating_sub(before)).unwrap_or_default();
            }
        }
        0
    }

    /// Whether `posting` concerns this scope, given that its entry does: a merchant's sale says nothing of
    /// what its payer is owed, and nothing of the campaign. Nor does cover, which is taken and given back.
    pub fn takes(&self, posting: &Posting) -> bool {
        use Account::{MerchantBalance, PlatformBalance, PlatformCover};
        let is_owed = |account: Account| (2000..3000).contains(&account.code()) && account != PlatformCover;
        let owes = is_owed(posting.debit) || is_owed(posting.credit);
        match self {
            Self::Market | Self::Merchant(_) => true,
            Self::Payer(_) => owes,
            Self::Campaign(_) => {
                let funding = [(MerchantBalance, PlatformBalance), (PlatformBalance, MerchantBalance)];
                owes || funding.contains(&(posting.debit, posting.credit))
            }
        }
    }
}

/// Adds `entry` to the sums of every scope that it counts for.
pub fn add_to(sums: &mut BTreeMap<Scope, Totals>, entry: &Entry) {
    for scope in Scope::of(entry) {
        let taken: Vec<Posting> = entry
            .postings
            .iter()
            .filter(|posting| scope.takes(posting))
            .map(|posting| Posting { minor: scope.part_of(posting.minor, &entry.campaigns), ..*posting })
            .filter(|posting| posting.minor != 0)
            .collect();
        if taken.is_empty() {
            continue;
        }
        let totals = sums.entry(scope).or_default();
        taken.iter().for_each(|posting| totals.add(posting));
    }
}

/// Adds the sums of `more`.
pub fn merge(sums: &mut BTreeMap<Scope, Totals>, more: &BTreeMap<Scope, Totals>) {
    for (scope, totals) in more {
        sums.entry(scope.clone()).or_default().merge(totals);
    }
}
