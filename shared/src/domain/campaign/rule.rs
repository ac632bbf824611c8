//! What an operator writes: a campaign's rule in the words of the field.

use std::collections::BTreeSet;

use jiff::civil;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CampaignId, MerchantId};
use crate::domain::market::{Channel, Country, Movement, Tender};
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::percent::Percent;
use crate::domain::promise::OnRefund;
use crate::domain::tagged::tagged;
use crate::domain::time::{Period, Timestamp};

/// A campaign's rule. What it does not name it does not limit.
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
    pub methods: BTreeSet<Tender>,
    /// The merchants at whom it is earned; all of the market when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchants: Option<BTreeSet<MerchantId>>,
    /// The kinds of business at which it is earned; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_categories: Option<BTreeSet<MerchantCategory>>,
    /// Where it is earned: in the chat, at the counter; both when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<BTreeSet<Channel>>,
    /// From when (inclusive).
    pub starts_at: Moment,
    /// Until when (exclusive).
    pub ends_at: Moment,
    /// Which of a payer's payments earn; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Occasion>,
    /// The most that one payer earns in a period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// The most that all payers earn together.
    #[serde(default, skip_serializing_if = "Budget::is_unlimited")]
    pub budget: Budget,
    /// How it goes together with other campaigns.
    #[serde(default)]
    pub stacking: Stacking,
    /// Who pays for it.
    pub funding: Funding,
    /// What a refund before the release does to it.
    #[serde(default)]
    pub on_refund: OnRefund,
    /// Within how many hours of payment the payer has the money.
    #[serde(default = "crate::domain::promise::promise_hours")]
    pub promise_hours: u32,
    /// How many hours before the end of the promise it is released, so that retries fit inside the promise.
    #[serde(default = "crate::domain::promise::release_margin_hours")]
    pub release_margin_hours: u32,
    /// For how many days it can be spent when it had to become wallet credit.
    #[serde(default = "crate::domain::promise::wallet_days")]
    pub wallet_days: u16,
}

tagged! {
    /// How much a payment earns.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Reward by kind {
        /// A share of the payment.
        Percent {
            /// Which share.
            percent: Percent,
        },
        /// A fixed amount, never more than the payment.
        Fixed {
            /// The amount.
            amount: Money,
        },
        /// The larger the payment, the larger the share: the last tier that the payment reaches counts for
        /// all of it.
        Tiered {
            /// The tiers, smallest payment first.
            tiers: Vec<Tier>,
        },
    }
}

/// One tier: what a payment of at least `from` earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The smallest payment of this tier.
    pub from: Money,
    /// A share of the payment.
    pub percent: Percent,
}

/// A point in time as an operator writes it: with an offset, or as the wall clock of the market shows it. A
/// day alone means its first moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Moment {
    /// `2026-11-01T00:00:00+05:30`
    Instant(Timestamp),
    /// `2026-11-01T00:00` or `2026-11-01`, in the market's time zone.
    Local(civil::DateTime),
}

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not a time. Write one such as `2026-11-22T10:00:00+08:00`, `2026-11-22T10:00` or `2026-11-22`."
)]
pub struct InvalidMoment;

impl Moment {
    /// When it is, in `zone`. A wall clock that a change of summer time skips or repeats means the moment
    /// that `jiff` calls compatible: after the gap, or the first of the two.
    pub fn instant(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Local(local) => {
                local.to_zoned(zone.clone()).map_or(Timestamp::from_epoch_seconds(0), |at| {
                    Timestamp::from_epoch_seconds(at.timestamp().as_second())
                })
            }
        }
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Instant(at) => at.to_string(),
            Moment::Local(local) => local.to_string(),
        }
    }
}

impl TryFrom<String> for Moment {
    type Error = InvalidMoment;

    fn try_from(text: String) -> Result<Self, InvalidMoment> {
        if let Ok(at) = Timestamp::parse(&text) {
            return Ok(Self::Instant(at));
        }
        // A civil time would swallow an offset that it cannot use.
        let has_offset = text.get(10..).is_some_and(|time| time.contains('-'));
        let is_plain = !text.contains(['Z', 'z', '+', '[']) && !has_offset;
        let local: Option<civil::DateTime> = text.parse().ok().filter(|_| is_plain);
        local.filter(|at| (1970..=9998).contains(&at.year())).map(Self::Local).ok_or(InvalidMoment)
    }
}

/// A kind of business, by its merchant category code (ISO 18245).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MerchantCategory(String);

