//! A campaign's budget, spread over parts so that no item is written by everybody.
//!
//! A part holds what is left in it. Who takes from it takes on condition that enough is left, in the
//! transaction that promises the money, so the parts can never hold less than nothing, and together they are
//! the budget. When one part is empty and others are not, what is left is [moved](moves); nothing is made or
//! lost by that. A new version of the rule [resizes](resized) the parts.

use std::cmp::Reverse;

use serde::Serialize;

use super::record::Campaign;
use super::rule::Limit;
use crate::domain::ids::CampaignId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::time::Day;

/// A part of a campaign's budget: the shard of the whole, or of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The campaign.
    pub campaign: CampaignId,
    /// Which part.
    pub shard: u8,
    /// Of this day, or of the whole campaign.
    pub day: Option<Day>,
}

/// What a checkout takes from a part of a budget, or below zero: what it gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetChange {
    /// The part.
    pub slot: Slot,
    /// Payments.
    pub payments: i64,
    /// Minor units.
    pub minor: i64,
}

/// What a part of a budget holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pot {
    /// Payments.
    pub payments: i64,
    /// Minor units.
    pub minor: i64,
}

/// What is not limited is limited to this: more payments, and more minor units, than there will ever be.
pub const UNLIMITED: i64 = 1_000_000_000_000_000;

impl Pot {
    /// Whether `need` can be taken from it.
    pub fn covers(self, need: Self) -> bool {
        self.payments >= need.payments && self.minor >= need.minor
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            payments: self.payments.saturating_add(other.payments),
            minor: self.minor.saturating_add(other.minor),
        }
    }

    /// What is left without `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            payments: self.payments.saturating_sub(other.payments),
            minor: self.minor.saturating_sub(other.minor),
        }
    }

    /// All of `pots` together.
    pub fn sum(pots: &[Self]) -> Self {
        pots.iter().copied().fold(Self::default(), Self::plus)
    }

    /// Whether nothing of it is below zero.
    pub fn is_whole(self) -> bool {
        self.covers(Self::default())
    }

    fn half(self) -> Self {
        Self { payments: self.payments.div_euclid(2), minor: self.minor.div_euclid(2) }
    }

    /// A limit's whole pot.
    pub fn of(limit: Option<Limit>) -> Self {
        let Some(Limit { payments, amount }) = limit else {
            return Self { payments: UNLIMITED, minor: UNLIMITED };
        };
        Self {
            payments: payments.map_or(UNLIMITED, i64::from),
            minor: amount.map_or(UNLIMITED, Money::minor),
        }
    }

    /// The part number `shard` of `shards` equal parts; the first ones have what does not divide. A pot below
    /// zero has no part above zero.
    #[must_use]
    pub fn part(self, shard: u8, shards: u8) -> Self {
        let shards = i64::from(shards.max(1));
        let part = |whole: i64| {
            let one_more = i64::from(i64::from(shard) < whole.rem_euclid(shards));
            whole.div_euclid(shards).saturating_add(one_more)
        };
        Self { payments: part(self.payments), minor: part(self.minor) }
    }
}

/// What `slot` holds when nobody has taken from it.
pub fn part_of_budget(campaign: &Campaign, slot: &Slot) -> Pot {
    whole_budget(campaign, slot.day).part(slot.shard, campaign.rule.budget.shards())
}

/// What all parts hold when nobody has taken from them: of `day`, or of the whole.
pub fn whole_budget(campaign: &Campaign, day: Option<Day>) -> Pot {
    let budget = &campaign.rule.budget;
    Pot::of(if day.is_some() { budget.per_day } else { budget.total })
}

/// What is left of a campaign's budget, for people to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Remaining>,
    /// Of today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub today: Option<Remaining>,
}

/// What is left, by what it is limited by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remaining {
    /// Payments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payments: Option<i64>,
    /// Cashback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

impl Left {
    /// What is left where `campaign`'s budget holds `total` in all and `today` of this day; `None` where it
    /// has no budget.
    ///
    /// # Errors
    /// A pot holds what is no money: a bug.
    pub fn of(
        campaign: &Campaign,
        total: Option<Pot>,
        today: Option<Pot>,
    ) -> Result<Option<Self>, MoneyError> {
        let budget = &campaign.rule.budget;
        let left = Self { total: remaining(budget.total, total)?, today: remaining(budget.per_day, today)? };
        Ok((left.total.is_some() || left.today.is_some()).then_some(left))
    }
}

