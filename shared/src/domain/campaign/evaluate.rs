//! What one purchase earns of one campaign.

use std::collections::BTreeSet;

use super::record::Campaign;
use super::rule::{Cap, MerchantCategory, Occasion, Reward, Rule, VisitScope};
use crate::domain::ids::MerchantId;
use crate::domain::market::{Channel, Tender};
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::payer::{Payer, Use, Window};
use crate::domain::percent::Percent;
use crate::domain::promise::NoCashback;
use crate::domain::time::{Period, Timestamp};

/// A payment that may earn, as it is known when its checkout is created.
#[derive(Clone, Copy, Debug)]
pub struct Purchase<'a> {
    /// At whom.
    pub merchant: &'a MerchantId,
    /// The merchant's kind of business, if it is known.
    pub category: Option<&'a MerchantCategory>,
    /// What the payer really pays: the price, less wallet credit.
    pub amount: Money,
    /// How it is paid.
    pub tender: Tender,
    /// Where.
    pub channel: Channel,
    /// When the offer is made.
    pub at: Timestamp,
    /// Who pays, if it is known.
    pub payer: Option<&'a Payer>,
}

impl Rule {
    /// The least payment that earns what one of `paid` does: the smallest that earns at all, or the first of
    /// its tier.
    ///
    /// # Errors
    /// Amounts in another currency than the market's: such a campaign cannot be created.
    pub fn least(&self, paid: Money) -> Result<Money, MoneyError> {
        let mut least = self.min_spend.unwrap_or(Money::zero(paid.currency()));
        if let Reward::Tiered { tiers } = &self.reward {
            for tier in tiers {
                if !paid.is_less_than(tier.from)? && least.is_less_than(tier.from)? {
                    least = tier.from;
                }
            }
        }
        Ok(least)
    }

    /// The periods by which a payer's use is counted.
    pub fn periods(&self) -> BTreeSet<Period> {
        let numbered = self.counts_payments().then_some(Period::Campaign);
        self.caps.iter().map(|cap| cap.per).chain(numbered).collect()
    }

    /// Whether a payer's payments are numbered.
    pub fn counts_payments(&self) -> bool {
        matches!(self.occasion, Some(Occasion::EveryNth { .. }))
    }

    /// Whether it matters at which merchants a payer has paid before.
    pub fn asks_for_visits(&self) -> bool {
        matches!(self.occasion, Some(Occasion::FirstPayment { .. } | Occasion::OncePerMerchant))
    }
}

/// An amount above zero, or the rule that said no.
pub type Verdict = Result<Money, NoCashback>;

impl Campaign {
    /// What `purchase` earns, or the rule that says no.
    ///
    /// # Errors
    /// Amounts in another currency than the market's: such a campaign cannot be created.
    pub fn evaluate(&self, purchase: &Purchase<'_>) -> Result<Verdict, MoneyError> {
        if let Some(no) = self.refuses(purchase)? {
            return Ok(Err(no));
        }
        let earned = self.reward(purchase.amount)?;
        let earned = self.rule.max_per_payment.map_or(Ok(earned), |ceiling| earned.at_most(ceiling))?;
        if earned.is_zero() {
            return Ok(Err(NoCashback::RoundsToNothing));
        }
        if !self.asks_for_payer() {
            return Ok(Ok(earned));
        }
        let Some(payer) = purchase.payer else { return Ok(Err(NoCashback::PayerUnknown)) };
        let nothing = Use::default();
        let used = payer.uses.get(&self.rule.id).unwrap_or(&nothing);
        if let Some(no) = self.wrong_occasion(purchase, payer, used) {
            return Ok(Err(no));
        }
        let mut left = earned;
        for cap in &self.rule.caps {
            left = self.within(cap, left, used, purchase.at)?;
        }
        Ok(if left.is_zero() { Err(NoCashback::CapReached) } else { Ok(left) })
    }

    /// Whether it matters who pays.
    pub fn asks_for_payer(&self) -> bool {
        self.rule.occasion.is_some() || !self.rule.caps.is_empty()
    }

