//! What a payer was told: how much, by when, of which campaigns. It outlives the campaign.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::hours::unwritten;
use crate::domain::ids::CampaignId;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::time::{Period, Timestamp};

/// The terms of one promise. They outlive the campaign's end, its pause and its next version. What is as
/// usual is not written down: an item is paid for by the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How much, in all.
    pub amount: Money,
    /// Of which campaigns: one, or several that are added up.
    pub shares: Vec<Share>,
    /// Within how many hours of payment.
    #[serde(default = "unwritten_promise", skip_serializing_if = "is_unwritten_promise")]
    pub promise_hours: u32,
    /// How many hours before that it is released.
    #[serde(default = "unwritten_margin", skip_serializing_if = "is_unwritten_margin")]
    pub release_margin_hours: u32,
    /// What a refund before the release does to it.
    #[serde(default = "unwritten_on_refund", skip_serializing_if = "is_unwritten_on_refund")]
    pub on_refund: OnRefund,
    /// What has to be left of the payment for it, in minor units: the least that earns this reward.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub least_minor: i64,
    /// For how many days it can be spent if it becomes wallet credit.
    #[serde(default = "unwritten_expiry", skip_serializing_if = "is_unwritten_expiry")]
    pub wallet_days: u16,
}

/// What one campaign gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The campaign.
    pub campaign: CampaignId,
    /// How much, in minor units.
    pub minor: i64,
    /// How much of that the platform pays, in minor units; the merchant pays the rest.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub platform_minor: i64,
    /// What of the campaign's limits it uses.
    #[serde(default, skip_serializing_if = "Hold::is_nothing")]
    pub hold: Hold,
}

/// What a promise uses of a campaign's limits, from the creation of the checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The part of the budget it is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u8>,
    /// Whether the whole campaign has a budget.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub total: bool,
    /// Whether each day has a budget.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub daily: bool,
    /// By which periods the payer's use is counted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub periods: BTreeSet<Period>,
    /// Whether the merchant is marked as one at whom the payer has earned.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_false")]
    pub merchant: bool,
}

/// Not the default of a new rule, which may become another one.
fn unwritten_on_refund() -> OnRefund {
    OnRefund::Proportional
}

fn is_unwritten_on_refund(on_refund: &OnRefund) -> bool {
    *on_refund == unwritten_on_refund()
}

fn unwritten_promise() -> u32 {
    unwritten::PROMISE_HOURS
}

fn is_unwritten_promise(hours: &u32) -> bool {
    *hours == unwritten::PROMISE_HOURS
}

fn unwritten_margin() -> u32 {
    unwritten::RELEASE_MARGIN_HOURS
}

fn is_unwritten_margin(hours: &u32) -> bool {
    *hours == unwritten::RELEASE_MARGIN_HOURS
}

fn unwritten_expiry() -> u16 {
    unwritten::WALLET_DAYS
}

fn is_unwritten_expiry(days: &u16) -> bool {
    *days == unwritten::WALLET_DAYS
}

impl Hold {
    /// Whether it uses nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Terms {
    /// Until when it is promised, for a payment made at `paid_at`.
    pub fn promised_by(&self, paid_at: Timestamp) -> Timestamp {
        paid_at.plus_hours(self.promise_hours)
    }

    /// When it is released: the margin before the promise ends.
    pub fn release_at(&self, paid_at: Timestamp) -> Timestamp {
        paid_at.plus_hours(self.promise_hours.saturating_sub(self.release_margin_hours))
    }

    /// What the platform pays of `amount`, which is the promise or what is left of it.
    ///
    /// # Errors
    /// Another currency than the promise's.
    pub fn platform_part(&self, amount: Money) -> Result<Money, MoneyError> {
        let platform = self.shares.iter().fold(0_i64, |sum, share| sum.saturating_add(share.platform_minor));
        let platform = Money::from_minor(platform, amount.currency())?;
        amount.proportion(platform, self.amount, Round::Down)
    }

    /// What the merchant pays of `amount`.
    ///
    /// # Errors
    /// As [`platform_part`](Self::platform_part).
    pub fn merchant_part(&self, amount: Money) -> Result<Money, MoneyError> {
        amount.minus(self.platform_part(amount)?)
    }

    /// Whether the platform pays any of it.
    pub fn has_platform_part(&self) -> bool {
        self.shares.iter().any(|share| share.platform_minor > 0)
    }

    /// Whether the merchant pays any of it.
    pub fn has_merchant_part(&self) -> bool {
        self.shares.iter().any(|share| share.platform_minor < share.minor)
    }

    /// The campaign that gives most of it, the first by name among equals: the one that is named to people.
    pub fn campaign(&self) -> Option<&CampaignId> {
        let most = self.shares.iter().map(|share| share.minor).max()?;
        self.shares.iter().find(|share| share.minor == most).map(|share| &share.campaign)
    }

    /// How `amount`, which is the promise or what is left of it, divides among the campaigns. The parts add
    /// up to it.
    ///
    /// # Errors
    /// Another currency than the promise's.
    pub fn split(&self, amount: Money) -> Result<Vec<(CampaignId, Money)>, MoneyError> {
        let mut parts = Vec::new();
        let (mut promised, mut given) = (0_i64, Money::zero(amount.currency()));
        for share in &self.shares {
            promised = promised.saturating_add(share.minor);
            let so_far = Money::from_minor(promised, amount.currency())?;
            let until_here = amount.proportion(so_far, self.amount, Round::Down)?;
            parts.push((share.campaign.clone(), until_here.minus(given)?));
            given = until_here;
        }
        Ok(parts)
    }
}

/// What becomes of a held cashback when the merchant refunds a part of the payment. A full refund always ends
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRefund {
    /// It shrinks with the payment.
    #[default]
    Proportional,
    /// It ends.
    Cancel,
}
