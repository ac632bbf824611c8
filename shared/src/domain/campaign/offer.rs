//! What the payer is promised for each way to pay: computed once, when the checkout is created, and kept since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evaluate::Purchase;
use super::no_cashback::NoCashback;
use super::record::Campaign;
use super::rule::{OnRefund, Period, Stacking};
use crate::domain::cashback::{PROMISE_HOURS, RELEASE_MARGIN_HOURS};
use crate::domain::ids::{CampaignId, CheckoutId, digest};
use crate::domain::market::Method;
use crate::domain::market::tender::Tender;
use crate::domain::money::{Money, MoneyError, Round};
use crate::domain::time::Timestamp;

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

/// The terms of one promise. They outlive the campaign's end, its pause and its next version. What is as usual is not
/// written down: an item is paid for by the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How much, in all.
    pub amount: Money,
    /// Of which campaigns: one, or several that are added up.
    pub shares: Vec<Share>,
    /// Within how many hours of payment.
    #[serde(default = "super::usual::promise_hours", skip_serializing_if = "is_usual_promise")]
    pub promise_hours: u32,
    /// How many hours before that it is released.
    #[serde(default = "super::usual::release_margin_hours", skip_serializing_if = "is_usual_margin")]
    pub release_margin_hours: u32,
    /// What a refund before the release does to it.
    #[serde(default, skip_serializing_if = "OnRefund::is_usual")]
    pub on_refund: OnRefund,
    /// What has to be left of the payment for it, in minor units: the least that earns this reward.
    #[serde(default, skip_serializing_if = "crate::domain::unsaid::is_zero")]
    pub least_minor: i64,
    /// For how many days it can be spent if it becomes wallet credit.
    #[serde(default = "super::usual::wallet_days", skip_serializing_if = "is_usual_expiry")]
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

impl Hold {
    fn of(campaign: &Campaign, checkout: &CheckoutId) -> Self {
        let rule = &campaign.rule;
        let budget = &rule.budget;
        Self {
            shard: (!budget.is_unlimited()).then(|| shard(checkout, budget.shards())),
            total: budget.total.is_some(),
            daily: budget.per_day.is_some(),
            periods: rule.periods(),
            merchant: rule.occasion == Some(super::rule::Occasion::OncePerMerchant),
        }
    }

    /// Whether it uses nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The part of a budget that a checkout is served from: always the same, so that a repetition finds it again.
fn shard(checkout: &CheckoutId, shards: u8) -> u8 {
    let sum = digest(&["budget", checkout.as_str()], 8)
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    u8::try_from(sum % u32::from(shards.max(1))).unwrap_or_default()
}

fn is_usual_promise(hours: &u32) -> bool {
    *hours == PROMISE_HOURS
}

fn is_usual_margin(hours: &u32) -> bool {
    *hours == RELEASE_MARGIN_HOURS
}

fn is_usual_expiry(days: &u16) -> bool {
    *days == super::usual::wallet_days()
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

    /// How `amount`, which is the promise or what is left of it, divides among the campaigns. The parts add up to it.
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

impl Offer {
    /// Ends a promise that used a limit: the limit has been given back.
    pub(in crate::domain) fn lapse(&mut self) {
        if let Self::Cashback(terms) = self
            && terms.shares.iter().any(|share| !share.hold.is_nothing())
        {
            *self = Self::None { no_cashback: NoCashback::OfferLapsed };
        }
    }
}

/// What a market offers at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// Its campaigns.
    pub campaigns: &'a [Campaign],
    /// Those whose budget is used up for now.
    pub used_up: &'a BTreeSet<CampaignId>,
    /// A reason for which nobody earns anything, whatever the campaigns say.
    pub closed: Option<NoCashback>,
}

impl Market<'_> {
    /// The offer for each of `methods`. A card's offer is one for all cards; where a campaign tells credit from debit, the
    /// offer for that kind stands beside the one for every other card.
    ///
    /// # Errors
    /// A campaign holds amounts in another currency than the market's.
    pub fn offers(
        &self,
        checkout: &CheckoutId,
        purchase: &Purchase<'_>,
        methods: &[Method],
    ) -> Result<BTreeMap<Tender, Offer>, MoneyError> {
        let mut offers = BTreeMap::new();
        for method in methods {
            let offer = |tender| self.offer(checkout, &Purchase { tender, ..*purchase });
            if *method == Method::Card {
                let any_card = offer(Tender::Card)?;
                for kind in Tender::of(*method) {
                    let of_kind = offer(*kind)?;
                    if of_kind != any_card {
                        offers.insert(*kind, of_kind);
                    }
                }
                offers.insert(Tender::Card, any_card);
            } else {
                for tender in Tender::of(*method) {
                    offers.insert(*tender, offer(*tender)?);
                }
            }
        }
        Ok(offers)
    }

