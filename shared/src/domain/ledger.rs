//! Double entry. A posting takes an amount from one account and gives it to another, so it cannot be unbalanced, and it
//! has one amount, so it cannot mix currencies.
//!
//! Nothing in the rules writes a posting by hand. [`positions`] says what the books must show for a checkout in its
//! present state; [`book`] writes the difference between two states. A state that is taken back books itself out.
//!
//! # Chart of accounts
//!
//! | code | account | kind | what it holds |
//! |---|---|---|---|
//! | 1000 | `merchant.balance` | asset | the merchant's balance at Stripe |
//! | 1100 | `platform.balance` | asset | the platform's balance at Stripe |
//! | 2000 | `payer.cashback` | liability | promised and not yet paid |
//! | 2100 | `payer.wallet` | liability | credit the payer may spend |
//! | 4000 | `merchant.sales` | income | what payers paid |
//! | 4100 | `merchant.refunds` | contra income | what the merchant gave back |
//! | 4200 | `platform.fees` | income | the platform's fee |
//! | 5000 | `merchant.fees` | expense | the platform's fee |
//! | 5100 | `merchant.cashback` | expense | cashback that the merchant funds |
//! | 5200 | `merchant.disputes` | expense | what a payer's bank took back |
//! | 5300 | `platform.cashback` | expense | cashback that the platform funds |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::campaign::Funding;
use super::cashback::Cashback;
use super::money::{Money, MoneyError};
use super::payment::{Dispute, Payment};
use super::time::Timestamp;

/// An account of the chart above. In the table it is its code: books are written with every change, and every byte is
/// paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
#[expect(missing_docs, reason = "the chart of accounts above documents each")]
pub enum Account {
    MerchantBalance = 1000,
    PlatformBalance = 1100,
    PayerCashback = 2000,
    PayerWallet = 2100,
    MerchantSales = 4000,
    MerchantRefunds = 4100,
    PlatformFees = 4200,
    MerchantFees = 5000,
    MerchantCashback = 5100,
    MerchantDisputes = 5200,
    PlatformCashback = 5300,
}

/// There is no account with this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no account has the code {0}")]
pub struct NoAccount(u16);

impl Account {
    /// Every account.
    pub const ALL: [Self; 11] = [
        Self::MerchantBalance,
        Self::PlatformBalance,
        Self::PayerCashback,
        Self::PayerWallet,
        Self::MerchantSales,
        Self::MerchantRefunds,
        Self::PlatformFees,
        Self::MerchantFees,
        Self::MerchantCashback,
        Self::MerchantDisputes,
        Self::PlatformCashback,
    ];

    /// Its code.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MerchantBalance => "merchant.balance",
            Self::PlatformBalance => "platform.balance",
            Self::PayerCashback => "payer.cashback",
            Self::PayerWallet => "payer.wallet",
            Self::MerchantSales => "merchant.sales",
            Self::MerchantRefunds => "merchant.refunds",
            Self::PlatformFees => "platform.fees",
            Self::MerchantFees => "merchant.fees",
            Self::MerchantCashback => "merchant.cashback",
            Self::MerchantDisputes => "merchant.disputes",
            Self::PlatformCashback => "platform.cashback",
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
        Self::ALL.into_iter().find(|account| account.code() == code).ok_or(NoAccount(code))
    }
}

/// One posting: `minor` units from `credit` to `debit`, in the checkout's currency. In the table it is a list of four,
/// since it is written with every change.
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

/// What the books show: how much has gone from the second account to the first.
pub type Positions = BTreeMap<(Account, Account), i64>;

/// What the books must show for a payment in its present state.
///
/// # Errors
/// Amounts of two currencies met.
pub fn positions(amount: Money, fee: Money, payment: &Payment) -> Result<Positions, MoneyError> {
    use Account::*;
    let mut refunded = Money::zero(amount.currency());
    for refund in payment.refunds.values().filter(|refund| refund.state.moved()) {
        refunded = refunded.plus(refund.amount)?;
    }
    let mut positions = Positions::from([
        ((MerchantBalance, MerchantSales), amount.minor()),
        ((MerchantFees, MerchantBalance), fee.minor()),
        ((PlatformBalance, PlatformFees), fee.minor()),
        ((MerchantRefunds, MerchantBalance), refunded.minor()),
    ]);
    if matches!(payment.dispute, Dispute::Open | Dispute::Lost) {
        positions.insert((MerchantDisputes, MerchantBalance), amount.minus(refunded)?.minor());
    }
    positions.extend(cashback_positions(&payment.cashback));
    positions.insert((MerchantBalance, PlatformBalance), payment.platform_funding(amount)?.minor());
    positions.retain(|_, minor| *minor != 0);
    Ok(positions)
}

fn cashback_positions(cashback: &Cashback) -> Positions {
    use Account::*;
    let expense = |funding| match funding {
        Funding::Merchant => MerchantCashback,
        Funding::Platform => PlatformCashback,
    };
    match cashback {
        Cashback::None { .. } | Cashback::Reversed { .. } => Positions::new(),
        Cashback::Held(waiting) | Cashback::Frozen(waiting) => {
            [((expense(waiting.terms.funding), PayerCashback), waiting.amount.minor())].into()
        }
        Cashback::Paying { terms, amount, .. } | Cashback::Failed { terms, amount, .. } => {
            [((expense(terms.funding), PayerCashback), amount.minor())].into()
        }
        Cashback::Credited { terms, amount, .. } => [
            ((expense(terms.funding), PayerCashback), amount.minor()),
            ((PayerCashback, MerchantBalance), amount.minor()),
        ]
        .into(),
        Cashback::CreditedToWallet { terms, amount, .. } => [
            ((expense(terms.funding), PayerCashback), amount.minor()),
            ((PayerCashback, PayerWallet), amount.minor()),
        ]
        .into(),
    }
}

/// The postings that lead from what the books show to what they must show.
pub fn book(before: &Positions, after: &Positions, at: Timestamp) -> Vec<Posting> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter_map(|key @ &(debit, credit)| {
            let change = after.get(key).unwrap_or(&0).saturating_sub(*before.get(key).unwrap_or(&0));
            match change.signum() {
                1 => Some(Posting { debit, credit, minor: change, at }),
                -1 => Some(Posting { debit: credit, credit: debit, minor: change.saturating_neg(), at }),
                _ => None,
            }
        })
        .collect()
}

/// What each account holds after `postings`: debits less credits, in minor units. The sum over all accounts is zero.
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
