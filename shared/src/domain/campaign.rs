//! A campaign: who gets how much back, for what, until when, and who pays for it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cashback::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use super::ids::{CampaignId, MerchantId};
use super::market::{Country, Method};
use super::money::{Money, MoneyError, Round};
use super::time::Timestamp;
use crate::fault::Problem;

/// A campaign: one item of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// The market it runs in.
    pub country: Country,
    /// What the operator asked for.
    #[serde(flatten)]
    pub rule: Rule,
    /// Whether it makes new promises. What was promised before is kept either way.
    pub paused: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
}

/// The rule itself, as the operator writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub id: CampaignId,
    /// How much.
    pub reward: Reward,
    /// The smallest payment that earns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_spend: Option<Money>,
    /// The most that one payment earns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_payment: Option<Money>,
    /// The ways to pay that earn.
    pub methods: BTreeSet<Method>,
    /// The merchants at whom it is earned; all of the market when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchants: Option<BTreeSet<MerchantId>>,
    /// From when (inclusive).
    pub starts_at: Timestamp,
    /// Until when (exclusive).
    pub ends_at: Timestamp,
    /// Who pays for it.
    pub funding: Funding,
    /// Within how many hours of payment the payer has the money.
    #[serde(default = "promise_hours")]
    pub promise_hours: u32,
    /// How many hours before the end of the promise it is released, so that retries fit inside the promise.
    #[serde(default = "release_margin_hours")]
    pub release_margin_hours: u32,
}

fn promise_hours() -> u32 {
    PROMISE_HOURS
}

fn release_margin_hours() -> u32 {
    RELEASE_MARGIN_HOURS
}

/// How much a payment earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reward {
    /// A share of the payment.
    Percent {
        /// Above 0 and up to 100, written as text: `"2.5"`.
        percent: Decimal,
    },
    /// A fixed amount, never more than the payment.
    Fixed {
        /// The amount.
        amount: Money,
    },
}

/// Whose money the cashback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// The merchant's: the refund alone.
    Merchant,
    /// The platform's: a transfer to the merchant first, then the refund.
    Platform,
}

/// The rule that said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCashback {
    /// The market has no campaign.
    NoCampaign,
    /// The campaign is paused.
    Paused,
    /// The campaign has not begun.
    NotStarted,
    /// The campaign is over.
    Ended,
    /// The merchant takes no part.
    MerchantNotEligible,
    /// This way to pay does not earn.
    MethodNotEligible,
    /// The payment is smaller than the campaign asks.
    BelowMinSpend,
    /// The share is less than the smallest coin.
    RoundsToNothing,
}

impl NoCashback {
    /// For the payer to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NoCampaign => "there is no campaign",
            Self::Paused => "the campaign is paused",
            Self::NotStarted => "the campaign has not begun",
            Self::Ended => "the campaign is over",
            Self::MerchantNotEligible => "this shop takes no part",
            Self::MethodNotEligible => "this way to pay does not earn",
            Self::BelowMinSpend => "the payment is smaller than the campaign asks",
            Self::RoundsToNothing => "the share is less than the smallest coin",
        }
    }
}

/// A payment that may earn.
#[derive(Clone, Copy, Debug)]
pub struct Purchase<'a> {
    /// At whom.
    pub merchant: &'a MerchantId,
    /// How much.
    pub amount: Money,
    /// How it is paid.
    pub method: Method,
    /// When the offer is made.
    pub at: Timestamp,
}

impl Campaign {
    /// What `purchase` earns, or the rule that says no.
    ///
    /// # Errors
    /// Amounts in another currency than the market's: such a campaign cannot be created.
    pub fn evaluate(&self, purchase: &Purchase<'_>) -> Result<Result<Money, NoCashback>, MoneyError> {
        if let Some(no) = self.refuses(purchase)? {
            return Ok(Err(no));
        }
        let earned = match self.rule.reward {
            Reward::Percent { percent } => {
                purchase.amount.share(percent / Decimal::ONE_HUNDRED, Round::Down)?
            }
            Reward::Fixed { amount } => amount.at_most(purchase.amount)?,
        };
        let earned = self.rule.max_per_payment.map_or(Ok(earned), |ceiling| earned.at_most(ceiling))?;
        Ok(if earned.is_zero() { Err(NoCashback::RoundsToNothing) } else { Ok(earned) })
    }

    fn refuses(&self, purchase: &Purchase<'_>) -> Result<Option<NoCashback>, MoneyError> {
        let rule = &self.rule;
        let below = match rule.min_spend {
            Some(least) => purchase.amount.is_less_than(least)?,
            None => false,
        };
        let elsewhere =
            rule.merchants.as_ref().is_some_and(|merchants| !merchants.contains(purchase.merchant));
        Ok(if self.paused {
            Some(NoCashback::Paused)
        } else if purchase.at < rule.starts_at {
            Some(NoCashback::NotStarted)
        } else if purchase.at >= rule.ends_at {
            Some(NoCashback::Ended)
        } else if elsewhere {
            Some(NoCashback::MerchantNotEligible)
        } else if !rule.methods.contains(&purchase.method) {
            Some(NoCashback::MethodNotEligible)
        } else if below {
            Some(NoCashback::BelowMinSpend)
        } else {
            None
        })
    }
}

impl Rule {
    /// Checks that the rule can be kept in `country`.
    ///
    /// # Errors
    /// The first thing that contradicts the market or itself, with its field.
    pub fn check(&self, country: Country) -> Result<(), Problem> {
        let amounts = [
            ("min_spend", self.min_spend),
            ("max_per_payment", self.max_per_payment),
            (
                "reward.amount",
                match self.reward {
                    Reward::Fixed { amount } => Some(amount),
                    Reward::Percent { .. } => None,
                },
            ),
        ];
        for (field, amount) in amounts.into_iter().filter_map(|(field, amount)| Some((field, amount?))) {
            if amount.currency() != country.currency() {
                let currency = country.currency().code();
                return Err(Problem::invalid(
                    field,
                    format!("The market {} uses {currency}.", country.code()),
                ));
            }
            if amount.is_zero() {
                return Err(Problem::invalid(field, "The amount must be above zero."));
            }
        }
        if let Reward::Percent { percent } = self.reward
            && (percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED)
        {
            return Err(Problem::invalid(
                "reward.percent",
                "The percentage must be above 0 and at most 100.",
            ));
        }
        if self.methods.is_empty() {
            return Err(Problem::invalid("methods", "Name at least one way to pay that earns."));
        }
        if let Some(foreign) = self.methods.iter().find(|method| !country.methods().contains(method)) {
            let detail = format!("{} is not offered in {}.", foreign.label(), country.code());
            return Err(Problem::invalid("methods", detail));
        }
        if self.merchants.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Problem::invalid(
                "merchants",
                "An empty list means nobody; leave the field out for all.",
            ));
        }
        if self.ends_at <= self.starts_at {
            return Err(Problem::invalid("ends_at", "The end must be after the start."));
        }
        if self.promise_hours == 0 || self.promise_hours > 24 * 60 {
            return Err(Problem::invalid("promise_hours", "Promise between 1 hour and 60 days."));
        }
        if self.release_margin_hours == 0 || self.release_margin_hours >= self.promise_hours {
            let detail = "The margin must be at least an hour and shorter than the promise.";
            return Err(Problem::invalid("release_margin_hours", detail));
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