/// After a cut, more may be promised than the budget has: then nothing is left.
fn remaining(limit: Option<Limit>, pot: Option<Pot>) -> Result<Option<Remaining>, MoneyError> {
    let (Some(limit), Some(pot)) = (limit, pot) else { return Ok(None) };
    let money = |whole: Money| Money::from_minor(pot.minor.max(0), whole.currency());
    let amount = limit.amount.map(money).transpose()?;
    Ok(Some(Remaining { payments: limit.payments.map(|_| pot.payments.max(0)), amount }))
}

/// What each of `pots` holds after their budget, which was `was`, becomes `becomes`. What was taken stays
/// taken, and the rest is spread evenly. If more was taken than the new budget has, no part is above zero,
/// and together they are below zero by the difference.
pub fn resized(pots: &[Pot], was: Pot, becomes: Pot) -> Vec<Pot> {
    let left = Pot::sum(pots).plus(becomes.minus(was));
    let shards = u8::try_from(pots.len()).unwrap_or(u8::MAX);
    (0..shards).map(|shard| left.part(shard, shards)).collect()
}

/// What to take from which part of `pots` so that the part number `ours` covers `need`: half of a rich part,
/// the whole of a poor one; from one part if one is enough, and otherwise from the richest first. `None` when
/// all of them together do not cover it: the budget is used up.
pub fn moves(pots: &[Pot], ours: usize, need: Pot) -> Option<Vec<(usize, Pot)>> {
    let mut have = pots.get(ours).copied().unwrap_or_default();
    let mut donors: Vec<(usize, Pot)> =
        pots.iter().copied().enumerate().filter(|(index, _)| *index != ours).collect();
    // Of those that can help alone the next after ours, so that many who look for some at once do not all ask
    // the same one.
    let after_ours = |index: usize| index.saturating_add(pots.len()).saturating_sub(ours) % pots.len().max(1);
    let rank = |index: usize, pot: Pot| {
        if have.plus(pot.half()).covers(need) {
            (0, Reverse((0, 0)), after_ours(index))
        } else if have.plus(pot).covers(need) {
            (1, Reverse((0, 0)), after_ours(index))
        } else {
            (2, Reverse((pot.minor, pot.payments)), after_ours(index))
        }
    };
    donors.sort_by_key(|(index, pot)| rank(*index, *pot));
    let mut moves = Vec::new();
    for (index, pot) in donors {
        if have.covers(need) {
            break;
        }
        // One that has nothing of what is missing is left alone, however much it has of the other.
        let missing = need.minus(have);
        if !(missing.payments > 0 && pot.payments > 0 || missing.minor > 0 && pot.minor > 0) {
            continue;
        }
        let half = pot.half();
        let given = if have.plus(half).covers(need) { half } else { pot };
        if given != Pot::default() {
            have = have.plus(given);
            moves.push((index, given));
        }
    }
    have.covers(need).then_some(moves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pots(minors: &[i64]) -> Vec<Pot> {
        minors.iter().map(|minor| Pot { payments: 5, minor: *minor }).collect()
    }

    fn need(minor: i64) -> Pot {
        Pot { payments: 1, minor }
    }

    #[test]
    fn a_rich_part_gives_half_and_poor_ones_give_all() {
        let half = Pot { payments: 2, minor: 50 };
        assert_eq!(moves(&pots(&[0, 100, 10]), 0, need(30)), Some(vec![(1, half)]));
        let all: Vec<_> = moves(&pots(&[0, 20, 15]), 0, need(30)).unwrap();
        assert_eq!(
            all.iter().map(|(_, pot)| pot.minor).sum::<i64>(),
            35,
            "half of the second would leave three missing"
        );
        assert_eq!(moves(&pots(&[0, 20, 9]), 0, need(30)), None, "one short is used up");
        assert_eq!(moves(&pots(&[30, 0]), 0, need(30)), Some(vec![]), "it has enough itself");
    }

    #[test]
    fn what_has_nothing_of_what_is_missing_is_left_alone() {
        let pot = |payments, minor| Pot { payments, minor };
        let all = [pot(0, 100), pot(0, 1000), pot(2, 0), pot(2, 5)];
        let found = moves(&all, 0, pot(4, 10)).unwrap();
        assert_eq!(found, [(3, pot(2, 5)), (2, pot(2, 0))]);
    }

    /// A budget of so many payments, of which so many were promised, becomes another.
    #[test]
    fn a_cut_brakes_at_once_and_a_raise_gives_at_once() {
        let payments = |payments| Pot { payments, minor: UNLIMITED };
        let mut table = String::new();
        for (was, promised, becomes) in
            [(16, 10, 8), (16, 10, 12), (16, 10, 10), (16, 10, 160), (16, 16, 1), (8, 0, 16), (5, 5, 6)]
        {
            let mut pots: Vec<Pot> = (0..8).map(|shard| payments(was).part(shard, 8)).collect();
            // Promised from the first parts, as they come.
            let mut open = promised;
            for pot in &mut pots {
                let taken = pot.payments.min(open);
                (pot.payments, open) = (pot.payments - taken, open - taken);
            }
            let after = resized(&pots, payments(was), payments(becomes));
            let parts: Vec<i64> = after.iter().map(|pot| pot.payments).collect();
            let left = remaining(Some(Limit { payments: Some(1), amount: None }), Some(Pot::sum(&after)));
            let left = left.unwrap().unwrap().payments.unwrap();
            if Pot::sum(&after).is_whole() {
                let all = Pot { payments: left, minor: 0 };
                assert!(moves(&after, 0, all).is_some(), "all that is left can be had");
                assert_eq!(moves(&after, 0, all.plus(Pot { payments: 1, minor: 0 })), None, "and no more");
            }
            table.push_str(&format!(
                "{promised:>2} of {was:>2}, then of {becomes:>3}: {left:>3} left in {parts:?}\n"
            ));
        }
        expect_test::expect![[r#"
            10 of 16, then of   8:   0 left in [0, 0, 0, 0, 0, 0, -1, -1]
            10 of 16, then of  12:   2 left in [1, 1, 0, 0, 0, 0, 0, 0]
            10 of 16, then of  10:   0 left in [0, 0, 0, 0, 0, 0, 0, 0]
            10 of 16, then of 160: 150 left in [19, 19, 19, 19, 19, 19, 18, 18]
            16 of 16, then of   1:   0 left in [-1, -2, -2, -2, -2, -2, -2, -2]
             0 of  8, then of  16:  16 left in [2, 2, 2, 2, 2, 2, 2, 2]
             5 of  5, then of   6:   1 left in [1, 0, 0, 0, 0, 0, 0, 0]
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_day_has_its_own_budget() {
        use crate::domain::campaign::tests::campaign;
        let budget = serde_json::json!({"total": {"payments": 80}, "per_day": {"payments": 16}, "shards": 8});
        let campaign = campaign(crate::domain::market::Country::SG, serde_json::json!({"budget": budget}));
        let slot = |day| Slot { campaign: campaign.rule.id.clone(), shard: 0, day };
        let payments = |day| part_of_budget(&campaign, &slot(day)).payments;
        assert_eq!((payments(None), payments(Day::parse("2026-11-22").ok())), (10, 2));
    }

    proptest! {
        #[test]
        fn moves_are_found_exactly_when_there_is_enough(
            minors in proptest::collection::vec(0_i64..50, 1..9), ours in 0_usize..8, minor in 1_i64..120
        ) {
            let (all, ours) = (pots(&minors), ours % minors.len());
            let total: i64 = minors.iter().sum();
            let found = moves(&all, ours, need(minor));
            prop_assert_eq!(found.is_some(), total >= minor);
            for (index, pot) in found.into_iter().flatten() {
                prop_assert!(index != ours && all[index].covers(pot));
            }
        }

        #[test]
        fn a_resized_budget_is_the_difference_and_is_never_here_above_and_there_below_zero(
            minors in proptest::collection::vec(-20_i64..50, 1..33), was in 0_i64..1000, becomes in 0_i64..1000
        ) {
            let (pots, minor) = (pots(&minors), |minor| Pot { payments: 0, minor });
            let after: Vec<i64> =
                resized(&pots, minor(was), minor(becomes)).into_iter().map(|pot| pot.minor).collect();
            prop_assert_eq!(after.iter().sum::<i64>(), minors.iter().sum::<i64>() + becomes - was);
            prop_assert!(after.iter().all(|minor| *minor >= 0) || after.iter().all(|minor| *minor <= 0));
            prop_assert!(after.iter().max().unwrap() - after.iter().min().unwrap() <= 1, "evenly");
        }

        #[test]
        fn parts_are_the_whole(minor in 0_i64..1_000_000, payments in 0_i64..1000, shards in 1_u8..33) {
            let whole = Pot { payments, minor };
            let sum = (0..shards).fold(Pot::default(), |sum, shard| sum.plus(whole.part(shard, shards)));
            prop_assert_eq!(sum, whole);
        }
    }
}
