//! What a rule would have given if it had run over payments of the past: tried before it promises anything to
//! anybody.
//!
//! Caps, occasions and budgets are replayed payment by payment, with the same code that keeps them. The
//! replay begins with nothing: a payer's first payment is the first of the period. The rule runs for the
//! whole period, whatever its own start and end say, and alone: other campaigns neither add to it nor take
//! its place. What it would have promised is counted; a refund that came later takes nothing off.
//!
//! The payments come one by one: what is kept of them are sums, and what caps, occasions and budgets ask for.
//! So a replay of a year needs no more memory than its payers do, and of a rule that does not count by payer
//! none for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::budget::Pot;
use super::evaluate::Purchase;
use super::record::Campaign;
use super::rule::{MerchantCategory, Moment, Occasion, Rule};
use crate::domain::ids::{MerchantId, PayerId};
use crate::domain::market::{Channel, Country, Tender};
use crate::domain::money::{Money, MoneyError};
use crate::domain::payer::{Payer, Window};
use crate::domain::promise::NoCashback;
use crate::domain::time::{Day, Timestamp};

/// A payment of the past, as far as a rule may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPurchase {
    /// At whom.
    pub merchant: MerchantId,
    /// Who paid, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// Whether who paid belongs to the merchant.
    pub is_insider: bool,
    /// What was charged: the price, less wallet credit.
    pub amount: Money,
    /// What was paid with; nothing that is known here if Stripe offered one more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    /// Where.
    pub channel: Channel,
    /// When it was paid; of a payment that was found in the journal, when it was booked.
    pub at: Timestamp,
}

/// A payment of the past, for who replays it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPurchase {
    /// The payment.
    #[serde(flatten)]
    pub purchase: PastPurchase,
    /// The merchant's kind of business, as it is now, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<MerchantCategory>,
}

/// A page of a day's payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchasePage {
    /// The payments, in the order of their times.
    pub purchases: Vec<KnownPurchase>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// How many payments would have earned, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// How many.
    pub payments: u32,
    /// How much.
    pub cashback: Money,
}

/// The sum of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DaySum {
    /// The day, in the market's time zone.
    pub day: Day,
    /// Its sum.
    #[serde(flatten)]
    pub sum: Sum,
}

/// The sum of a merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MerchantSum {
    /// The merchant.
    pub merchant: MerchantId,
    /// Its sum.
    #[serde(flatten)]
    pub sum: Sum,
}

/// How many payments a rule would have said no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Refusals {
    /// The rule that says no.
    pub no_cashback: NoCashback,
    /// How many.
    pub payments: u32,
}

/// What a rule would have given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many payments there were.
    pub payments: u32,
    /// Those that would have earned.
    pub earning: Sum,
    /// What of it the platform would have paid; the merchants the rest.
    pub platform_pays: Money,
    /// The same by day, those on which anything was earned.
    pub by_day: Vec<DaySum>,
    /// The same by merchant, those at whom anything was earned.
    pub by_merchant: Vec<MerchantSum>,
    /// Those that would have earned nothing, by the rule that says no.
    pub refused: Vec<Refusals>,
}

/// What `rule` would have given for `purchases`, which are in the order of their times. `categories` are the
/// merchants' kinds of business, as far as they are known.
///
/// # Errors
/// An amount in another currency than the market's, or sums too large to be money.
pub fn dry_run(
    country: Country,
    rule: &Rule,
    categories: &BTreeMap<MerchantId, MerchantCategory>,
    purchases: &[PastPurchase],
) -> Result<Report, MoneyError> {
    let mut run = DryRun::new(country, rule);
    for purchase in purchases {
        run.step(purchase, categories.get(&purchase.merchant))?;
    }
    Ok(run.report())
}

/// A dry run on its way, for payments that are not all there at once.
#[derive(Debug)]
pub struct DryRun {
    campaign: Campaign,
    total: Pot,
    days: BTreeMap<Day, Pot>,
    payers: BTreeMap<PayerId, Payer>,
    earning: Sum,
    platform_pays: Money,
    by_day: BTreeMap<Day, Sum>,
    by_merchant: BTreeMap<MerchantId, Sum>,
    refused: BTreeMap<NoCashback, u32>,
}

