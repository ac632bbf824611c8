//! What sums say: the balance of each account, and what became of a campaign's promises.

use iso_currency::Currency;
use serde::Serialize;

use super::amounts::SignedAmount;
use super::totals::Totals;
use crate::domain::posting::Account;

/// One account's balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Its name in the chart of accounts.
    pub account: &'static str,
    /// Its code.
    pub code: u16,
    /// All that it received.
    pub debits: SignedAmount,
    /// All that it gave.
    pub credits: SignedAmount,
    /// Debits less credits.
    pub balance: SignedAmount,
}

/// The balance of every account that was ever touched, by code. They add up to zero.
pub fn balances_of(totals: &Totals, currency: Currency) -> Vec<Balance> {
    let amount = |minor| SignedAmount::new(minor, currency);
    let balance = |account: Account| {
        let (debits, credits) = totals.sides(account);
        (debits != 0 || credits != 0).then(|| Balance {
            account: account.name(),
            code: account.code(),
            debits: amount(debits),
            credits: amount(credits),
            balance: amount(debits.saturating_sub(credits)),
        })
    };
    Account::ALL.iter().copied().filter_map(balance).collect()
}

/// What became of what a campaign promised. Promised = held + credited + reversed + wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CampaignReport {
    /// All that was ever promised.
    pub promised: SignedAmount,
    /// Promised, and still to be paid: waiting, frozen, on its way, or failed and owed.
    pub held: SignedAmount,
    /// Paid back on the way the payer paid.
    pub credited: SignedAmount,
    /// Taken back with the payment.
    pub reversed: SignedAmount,
    /// Given as credit in the payer's wallet instead.
    pub wallet: SignedAmount,
}

impl CampaignReport {
    /// The report on a campaign whose sums are `totals`. What is left of a budget is not in the books:
    /// whoever keeps the budget adds it.
    pub fn new(totals: &Totals, currency: Currency) -> Self {
        use Account::{MerchantBalance, MerchantCashback, PayerCashback, PayerWallet, PlatformCashback};
        let amount = |minor| SignedAmount::new(minor, currency);
        let from_both =
            |flow: &dyn Fn(Account) -> i64| flow(MerchantCashback).saturating_add(flow(PlatformCashback));
        let promised = from_both(&|expense| totals.flow(expense, PayerCashback));
        let reversed = from_both(&|expense| totals.flow(PayerCashback, expense));
        Self {
            promised: amount(promised),
            held: amount(totals.balance(PayerCashback).saturating_neg()),
            credited: amount(totals.net(PayerCashback, MerchantBalance)),
            reversed: amount(reversed),
            wallet: amount(totals.net(PayerCashback, PayerWallet)),
        }
    }
}
