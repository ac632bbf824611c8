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
//! | 1050 | `merchant.settlement` | asset | what the platform owes the merchant for credit spent there, less what the merchant owes |
//! | 1100 | `platform.balance` | asset | the platform's balance at Stripe |
//! | 1200 | `payer.debt` | asset | credit that was spent before its payment was taken back |
//! | 2000 | `payer.cashback` | liability | promised and not yet paid |
//! | 2100 | `payer.wallet` | liability | credit the payer may spend |
//! | 2200 | `platform.settlement` | liability | the other side of `merchant.settlement` |
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

use crate::domain::cashback::Cashback;
use crate::domain::checkout::Checkout;
use crate::domain::checkout::payment::{Dispute, Payment};
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Timestamp;

/// An account of the chart above. In the table it is its code: books are written with every change, and every byte is
/// paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
#[expect(missing_docs, reason = "the chart of accounts above documents each")]
pub enum Account {
    MerchantBalance = 1000,
    MerchantSettlement = 1050,
    PlatformBalance = 1100,
    PayerDebt = 1200,
    PayerCashback = 2000,
    PayerWallet = 2100,
    PlatformSettlement = 2200,
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
pub struct NoAccount(u16);

impl Account {
    /// Every account.
    pub const ALL: [Self; 16] = [
        Self::MerchantBalance,
        Self::MerchantSettlement,
        Self::PlatformBalance,
        Self::PayerDebt,
        Self::PayerCashback,
        Self::PayerWallet,
        Self::PlatformSettlement,
        Self::MerchantSales,
        Self::MerchantRefunds,
        Self::PlatformFees,
        Self::PlatformBreakage,
        Self::MerchantFees,
        Self::MerchantCashback,
        Self::MerchantDisputes,
        Self::PlatformCashback,
        Self::PlatformAdjustments,
    ];

    /// Its code.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MerchantBalance => "merchant.balance",
            Self::MerchantSettlement => "merchant.settlement",
            Self::PlatformBalance => "platform.balance",
            Self::PayerDebt => "payer.debt",
            Self::PayerCashback => "payer.cashback",
            Self::PayerWallet => "payer.wallet",
            Self::PlatformSettlement => "platform.settlement",
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

/// What the books must show for a paid checkout in its present state.
///
/// # Errors
/// Amounts of two currencies met.
pub fn positions(checkout: &Checkout, payment: &Payment) -> Result<Positions, MoneyError> {
    use Account::*;
    let charged = checkout.charged()?;
    let mut refunded = Money::zero(charged.currency());
    for refund in payment.refunds.values().filter(|refund| refund.state.moved()) {
        refunded = refunded.plus(refund.amount)?;
    }
    let (spent, returned) = (checkout.wallet_spent_minor(), payment.returned_to_wallet_minor());
    let mut positions = Positions::from([
        ((MerchantBalance, MerchantSales), charged.minor()),
        ((MerchantFees, MerchantBalance), checkout.fee.minor()),
        ((PlatformBalance, PlatformFees), checkout.fee.minor()),
        ((MerchantRefunds, MerchantBalance), refunded.minor()),
        // Credit from the payer's wallet: the platform owes it to the merchant from now on, and no longer to the payer.
        ((MerchantSettlement, MerchantSales), spent),
        ((PayerWallet, PlatformSettlement), spent.saturating_sub(returned)),
        ((MerchantRefunds, MerchantSettlement), returned),
    ]);
    if matches!(payment.dispute, Dispute::Open | Dispute::Lost) {
        positions.insert((MerchantDisputes, MerchantBalance), payment.disputed_minor);
    }
    for (pair, minor) in cashback_positions(payment, charged)? {
        add(&mut positions, pair, minor);
    }
    add(&mut positions, (MerchantBalance, PlatformBalance), payment.platform_funding(charged)?.minor());
    positions.retain(|_, minor| *minor != 0);
    Ok(positions)
}

fn add(positions: &mut Positions, pair: (Account, Account), minor: i64) {
    let position = positions.entry(pair).or_default();
    *position = position.saturating_add(minor);
}

fn cashback_positions(payment: &Payment, charged: Money) -> Result<Positions, MoneyError> {
    use Account::*;
    let cashback = &payment.cashback;
    let Some((terms, amount)) = cashback.owed() else { return Ok(Positions::new()) };
    // Money that went back to the platform with a refund or a dispute is no expense of the platform any more.
    let platform = match cashback {
        Cashback::Credited { .. } => payment.platform_funding(charged)?.minor(),
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::CreditedToWallet { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => payment.platform_part(terms, amount)?.minor(),
    };
    let merchant = amount.minor().saturating_sub(platform);
    let mut positions = Positions::from([
        ((MerchantCashback, PayerCashback), merchant),
        ((PlatformCashback, PayerCashback), platform),
    ]);
    match cashback {
        Cashback::Credited { .. } => {
            positions.insert((PayerCashback, MerchantBalance), amount.minor());
        }
        Cashback::CreditedToWallet { .. } => {
            positions.insert((PayerCashback, PayerWallet), amount.minor());
            // The merchant keeps the money of its part, and owes it to the platform, which owes the credit.
            positions.insert((PlatformSettlement, MerchantSettlement), merchant);
        }
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => {}
    }
    Ok(positions)
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

#[cfg(test)]
mod tests;
