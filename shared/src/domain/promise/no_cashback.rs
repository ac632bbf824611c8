//! Why a payment earns nothing.

use serde::{Deserialize, Serialize};

/// The rule that said no. They are ordered by how far a payment came: of several campaigns, the one that came
/// furthest tells the payer most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCashback {
    /// The market has no campaign.
    NoCampaign,
    /// All campaigns of the market are stopped.
    MarketStopped,
    /// The campaign's funding is one that Stripe does not carry in this market: it was stored before such
    /// were refused.
    FundingNotCarried,
    /// The campaign is paused.
    Paused,
    /// The campaign has not begun.
    NotStarted,
    /// The campaign is over.
    Ended,
    /// The merchant takes no part.
    MerchantNotEligible,
    /// The merchant's kind of business takes no part.
    CategoryNotEligible,
    /// Only payments in the chat, or only those at the counter, earn.
    ChannelNotEligible,
    /// This way to pay does not earn.
    MethodNotEligible,
    /// The payment is smaller than the campaign asks.
    BelowMinSpend,
    /// The share is less than the smallest coin.
    RoundsToNothing,
    /// The campaign counts by payer, and the payer is not known.
    PayerUnknown,
    /// Who pays belongs to the shop.
    OwnMerchant,
    /// It is not the payer's first payment.
    NotFirstPayment,
    /// The payer has earned at this shop before.
    OncePerMerchant,
    /// Every n-th payment earns, and this is none.
    NotTheNth,
    /// The payer has had what one payer can have, for now or for good.
    CapReached,
    /// The campaign's money is promised to others.
    BudgetUsedUp,
    /// The promise ended with the page on which it was made, and the payment came after it.
    OfferLapsed,
}

impl NoCashback {
    /// For the payer to read.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NoCampaign => "there is no campaign",
            Self::MarketStopped => "all campaigns are stopped for now",
            Self::FundingNotCarried => "the campaign cannot be paid in this market",
            Self::Paused => "the campaign is paused",
            Self::NotStarted => "the campaign has not begun",
            Self::Ended => "the campaign is over",
            Self::MerchantNotEligible => "this shop takes no part",
            Self::CategoryNotEligible => "this kind of shop takes no part",
            Self::ChannelNotEligible => "this place to pay takes no part",
            Self::MethodNotEligible => "this way to pay does not earn",
            Self::BelowMinSpend => "the payment is smaller than the campaign asks",
            Self::RoundsToNothing => "the share is less than the smallest coin",
            Self::PayerUnknown => "the campaign is for payers who say their number",
            Self::OwnMerchant => "who pays belongs to the shop",
            Self::NotFirstPayment => "only the first payment earns",
            Self::OncePerMerchant => "it was earned at this shop before",
            Self::NotTheNth => "not every payment earns, and this one does not",
            Self::CapReached => "the most that one payer can earn is reached",
            Self::BudgetUsedUp => "the campaign's budget is used up",
            Self::OfferLapsed => "the offer had ended when the payment came",
        }
    }
}