    fn refuses(&self, purchase: &Purchase<'_>) -> Result<Option<NoCashback>, MoneyError> {
        let rule = &self.rule;
        let zone = self.country.time_zone();
        let first_tier = match &rule.reward {
            Reward::Tiered { tiers } => tiers.first().map(|tier| tier.from),
            Reward::Percent { .. } | Reward::Fixed { .. } => None,
        };
        let mut below = false;
        for least in rule.min_spend.iter().chain(&first_tier) {
            below |= purchase.amount.is_less_than(*least)?;
        }
        let elsewhere =
            rule.merchants.as_ref().is_some_and(|merchants| !merchants.contains(purchase.merchant));
        let other_trade = rule.merchant_categories.as_ref().is_some_and(|categories| {
            purchase.category.is_none_or(|category| !categories.contains(category))
        });
        let other_place =
            rule.channels.as_ref().is_some_and(|channels| !channels.contains(&purchase.channel));
        let other_way = !rule.methods.iter().any(|method| purchase.tender.is_a(*method));
        Ok(if self.ended_at.is_some() {
            Some(NoCashback::Ended)
        } else if rule.funding.lacks(self.country).is_some() {
            Some(NoCashback::FundingNotCarried)
        } else if self.paused {
            Some(NoCashback::Paused)
        } else if purchase.at < rule.starts_at.instant(&zone) {
            Some(NoCashback::NotStarted)
        } else if purchase.at >= rule.ends_at.instant(&zone) {
            Some(NoCashback::Ended)
        } else if elsewhere {
            Some(NoCashback::MerchantNotEligible)
        } else if other_trade {
            Some(NoCashback::CategoryNotEligible)
        } else if other_place {
            Some(NoCashback::ChannelNotEligible)
        } else if other_way {
            Some(NoCashback::MethodNotEligible)
        } else if below {
            Some(NoCashback::BelowMinSpend)
        } else {
            None
        })
    }

    fn reward(&self, amount: Money) -> Result<Money, MoneyError> {
        let share = |percent: Percent| amount.share(percent.rate(), Round::Down);
        match &self.rule.reward {
            Reward::Percent { percent } => share(*percent),
            Reward::Fixed { amount: fixed } => fixed.at_most(amount),
            Reward::Tiered { tiers } => {
                let mut earned = Money::zero(amount.currency());
                for tier in tiers {
                    if !amount.is_less_than(tier.from)? {
                        earned = share(tier.percent)?;
                    }
                }
                Ok(earned)
            }
        }
    }

    fn wrong_occasion(&self, purchase: &Purchase<'_>, payer: &Payer, used: &Use) -> Option<NoCashback> {
        let merchant = purchase.merchant;
        match self.rule.occasion? {
            Occasion::FirstPayment { scope: VisitScope::Overall } => {
                (payer.payments() > 0).then_some(NoCashback::NotFirstPayment)
            }
            Occasion::FirstPayment { scope: VisitScope::PerMerchant } => {
                (payer.payments_at(merchant) > 0).then_some(NoCashback::NotFirstPayment)
            }
            Occasion::OncePerMerchant => used.earned_at(merchant).then_some(NoCashback::OncePerMerchant),
            // One for every n payments that are paid and kept, whatever is opened and given up in between.
            Occasion::EveryNth { n } => {
                let number = used.paid().saturating_add(1);
                let window = Window::of(Period::Campaign, purchase.at, &self.country.time_zone());
                let is_free = used.in_window(&window).payments < number.checked_div(n).unwrap_or_default();
                (!number.is_multiple_of(n) || !is_free).then_some(NoCashback::NotTheNth)
            }
        }
    }

    /// What of `earned` still fits under `cap`: a sum is given up to its last cent.
    fn within(&self, cap: &Cap, earned: Money, used: &Use, at: Timestamp) -> Result<Money, MoneyError> {
        let nothing = Money::zero(earned.currency());
        let had = used.in_window(&Window::of(cap.per, at, &self.country.time_zone()));
        if cap.limit.payments.is_some_and(|most| had.payments >= most) {
            return Ok(nothing);
        }
        match cap.limit.amount {
            Some(most) => {
                let left = most.minor().saturating_sub(had.minor).max(0);
                earned.at_most(Money::from_minor(left, earned.currency())?)
            }
            None => Ok(earned),
        }
    }
}
