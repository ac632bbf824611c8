//! What the payer is promised for each way to pay: computed once, when the checkout is created, and kept
//! since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evaluate::Purchase;
use super::record::Campaign;
use super::rule::Stacking;
use crate::domain::ids::{CampaignId, CheckoutId, digest};
use crate::domain::market::{Method, Tender};
use crate::domain::money::{Money, MoneyError};
use crate::domain::promise::{Hold, NoCashback, OnRefund, Share, Terms};

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

/// What a promise of `campaign` holds.
fn hold(campaign: &Campaign, checkout: &CheckoutId) -> Hold {
    let rule = &campaign.rule;
    let budget = &rule.budget;
    Hold {
        shard: (!budget.is_unlimited()).then(|| shard(checkout, budget.shards())),
        total: budget.total.is_some(),
        daily: budget.per_day.is_some(),
        periods: rule.periods(),
        merchant: rule.occasion == Some(super::rule::Occasion::OncePerMerchant),
    }
}

/// The part of a budget that a checkout is served from: always the same, so that a repetition finds it again.
fn shard(checkout: &CheckoutId, shards: u8) -> u8 {
    let sum = digest(&["budget", checkout.as_str()], 8)
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    u8::try_from(sum % u32::from(shards.max(1))).unwrap_or_default()
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
    /// The offer for each of `methods`. A card's offer is one for all cards; where a campaign tells credit
    /// from debit, the offer for that kind stands beside the one for every other card.
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
        // In the order of their names, so that the answer does not depend on the order in which they are
        // read.
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
    // One that could be added up may give more alone, where another's ceiling is low: adding must not cost
    // the payer.
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
        hold: hold(campaign, checkout),
    })
}

#[cfg(test)]
mod tests;