    fn offer(&self, checkout: &CheckoutId, purchase: &Purchase<'_>) -> Result<Offer, MoneyError> {
        if let Some(no_cashback) = self.closed {
            return Ok(Offer::None { no_cashback });
        }
        let (mut earned, mut closest) = (Vec::new(), NoCashback::NoCampaign);
        for campaign in self.campaigns {
            match campaign.evaluate(purchase)? {
                Ok(_) if self.used_up.contains(&campaign.rule.id) => {
                    closest = closest.max(NoCashback::BudgetUsedUp);
                }
                Ok(amount) => earned.push((campaign, amount)),
                Err(no) => closest = closest.max(no),
            }
        }
        // In the order of their names, so that the answer does not depend on the order in which they are read.
        earned.sort_by(|(one, _), (other, _)| one.rule.id.cmp(&other.rule.id));
        let best = stack(&earned, purchase.amount)?;
        match terms(&best, checkout, purchase.amount)? {
            Some(terms) => Ok(Offer::Cashback(terms)),
            None => Ok(Offer::None { no_cashback: closest }),
        }
    }
}

type Earned<'a> = (&'a Campaign, Money);

/// Which of the campaigns that give something do give it, by their rules of stacking.
fn stack<'a>(earned: &[Earned<'a>], paid: Money) -> Result<Vec<Earned<'a>>, MoneyError> {
    let mode = |wanted: fn(&Stacking) -> bool| {
        earned.iter().copied().filter(move |(campaign, _)| wanted(&campaign.rule.stacking))
    };
    // Of equal amounts the first by name.
    let best = |contenders: &mut dyn Iterator<Item = Earned<'a>>| {
        contenders.fold(None, |best: Option<Earned<'a>>, next| match best {
            Some(best) if best.1.minor() >= next.1.minor() => Some(best),
            Some(_) | None => Some(next),
        })
    };
    if let Some(only) = best(&mut mode(|stacking| *stacking == Stacking::Exclusive)) {
        return Ok(vec![only]);
    }
    let added = add_up(&mut mode(|stacking| matches!(stacking, Stacking::Sum { .. })), paid)?;
    // One that could be added up may give more alone, where another's ceiling is low: adding must not cost the payer.
    let mut alone = Vec::new();
    for (campaign, amount) in earned {
        alone.push((
            *campaign,
            match campaign.rule.stacking {
                Stacking::Sum { ceiling } => amount.at_most(ceiling)?,
                Stacking::BestOf | Stacking::Exclusive => *amount,
            },
        ));
    }
    let single = best(&mut alone.into_iter());
    let sum: i64 = added.iter().map(|(_, amount)| amount.minor()).sum();
    Ok(match single {
        Some(single) if single.1.minor() >= sum => vec![single],
        Some(_) | None => added,
    })
}

/// Adds campaigns up to the smallest of their ceilings, and never beyond the payment; the last one is cut.
fn add_up<'a>(
    contenders: &mut dyn Iterator<Item = Earned<'a>>,
    paid: Money,
) -> Result<Vec<Earned<'a>>, MoneyError> {
    let contenders: Vec<Earned<'a>> = contenders.collect();
    let mut room = paid;
    for (campaign, _) in &contenders {
        if let Stacking::Sum { ceiling } = campaign.rule.stacking {
            room = room.at_most(ceiling)?;
        }
    }
    let mut added = Vec::new();
    for (campaign, amount) in contenders {
        let part = amount.at_most(room)?;
        if !part.is_zero() {
            added.push((campaign, part));
            room = room.minus(part)?;
        }
    }
    Ok(added)
}

/// The promise that several campaigns make together: the strictest of their terms.
fn terms(given: &[Earned<'_>], checkout: &CheckoutId, paid: Money) -> Result<Option<Terms>, MoneyError> {
    let Some(((first, amount), rest)) = given.split_first() else { return Ok(None) };
    let rule = &first.rule;
    let mut terms = Terms {
        amount: *amount,
        shares: vec![share(first, *amount, checkout)?],
        promise_hours: rule.promise_hours,
        release_margin_hours: rule.release_margin_hours,
        on_refund: rule.on_refund,
        least_minor: rule.least(paid)?.minor(),
        wallet_days: rule.wallet_days,
    };
    for (campaign, amount) in rest {
        let rule = &campaign.rule;
        terms.amount = terms.amount.plus(*amount)?;
        terms.shares.push(share(campaign, *amount, checkout)?);
        if rule.promise_hours < terms.promise_hours {
            terms.promise_hours = rule.promise_hours;
            terms.release_margin_hours = rule.release_margin_hours;
        }
        if rule.on_refund == OnRefund::Cancel {
            terms.on_refund = OnRefund::Cancel;
        }
        terms.least_minor = terms.least_minor.max(rule.least(paid)?.minor());
        terms.wallet_days = terms.wallet_days.min(rule.wallet_days);
    }
    Ok(Some(terms))
}

fn share(campaign: &Campaign, amount: Money, checkout: &CheckoutId) -> Result<Share, MoneyError> {
    Ok(Share {
        campaign: campaign.rule.id.clone(),
        minor: amount.minor(),
        platform_minor: campaign.rule.funding.platform_part(amount)?.minor(),
        hold: Hold::of(campaign, checkout),
    })
}

#[cfg(test)]
mod tests;
