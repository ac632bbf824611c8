//! A merchant's statement of a month, day by day.

use std::collections::BTreeMap;

use iso_currency::Currency;
use serde::Serialize;

use super::amounts::SignedAmount;
use super::totals::Totals;
use crate::domain::posting::Account;
use crate::domain::time::Day;

/// A month of a market's own calendar, written `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Month(String);

/// Why a text is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a month. Write one such as `2026-11`.")]
pub struct InvalidMonth;

impl Month {
    /// Parses `2026-11`.
    ///
    /// # Errors
    /// The text is not a month.
    pub fn parse(text: &str) -> Result<Self, InvalidMonth> {
        // A month is one whose first day exists.
        Day::parse(&format!("{text}-01")).map(|_| Self(text.to_owned())).map_err(|_| InvalidMonth)
    }

    /// The month that `day` is in.
    pub fn of(day: Day) -> Self {
        Self(day.to_string().chars().take(7).collect())
    }

    /// Whether `day` is in it.
    pub fn has(&self, day: Day) -> bool {
        Self::of(day) == *self
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// What happened to the merchant's balance at Stripe, in a day or in all of a month. `change` is the sum:
/// sales + funding - refunds - fees - cashback - disputes + other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// What payers paid.
    pub sales: SignedAmount,
    /// What was given back to them.
    pub refunds: SignedAmount,
    /// The platform's fee.
    pub fees: SignedAmount,
    /// Cashback paid out.
    pub cashback: SignedAmount,
    /// The platform's money for cashback that it funds.
    pub funding: SignedAmount,
    /// What the platform took to pay cashbacks from, less what it gave back for it.
    pub cover: SignedAmount,
    /// What payers' banks took back.
    pub disputes: SignedAmount,
    /// Whatever else touched the balance.
    pub other: SignedAmount,
    /// The change of the balance.
    pub change: SignedAmount,
}

impl StatementLine {
    fn new(totals: &Totals, currency: Currency) -> Self {
        use Account::*;
        let amount = |minor| SignedAmount::new(minor, currency);
        let sales = totals.net(MerchantBalance, MerchantSales);
        let refunds = totals.net(MerchantRefunds, MerchantBalance);
        let fees = totals.net(MerchantFees, MerchantBalance);
        let cashback = totals.net(PayerCashback, MerchantBalance);
        let funding = totals.net(MerchantBalance, PlatformBalance);
        let cover = totals.net(MerchantCover, MerchantBalance);
        let disputes = totals.net(MerchantDisputes, MerchantBalance);
        let change = totals.balance(MerchantBalance);
        let taken = [refunds, fees, cashback, cover, disputes].into_iter().fold(0_i64, i64::saturating_add);
        let explained = sales.saturating_add(funding).saturating_sub(taken);
        Self {
            sales: amount(sales),
            refunds: amount(refunds),
            fees: amount(fees),
            cashback: amount(cashback),
            funding: amount(funding),
            cover: amount(cover),
            disputes: amount(disputes),
            other: amount(change.saturating_sub(explained)),
            change: amount(change),
        }
    }
}

/// A day of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementDay {
    day: String,
    #[serde(flatten)]
    line: StatementLine,
}

/// A merchant's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    month: Month,
    /// The balance when it began, as far as these books know: what the merchant does at Stripe without us,
    /// payouts among it, is not in them.
    opening: SignedAmount,
    closing: SignedAmount,
    /// All of the month.
    totals: StatementLine,
    /// The days on which something happened; none in a quiet month.
    days: Vec<StatementDay>,
}

impl Statement {
    /// The statement of `month` from the sums of every day up to its end.
    pub fn new(month: Month, days: &BTreeMap<Day, Totals>, currency: Currency) -> Self {
        let (mut before, mut within) = (Totals::default(), Totals::default());
        let mut lines = Vec::new();
        for (day, totals) in days {
            match Month::of(*day).cmp(&month) {
                std::cmp::Ordering::Less => before.merge(totals),
                std::cmp::Ordering::Equal => {
                    within.merge(totals);
                    let line = StatementLine::new(totals, currency);
                    lines.push(StatementDay { day: day.to_string(), line });
                }
                std::cmp::Ordering::Greater => {}
            }
        }
        let opening = before.balance(Account::MerchantBalance);
        let closing = opening.saturating_add(within.balance(Account::MerchantBalance));
        Self {
            month,
            opening: SignedAmount::new(opening, currency),
            closing: SignedAmount::new(closing, currency),
            totals: StatementLine::new(&within, currency),
            days: lines,
        }
    }
}
