//! What the payer is promised for each way to pay: computed once, when the checkout is created, and kept since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::campaign::{Campaign, Funding, NoCashback, Purchase};
use super::ids::{CampaignId, MerchantId};
use super::market::Method;
use super::money::{Money, MoneyError};
use super::time::Timestamp;

/// A promise as it was shown, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Offer {
    /// Paying this way earns.
    Cashback(Terms),
    /// Paying this way earns nothing.
    None {
        /// The rule that said no.
        no_cashback: NoCashback,
    },
}

/// The terms of one promise. They outlive the campaign's end, its pause and its next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The campaign.
    pub campaign: CampaignId,
    /// How much.
    pub amount: Money,
    /// Who pays for it.
    pub funding: Funding,
    /// Within how many hours of payment.
    pub promise_hours: u32,
    /// How many hours before that it is released.
    pub release_margin_hours: u32,
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
}

/// The best offer for each of `methods`: the highest amount, and of equal ones the campaign that comes first by name,
/// so that the answer does not depend on the order in which campaigns are read.
///
/// # Errors
/// A campaign holds amounts in another currency than the market's.
pub fn offers(
    campaigns: &[Campaign],
    merchant: &MerchantId,
    amount: Money,
    methods: &[Method],
    at: Timestamp,
) -> Result<BTreeMap<Method, Offer>, MoneyError> {
    let offer =
        |method| best(campaigns, &Purchase { merchant, amount, method, at }).map(|offer| (method, offer));
    methods.iter().copied().map(offer).collect()
}

fn best(campaigns: &[Campaign], purchase: &Purchase<'_>) -> Result<Offer, MoneyError> {
    let mut best: Option<Terms> = None;
    let mut closest = NoCashback::NoCampaign;
    for campaign in campaigns {
        match campaign.evaluate(purchase)? {
            Ok(amount) => {
                let rule = &campaign.rule;
                let is_better = best
                    .as_ref()
                    .is_none_or(|best| (amount.minor(), &best.campaign) > (best.amount.minor(), &rule.id));
                if is_better {
                    best = Some(Terms {
                        campaign: rule.id.clone(),
                        amount,
                        funding: rule.funding,
                        promise_hours: rule.promise_hours,
                        release_margin_hours: rule.release_margin_hours,
                    });
                }
            }
            // The reasons are ordered by how far the payment came: the one that came furthest tells the payer most.
            Err(no) => closest = closest.max(no),
        }
    }
    Ok(best.map_or(Offer::None { no_cashback: closest }, Offer::Cashback))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::tests::{five_percent_paynow, merchant};
    use crate::domain::campaign::{Reward, Rule};
    use iso_currency::Currency;
    use rust_decimal::Decimal;

    fn offered(campaigns: &[Campaign]) -> BTreeMap<Method, Offer> {
        let amount = Money::from_minor(2500, Currency::SGD).unwrap();
        let at = Timestamp::from_epoch_seconds(1500);
        offers(campaigns, &merchant("baker-13"), amount, &[Method::Card, Method::Paynow], at).unwrap()
    }

    #[test]
    fn each_method_has_its_offer_or_the_reason_why_not() {
        let offers = offered(&[five_percent_paynow()]);
        assert_eq!(offers[&Method::Card], Offer::None { no_cashback: NoCashback::MethodNotEligible });
        let Offer::Cashback(terms) = &offers[&Method::Paynow] else { panic!("PayNow earns") };
        assert_eq!(terms.amount.to_string(), "SGD 1.25");
        assert_eq!(offered(&[])[&Method::Card], Offer::None { no_cashback: NoCashback::NoCampaign });
    }

    #[test]
    fn the_best_offer_wins_in_any_order() {
        let five = five_percent_paynow();
        let named = |id, percent| Campaign {
            rule: Rule {
                id: CampaignId::parse(id).unwrap(),
                reward: Reward::Percent { percent: Decimal::from(percent) },
                ..five.rule.clone()
            },
            ..five.clone()
        };
        let campaigns = [named("b", 8), named("a", 8), named("c", 2)];
        let mut reversed = campaigns.clone();
        reversed.reverse();
        let best = offered(&campaigns);
        assert_eq!(best, offered(&reversed));
        let Offer::Cashback(terms) = &best[&Method::Paynow] else { panic!("PayNow earns") };
        assert_eq!((terms.campaign.as_str(), terms.amount.minor()), ("a", 200));
    }
}
