//! Refusing a rule that contradicts its market or itself, with the reason, before anything is promised under it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::rule::{Budget, Funding, Limit, Occasion, Reward, Rule, Stacking, Tier};
use crate::domain::market::{Country, Tender};
use crate::domain::money::Money;
use crate::domain::time::Period;
use crate::fault::Problem;

const MOST_TIERS: usize = 20;
const MOST_SHARDS: u8 = 32;
const MOST_WALLET_DAYS: u16 = 3650;

impl Rule {
    /// Checks that the rule can be kept in `country`.
    ///
    /// # Errors
    /// The first thing that contradicts the market or itself, with its field.
    pub fn check(&self, country: Country) -> Result<(), Problem> {
        self.check_currency(country)?;
        self.check_reward()?;
        self.check_scope(country)?;
        self.check_times(country)?;
        self.check_caps()?;
        self.check_budget()?;
        self.check_funding()
    }

    /// The most that one payment can earn, if the rule bounds it.
    pub fn largest_reward(&self) -> Option<Money> {
        let fixed = match &self.reward {
            Reward::Fixed { amount } => Some(*amount),
            Reward::Percent { .. } | Reward::Tiered { .. } => None,
        };
        match (fixed, self.max_per_payment) {
            (Some(fixed), Some(ceiling)) => fixed.at_most(ceiling).ok(),
            (bound, None) | (None, bound) => bound,
        }
    }