/// Why a text is no merchant category code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a merchant category code. Write four digits such as `5462`.")]
pub struct InvalidCategory;

impl From<MerchantCategory> for String {
    fn from(category: MerchantCategory) -> Self {
        category.0
    }
}

impl TryFrom<String> for MerchantCategory {
    type Error = InvalidCategory;

    fn try_from(text: String) -> Result<Self, InvalidCategory> {
        let is_code = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_code { Ok(Self(text)) } else { Err(InvalidCategory) }
    }
}

tagged! {
    /// Which of a payer's payments earn. A payment counts from the creation of its checkout, unless that
    /// expires or fails; for `every_nth` only payments that were made and kept count.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Occasion by kind {
        /// The payer's first payment.
        FirstPayment {
            /// First of all, or first at this merchant.
            scope: VisitScope,
        },
        /// One payment at each merchant: the payer earns at every new shop.
        OncePerMerchant,
        /// Every `n`-th payment of the payer.
        EveryNth {
            /// From 2 to 100.
            n: u32,
        },
    }
}

/// Among which payments one is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitScope {
    /// All of the payer's in this market.
    Overall,
    /// The payer's at this merchant.
    PerMerchant,
}

/// The most that one payer earns of this campaign in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PlainCap")]
pub struct Cap {
    /// In which period.
    pub per: Period,
    /// How many payments, how much, or both.
    #[serde(flatten)]
    pub limit: Limit,
}

/// A cap as it is read: of what is flattened, serde no longer knows where it stood.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainCap {
    per: Period,
    #[serde(default)]
    payments: Option<u32>,
    #[serde(default)]
    amount: Option<Money>,
}

impl From<PlainCap> for Cap {
    fn from(PlainCap { per, payments, amount }: PlainCap) -> Self {
        Self { per, limit: Limit { payments, amount } }
    }
}

/// A limit by count, by sum, or by both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<u32>,
    /// How much cashback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Over how many items a budget is spread when its rule does not say. Frozen: stored rules do not say either,
/// and another number would divide their budgets anew.
const BUDGET_SHARDS: u8 = 8;

/// What all payers may earn together. It is spread over items so that a popular campaign has none that
/// everybody writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// In all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Limit>,
    /// On each day of the market.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<Limit>,
    /// Over how many items it is spread, 1 to 32; 8 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<u8>,
}

impl Budget {
    /// Whether there is none.
    pub fn is_unlimited(&self) -> bool {
        self.total.is_none() && self.per_day.is_none()
    }

    /// Over how many items it is spread.
    pub fn shards(&self) -> u8 {
        self.shards.unwrap_or(BUDGET_SHARDS)
    }
}

tagged! {
    /// How a campaign goes together with others that would give something for the same payment.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
    #[serde(tag = "mode", rename_all = "snake_case")]
    pub enum Stacking by mode {
        /// The best one counts.
        #[default]
        BestOf,
        /// Where it gives something, no other does.
        Exclusive,
        /// All campaigns of this mode are added up; the smallest ceiling among them bounds the sum, which
        /// then competes with the best single one.
        Sum {
            /// The most that the sum may be.
            ceiling: Money,
        },
    }
}

/// Whose money the cashback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Funding {
    /// The merchant's: the refund alone.
    Merchant,
    /// The platform's: a transfer to the merchant first, then the refund.
    Platform,
    /// Of both.
    Split {
        /// The platform's part in basis points (1/100 of a percent), rounded down; the merchant pays the
        /// rest.
        platform_bps: u16,
    },
}

impl Funding {
    /// How its money reaches the merchant, from whose balance the cashback is refunded.
    pub fn movements(self) -> &'static [Movement] {
        match self {
            Self::Merchant => &[Movement::ApplicationFee],
            Self::Platform => &[Movement::Transfer],
            Self::Split { .. } => &[Movement::ApplicationFee, Movement::Transfer],
        }
    }

    /// What it needs that the Stripe platform of `country` does not carry.
    pub fn lacks(self, country: Country) -> Option<Movement> {
        self.movements().iter().copied().find(|needed| !country.movements().contains(needed))
    }

    /// What of `amount` the platform pays.
    ///
    /// # Errors
    /// Never for an amount of money; the sum is checked all the same.
    pub fn platform_part(self, amount: Money) -> Result<Money, MoneyError> {
        match self {
            Self::Merchant => Ok(Money::zero(amount.currency())),
            Self::Platform => Ok(amount),
            Self::Split { platform_bps } => {
                amount.share(Decimal::new(i64::from(platform_bps), 4), Round::Down)
            }
        }
    }
}