impl DryRun {
    /// A run of `rule` before the first payment.
    pub fn new(country: Country, rule: &Rule) -> Self {
        let always = |seconds| Moment::Instant(Timestamp::from_epoch_seconds(seconds));
        let rule = Rule { starts_at: always(0), ends_at: always(i64::MAX), ..rule.clone() };
        let zero = Money::zero(country.currency());
        Self {
            total: Pot::of(rule.budget.total),
            campaign: Campaign::new(country, rule, Timestamp::from_epoch_seconds(0)),
            days: BTreeMap::new(),
            payers: BTreeMap::new(),
            earning: Sum { payments: 0, cashback: zero },
            platform_pays: zero,
            by_day: BTreeMap::new(),
            by_merchant: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// The next payment, at a merchant of this kind of business if it is known. Payments come in the order of
    /// their times.
    ///
    /// # Errors
    /// An amount in another currency than the market's, or a sum too large to be money.
    pub fn step(
        &mut self,
        past: &PastPurchase,
        category: Option<&MerchantCategory>,
    ) -> Result<(), MoneyError> {
        let country = self.campaign.country;
        let day = past.at.day_in(&country.time_zone());
        // Whom nobody counts, nobody has to remember.
        let counted = past.payer.as_ref().filter(|_| self.campaign.asks_for_payer());
        let mut payer =
            counted.map(|id| self.payers.remove(id).unwrap_or_else(|| Payer::new(id.clone(), country)));
        let verdict = self.verdict(past, category, payer.as_ref())?;
        let verdict = verdict.and_then(|amount| self.take(amount, day));
        match verdict {
            Ok(amount) => {
                self.count(amount, day, &past.merchant)?;
                if let Some(payer) = &mut payer {
                    self.mark(payer, amount, past);
                }
            }
            Err(no) => {
                let refused = self.refused.entry(no).or_default();
                *refused = refused.saturating_add(1);
            }
        }
        if let Some(mut payer) = payer {
            payer.visit(&past.merchant, day);
            if self.campaign.rule.counts_payments() {
                payer.uses.entry(self.campaign.rule.id.clone()).or_default().pay();
            }
            self.payers.insert(payer.id.clone(), payer);
        }
        Ok(())
    }

    fn verdict(
        &self,
        past: &PastPurchase,
        category: Option<&MerchantCategory>,
        payer: Option<&Payer>,
    ) -> Result<Result<Money, NoCashback>, MoneyError> {
        let Some(tender) = past.tender else { return Ok(Err(NoCashback::MethodNotEligible)) };
        if past.is_insider {
            return Ok(Err(NoCashback::OwnMerchant));
        }
        self.campaign.evaluate(&Purchase {
            merchant: &past.merchant,
            category,
            amount: past.amount,
            tender,
            channel: past.channel,
            at: past.at,
            payer,
        })
    }

    /// Takes `amount` from the budgets, or says that they are used up.
    fn take(&mut self, amount: Money, day: Day) -> Result<Money, NoCashback> {
        let need = Pot { payments: 1, minor: amount.minor() };
        let today = self.days.entry(day).or_insert_with(|| Pot::of(self.campaign.rule.budget.per_day));
        if !self.total.covers(need) || !today.covers(need) {
            return Err(NoCashback::BudgetUsedUp);
        }
        *today = today.minus(need);
        self.total = self.total.minus(need);
        Ok(amount)
    }

    fn count(&mut self, amount: Money, day: Day, merchant: &MerchantId) -> Result<(), MoneyError> {
        let nothing = Sum { payments: 0, cashback: Money::zero(amount.currency()) };
        let platform = self.campaign.rule.funding.platform_part(amount)?;
        self.platform_pays = self.platform_pays.plus(platform)?;
        self.earning = self.earning.plus(amount)?;
        let of_day = self.by_day.entry(day).or_insert(nothing);
        *of_day = of_day.plus(amount)?;
        let of_merchant = self.by_merchant.entry(merchant.clone()).or_insert(nothing);
        *of_merchant = of_merchant.plus(amount)?;
        Ok(())
    }

    fn mark(&self, payer: &mut Payer, amount: Money, past: &PastPurchase) {
        let rule = &self.campaign.rule;
        let zone = self.campaign.country.time_zone();
        let windows: Vec<Window> =
            rule.periods().into_iter().map(|period| Window::of(period, past.at, &zone)).collect();
        let used = payer.uses.entry(rule.id.clone()).or_default();
        used.add(&windows, amount.minor());
        if rule.occasion == Some(Occasion::OncePerMerchant) {
            used.earn_at(&past.merchant);
        }
    }

    /// What the rule would have given for the payments so far.
    pub fn report(self) -> Report {
        let refused = self.refused.values().fold(0_u32, |sum, payments| sum.saturating_add(*payments));
        Report {
            payments: self.earning.payments.saturating_add(refused),
            earning: self.earning,
            platform_pays: self.platform_pays,
            by_day: self.by_day.into_iter().map(|(day, sum)| DaySum { day, sum }).collect(),
            by_merchant: self
                .by_merchant
                .into_iter()
                .map(|(merchant, sum)| MerchantSum { merchant, sum })
                .collect(),
            refused: self
                .refused
                .into_iter()
                .map(|(no_cashback, payments)| Refusals { no_cashback, payments })
                .collect(),
        }
    }
}

impl Sum {
    fn plus(self, amount: Money) -> Result<Self, MoneyError> {
        Ok(Self { payments: self.payments.saturating_add(1), cashback: self.cashback.plus(amount)? })
    }
}

#[cfg(test)]
mod tests;
