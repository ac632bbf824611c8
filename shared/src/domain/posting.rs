//! Double entry. A posting takes an amount from one account and gives it to another, so it cannot be
//! unbalanced, and it has one amount, so it cannot mix currencies. What is booked, this room does not know.
//!
//! # Chart of accounts
//!
//! | code | account | kind | what it holds |
//! |---|---|---|---|
//! | 1000 | `merchant.balance` | asset | the merchant's balance at Stripe |
//! | 1050 | `merchant.settlement` | asset | what the platform owes the merchant for credit spent there, less what the merchant owes |
//! | 1060 | `merchant.cover` | asset | what the platform holds of the merchant's money until its cashbacks are due |
//! | 1100 | `platform.balance` | asset | the platform's balance at Stripe |
//! | 1200 | `payer.debt` | asset | credit that was spent before its payment was taken back |
//! | 2000 | `payer.cashback` | liability | promised and not yet paid |
//! | 2100 | `payer.wallet` | liability | credit the payer may spend |
//! | 2200 | `platform.settlement` | liability | the other side of `merchant.settlement` |
//! | 2210 | `platform.cover` | liability | the other side of `merchant.cover` |
//! | 4000 | `merchant.sales` | income | what payers paid |
//! | 4100 | `merchant.refunds` | contra income | what the merchant gave back |
//! | 4200 | `platform.fees` | income | the platform's fee |
//! | 4300 | `platform.breakage` | income | credit that nobody spent in time |
//! | 5000 | `merchant.fees` | expense | the platform's fee |
//! | 5100 | `merchant.cashback` | expense | cashback that the merchant funds |
//! | 5200 | `merchant.disputes` | expense | what a payer's bank took back |
//! | 5300 | `platform.cashback` | expense | cashback that the platform funds |
//! | 5400 | `platform.adjustments` | expense | credit given or taken by hand |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::time::{Day, Timestamp};
use jiff::tz::TimeZone;

/// An account of the chart above. In the table it is its code: books are written with every change, and every
/// byte is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, VariantArray)]
#[serde(into = "u16", try_from = "u16")]
#[expect(missing_docs, reason = "the chart of accounts above documents each")]
pub enum Account {
    MerchantBalance = 1000,
    MerchantSettlement = 1050,
    MerchantCover = 1060,
    PlatformBalance = 1100,
    PayerDebt = 1200,
    PayerCashback = 2000,
    PayerWallet = 2100,
    PlatformSettlement = 2200,
    PlatformCover = 2210,
    MerchantSales = 4000,
    MerchantRefunds = 4100,
    PlatformFees = 4200,
    PlatformBreakage = 4300,
    MerchantFees = 5000,
    MerchantCashback = 5100,
    MerchantDisputes = 5200,
    PlatformCashback = 5300,
    PlatformAdjustments = 5400,
}

/// There is no account with this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no account has the code {0}")]
pub struct NoAccount(pub(in crate::domain) u16);

impl Account {
    /// Every account.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its code.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MerchantBalance => "merchant.balance",
            Self::MerchantSettlement => "merchant.settlement",
            Self::MerchantCover => "merchant.cover",
            Self::PlatformBalance => "platform.balance",
            Self::PayerDebt => "payer.debt",
            Self::PayerCashback => "payer.cashback",
            Self::PayerWallet => "payer.wallet",
            Self::PlatformSettlement => "platform.settlement",
            Self::PlatformCover => "platform.cover",
            Self::MerchantSales => "merchant.sales",
            Self::MerchantRefunds => "merchant.refunds",
            Self::PlatformFees => "platform.fees",
            Self::PlatformBreakage => "platform.breakage",
            Self::MerchantFees => "merchant.fees",
            Self::MerchantCashback => "merchant.cashback",
            Self::MerchantDisputes => "merchant.disputes",
            Self::PlatformCashback => "platform.cashback",
            Self::PlatformAdjustments => "platform.adjustments",
        }
    }
}

impl From<Account> for u16 {
    fn from(account: Account) -> Self {
        account.code()
    }
}

impl TryFrom<u16> for Account {
    type Error = NoAccount;

    fn try_from(code: u16) -> Result<Self, NoAccount> {
        Self::ALL.iter().copied().find(|account| account.code() == code).ok_or(NoAccount(code))
    }
}

/// One posting: `minor` units from `credit` to `debit`, in the checkout's currency. In the table it is a list
/// of four, since it is written with every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(Account, Account, i64, i64)", from = "(Account, Account, i64, i64)")]
pub struct Posting {
    /// The account that receives.
    pub debit: Account,
    /// The account that gives.
    pub credit: Account,
    /// The amount in minor units, above zero.
    pub minor: i64,
    /// When.
    pub at: Timestamp,
}

impl From<Posting> for (Account, Account, i64, i64) {
    fn from(posting: Posting) -> Self {
        (posting.debit, posting.credit, posting.minor, posting.at.epoch_seconds())
    }
}

impl From<(Account, Account, i64, i64)> for Posting {
    fn from((debit, credit, minor, at): (Account, Account, i64, i64)) -> Self {
        Self { debit, credit, minor, at: Timestamp::from_epoch_seconds(at) }
    }
}

/// An item with more postings than this has its older ones folded before it books again.
const FOLDED_ABOVE: usize = 400;

/// Postings that are older than this many days are folded without regard to their day.
const DAYS_KEPT: i64 = 90;

/// Folds `postings` where they are many, so that an item never outgrows what the table takes, and gives how
/// many there are less. Postings of one day in `zone` between the same two accounts become one, and so do all
/// that are older than ninety days: every day's sums stay what they are as long as anybody compares them.
/// The journal has each of them as it was.
pub fn fold(postings: &mut Vec<Posting>, zone: &TimeZone, now: Timestamp) -> u32 {
    if postings.len() <= FOLDED_ABOVE {
        return 0;
    }
    let before = postings.len();
    let oldest = now.plus_seconds(-DAYS_KEPT * 24 * 3600);
    let mut folded: BTreeMap<(Option<Day>, Account, Account), Posting> = BTreeMap::new();
    for posting in postings.drain(..) {
        let day = (posting.at > oldest).then(|| posting.at.day_in(zone));
        let key = (day, posting.debit, posting.credit);
        let sum = folded.entry(key).or_insert(Posting { minor: 0, ..posting });
        sum.minor = sum.minor.saturating_add(posting.minor);
        sum.at = posting.at;
    }
    postings.extend(folded.into_values());
    postings.sort_by_key(|posting| posting.at);
    u32::try_from(before.saturating_sub(postings.len())).unwrap_or(u32::MAX)
}

/// How many of the postings after a change were known before it. Some of those may have been folded into
/// others; what is new was added behind them.
pub fn known(before: usize, folded_before: u32, folded_after: u32) -> usize {
    let folded = folded_after.saturating_sub(folded_before);
    before.saturating_sub(usize::try_from(folded).unwrap_or(usize::MAX))
}

/// What each account holds after `postings`: debits less credits, in minor units. The sum over all accounts
/// is zero.
pub fn balances(postings: &[Posting]) -> BTreeMap<Account, i64> {
    let mut balances = BTreeMap::new();
    for posting in postings {
        let mut add = |account, minor| {
            let balance: &mut i64 = balances.entry(account).or_default();
            *balance = balance.saturating_add(minor);
        };
        add(posting.debit, posting.minor);
        add(posting.credit, posting.minor.saturating_neg());
    }
    balances
}