    fn check_currency(&self, country: Country) -> Result<(), Problem> {
        let limit = |name: &'static str, limit: Option<Limit>| {
            limit.and_then(|limit| limit.amount).map(|amount| (name.to_owned(), amount))
        };
        let mut amounts: Vec<(String, Money)> = Vec::new();
        amounts.extend(self.min_spend.map(|amount| ("min_spend".to_owned(), amount)));
        amounts.extend(self.max_per_payment.map(|amount| ("max_per_payment".to_owned(), amount)));
        match &self.reward {
            Reward::Fixed { amount } => amounts.push(("reward.amount".to_owned(), *amount)),
            Reward::Tiered { tiers } => amounts.extend(
                tiers
                    .iter()
                    .enumerate()
                    .map(|(index, tier)| (format!("reward.tiers[{index}].from"), tier.from)),
            ),
            Reward::Percent { .. } => {}
        }
        for (index, cap) in self.caps.iter().enumerate() {
            amounts.extend(cap.limit.amount.map(|amount| (format!("caps[{index}].amount"), amount)));
        }
        amounts.extend(limit("budget.total.amount", self.budget.total));
        amounts.extend(limit("budget.per_day.amount", self.budget.per_day));
        if let Stacking::Sum { ceiling } = self.stacking {
            amounts.push(("stacking.ceiling".to_owned(), ceiling));
        }
        for (field, amount) in amounts {
            if amount.currency() != country.currency() {
                let currency = country.currency().code();
                return Err(Problem::invalid(
                    field,
                    format!("The market {} uses {currency}.", country.code()),
                ));
            }
            // The first tier may begin at nothing.
            if amount.is_zero() && field != "reward.tiers[0].from" {
                return Err(Problem::invalid(field, "The amount must be above zero."));
            }
        }
        Ok(())
    }

    fn check_reward(&self) -> Result<(), Problem> {
        match &self.reward {
            Reward::Percent { percent } => check_percent("reward.percent", *percent),
            Reward::Fixed { .. } => Ok(()),
            Reward::Tiered { tiers } => check_tiers(tiers),
        }
    }

    fn check_scope(&self, country: Country) -> Result<(), Problem> {
        if self.methods.is_empty() {
            return Err(Problem::invalid("methods", "Name at least one way to pay that earns."));
        }
        if let Some(foreign) =
            self.methods.iter().find(|tender| !country.methods().contains(&tender.method()))
        {
            let detail = format!("{} is not offered in {}.", foreign.label(), country.code());
            return Err(Problem::invalid("methods", detail));
        }
        let kinds = [Tender::CreditCard, Tender::DebitCard];
        if self.methods.contains(&Tender::Card) && kinds.iter().any(|kind| self.methods.contains(kind)) {
            let detail = "`card` is every card: name it alone, or `credit_card` or `debit_card` without it.";
            return Err(Problem::invalid("methods", detail));
        }
        let empty = "An empty list means nobody; leave the field out for all.";
        if self.merchants.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Problem::invalid("merchants", empty));
        }
        if self.merchant_categories.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Problem::invalid("merchant_categories", empty));
        }
        if self.channels.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Problem::invalid("channels", empty));
        }
        if let Some(Occasion::EveryNth { n }) = self.occasion
            && !(2..=100).contains(&n)
        {
            return Err(Problem::invalid("occasion.n", "Every n-th payment: n must be 2 to 100."));
        }
        Ok(())
    }

    fn check_times(&self, country: Country) -> Result<(), Problem> {
        let zone = country.time_zone();
        if self.ends_at.instant(&zone) <= self.starts_at.instant(&zone) {
            return Err(Problem::invalid("ends_at", "The end must be after the start."));
        }
        if self.promise_hours == 0 || self.promise_hours > 24 * 60 {
            return Err(Problem::invalid("promise_hours", "Promise between 1 hour and 60 days."));
        }
        if self.release_margin_hours == 0 || self.release_margin_hours >= self.promise_hours {
            let detail = "The margin must be at least an hour and shorter than the promise.";
            return Err(Problem::invalid("release_margin_hours", detail));
        }
        if !(1..=MOST_WALLET_DAYS).contains(&self.wallet_days) {
            return Err(Problem::invalid("wallet_days", format!("Write 1 to {MOST_WALLET_DAYS} days.")));
        }
        Ok(())
    }

    /// A cap for a longer period that is smaller than one for a shorter period makes the shorter one mean nothing, and
    /// so does one that allows less than the other in every case.
    fn check_caps(&self) -> Result<(), Problem> {
        for (index, cap) in self.caps.iter().enumerate() {
            let field = |name: &str| format!("caps[{index}]{name}");
            match cap.limit {
                Limit { payments: None, amount: None } => {
                    return Err(Problem::invalid(field(""), "Name `payments`, `amount`, or both."));
                }
                Limit { payments: Some(0), .. } => {
                    return Err(Problem::invalid(field(".payments"), "The count must be above zero."));
                }
                Limit { .. } => {}
            }
            if self.caps.iter().take(index).any(|earlier| earlier.per == cap.per) {
                let detail =
                    format!("There is a cap per {} already; write one with both limits.", cap.per.name());
                return Err(Problem::invalid(field(".per"), detail));
            }
            if let Some(longer) =
                self.caps.iter().find(|other| other.per > cap.per && is_tighter(&other.limit, &cap.limit))
            {
                let detail = format!(
                    "The cap per {} allows less than the cap per {}, which could never be reached.",
                    longer.per.name(),
                    cap.per.name()
                );
                return Err(Problem::invalid(field(""), detail));
            }
        }
        Ok(())
    }

    fn check_budget(&self) -> Result<(), Problem> {
        let Budget { total, per_day, shards } = self.budget;
        if let Some(shards) = shards
            && !(1..=MOST_SHARDS).contains(&shards)
        {
            return Err(Problem::invalid("budget.shards", format!("Write 1 to {MOST_SHARDS}.")));
        }
        if shards.is_some() && self.budget.is_unlimited() {
            let detail = "There is no budget to spread: name `total` or `per_day`, or leave it out.";
            return Err(Problem::invalid("budget.shards", detail));
        }
        for (field, limit) in [("budget.total", total), ("budget.per_day", per_day)] {
            match limit {
                Some(Limit { payments: None, amount: None }) => {
                    return Err(Problem::invalid(field, "Name `payments`, `amount`, or both."));
                }
                Some(Limit { payments: Some(0), .. }) => {
                    return Err(Problem::invalid(
                        format!("{field}.payments"),
                        "The count must be above zero.",
                    ));
                }
                Some(Limit { amount: Some(amount), .. })
                    if self.largest_reward().is_some_and(|reward| amount.minor() < reward.minor()) =>
                {
                    let detail = "The budget is smaller than what one payment can earn.";
                    return Err(Problem::invalid(format!("{field}.amount"), detail));
                }
                Some(_) | None => {}
            }
        }
        match (total, per_day) {
            (Some(total), Some(per_day)) if is_tighter(&total, &per_day) => {
                let detail = "The budget of a day is larger than the whole budget: leave it out.";
                Err(Problem::invalid("budget.per_day", detail))
            }
            _ => Ok(()),
        }
    }

    fn check_funding(&self) -> Result<(), Problem> {
        match self.funding {
            Funding::Split { platform_bps } if !(1..=9_999).contains(&platform_bps) => {
                let detail =
                    "A split is 1 to 9999 basis points; for all or nothing write `platform` or `merchant`.";
                Err(Problem::invalid("funding.split.platform_bps", detail))
            }
            Funding::Merchant | Funding::Platform | Funding::Split { .. } => Ok(()),
        }
    }
}

impl Period {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Campaign => "campaign",
        }
    }
}

/// Whether `one` allows less than `other`, by count or by sum.
fn is_tighter(one: &Limit, other: &Limit) -> bool {
    let fewer = matches!((one.payments, other.payments), (Some(one), Some(other)) if one < other);
    let less = matches!((one.amount, other.amount), (Some(one), Some(other)) if one.minor() < other.minor());
    fewer || less
}

fn check_percent(field: &str, percent: Decimal) -> Result<(), Problem> {
    if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(Problem::invalid(field, "The percentage must be above 0 and at most 100."));
    }
    Ok(())
}

fn check_tiers(tiers: &[Tier]) -> Result<(), Problem> {
    if !(1..=MOST_TIERS).contains(&tiers.len()) {
        return Err(Problem::invalid("reward.tiers", format!("Write 1 to {MOST_TIERS} tiers.")));
    }
    let mut before: Option<&Tier> = None;
    for (index, tier) in tiers.iter().enumerate() {
        check_percent(&format!("reward.tiers[{index}].percent"), tier.percent)?;
        if before.is_some_and(|before| tier.from.minor() <= before.from.minor()) {
            let detail = "Each tier must begin at a larger payment than the one before it.";
            return Err(Problem::invalid(format!("reward.tiers[{index}].from"), detail));
        }
        before = Some(tier);
    }
    Ok(())
}
