//! Refusing a rule that contradicts its market or itself, with the reason, before anything is promised under
//! it.

use std::collections::BTreeSet;

use super::rule::{Budget, Funding, Limit, Occasion, Reward, Rule, Stacking, Tier};
use crate::domain::market::{Country, Movement, Tender};
use crate::domain::money::Money;
use crate::domain::percent::InvalidPercent;
use crate::domain::promise::PROMISE_HOURS;
use crate::domain::time::{Period, Timestamp};
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
        self.check_funding(country)
    }

    /// That the rule is not over at `now`: nobody could earn under it, and its name would be used up. A
    /// stored rule, or one that is tried on the past, need not pass this.
    ///
    /// # Errors
    /// It is over.
    pub fn check_end(&self, country: Country, now: Timestamp) -> Result<(), Problem> {
        if now < self.ends_at.instant(&country.time_zone()) {
            return Ok(());
        }
        let detail =
            format!("It is {now}, and the campaign would be over since {}.", String::from(self.ends_at));
        Err(Problem::invalid("ends_at", detail, "Name an end that is still to come."))
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
                let (market, currency) = (country.code(), country.currency().code());
                let next = format!("Write the amount in {currency}.");
                return Err(Problem::invalid(field, format!("The market {market} uses {currency}."), next));
            }
            // The first tier may begin at nothing.
            if amount.is_zero() && field != "reward.tiers[0].from" {
                return Err(Problem::invalid(field, "The amount is zero.", "Write an amount above zero."));
            }
        }
        Ok(())
    }

    fn check_reward(&self) -> Result<(), Problem> {
        let fine = |field: String| Problem::unfit(field, &InvalidPercent);
        match &self.reward {
            Reward::Percent { percent } if !percent.is_coarse() => Err(fine("reward.percent".to_owned())),
            Reward::Percent { .. } | Reward::Fixed { .. } => Ok(()),
            Reward::Tiered { tiers } => match tiers.iter().position(|tier| !tier.percent.is_coarse()) {
                Some(index) => Err(fine(format!("reward.tiers[{index}].percent"))),
                None => check_tiers(tiers),
            },
        }
    }

    fn check_scope(&self, country: Country) -> Result<(), Problem> {
        if self.methods.is_empty() {
            let next = "Name at least one way to pay that earns.";
            return Err(Problem::invalid("methods", "The list is empty.", next));
        }
        if let Some(foreign) =
            self.methods.iter().find(|tender| !country.methods().contains(&tender.method()))
        {
            let detail = format!("{} is not offered in {}.", foreign.label(), country.code());
            let offered: Vec<_> = country.methods().iter().map(|method| method.stripe_name()).collect();
            let next = format!("Name ways to pay of the market: {}.", offered.join(", "));
            return Err(Problem::invalid("methods", detail, next));
        }
        let kinds = [Tender::CreditCard, Tender::DebitCard];
        if self.methods.contains(&Tender::Card) && kinds.iter().any(|kind| self.methods.contains(kind)) {
            let next = "Name it alone, or `credit_card` or `debit_card` without it.";
            return Err(Problem::invalid("methods", "`card` is every card already.", next));
        }
        let empty = [
            ("merchants", self.merchants.as_ref().is_some_and(BTreeSet::is_empty)),
            ("merchant_categories", self.merchant_categories.as_ref().is_some_and(BTreeSet::is_empty)),
            ("channels", self.channels.as_ref().is_some_and(BTreeSet::is_empty)),
        ];
        if let Some((field, _)) = empty.into_iter().find(|(_, is_empty)| *is_empty) {
            let next = "Name at least one, or leave the field out for all.";
            return Err(Problem::invalid(field, "An empty list means none.", next));
        }
        if let Some(Occasion::EveryNth { n }) = self.occasion
            && !(2..=100).contains(&n)
        {
            let detail = "Every second to every hundredth payment can earn.";
            return Err(Problem::invalid("occasion.n", detail, "Write a number from 2 to 100."));
        }
        Ok(())
    }

    fn check_times(&self, country: Country) -> Result<(), Problem> {
        let zone = country.time_zone();
        if self.ends_at.instant(&zone) <= self.starts_at.instant(&zone) {
            let next = "Write a time after `starts_at`.";
            return Err(Problem::invalid("ends_at", "The campaign ends before it begins.", next));
        }
        // A promise of an hour has no hour before its end in which it could be released.
        if !(2..=PROMISE_HOURS).contains(&self.promise_hours) {
            let detail = "Cashback cannot be promised within so many hours.";
            let next = format!("Write 2 to {PROMISE_HOURS} hours.");
            return Err(Problem::invalid("promise_hours", detail, next));
        }
        if self.release_margin_hours == 0 || self.release_margin_hours >= self.promise_hours {
            let detail = "The margin does not fit into the promise.";
            let next = "Write at least 1 hour, and less than `promise_hours`.";
            return Err(Problem::invalid("release_margin_hours", detail, next));
        }
        if !(1..=MOST_WALLET_DAYS).contains(&self.wallet_days) {
            let detail = format!("Credit can be spent for 1 to {MOST_WALLET_DAYS} days.");
            return Err(Problem::invalid("wallet_days", detail, "Write a number in these bounds."));
        }
        Ok(())
    }

    /// A cap for a longer period that is smaller than one for a shorter period makes the shorter one mean
    /// nothing, and so does one that allows less than the other in every case.
    fn check_caps(&self) -> Result<(), Problem> {
        for (index, cap) in self.caps.iter().enumerate() {
            let field = |name: &str| format!("caps[{index}]{name}");
            match cap.limit {
                Limit { payments: None, amount: None } => {
                    return Err(no_limit(field("")));
                }
                Limit { payments: Some(0), .. } => {
                    return Err(no_payments(field(".payments")));
                }
                Limit { .. } => {}
            }
            if self.caps.iter().take(index).any(|earlier| earlier.per == cap.per) {
                let detail = format!("There is a cap per {} already.", cap.per.name());
                return Err(Problem::invalid(field(".per"), detail, "Write one cap with both limits."));
            }
            if let Some(longer) =
                self.caps.iter().find(|other| other.per > cap.per && is_tighter(&other.limit, &cap.limit))
            {
                let detail = format!(
                    "The cap per {} allows less than the cap per {}, which could never be reached.",
                    longer.per.name(),
                    cap.per.name()
                );
                return Err(Problem::invalid(
                    field(""),
                    detail,
                    "Raise the longer one, or leave one of them out.",
                ));
            }
        }
        Ok(())
    }

    fn check_budget(&self) -> Result<(), Problem> {
        let Budget { total, per_day, shards } = self.budget;
        if let Some(shards) = shards
            && !(1..=MOST_SHARDS).contains(&shards)
        {
            let detail = format!("A budget is spread over 1 to {MOST_SHARDS} items.");
            return Err(Problem::invalid("budget.shards", detail, "Write a number in these bounds."));
        }
        if shards.is_some() && self.budget.is_unlimited() {
            let next = "Name `total` or `per_day`, or leave `shards` out.";
            return Err(Problem::invalid("budget.shards", "There is no budget to spread.", next));
        }
        for (field, limit) in [("budget.total", total), ("budget.per_day", per_day)] {
            match limit {
                Some(Limit { payments: None, amount: None }) => {
                    return Err(no_limit(field.to_owned()));
                }
                Some(Limit { payments: Some(0), .. }) => {
                    return Err(no_payments(format!("{field}.payments")));
                }
                Some(Limit { amount: Some(amount), .. })
                    if self.largest_reward().is_some_and(|reward| amount.minor() < reward.minor()) =>
                {
                    let detail = "The budget is smaller than what one payment can earn.";
                    let next = "Write a larger budget, or lower the reward or `max_per_payment`.";
                    return Err(Problem::invalid(format!("{field}.amount"), detail, next));
                }
                Some(_) | None => {}
            }
        }
        match (total, per_day) {
            (Some(total), Some(per_day)) if is_tighter(&total, &per_day) => {
                let detail = "The budget of a day is larger than the whole budget.";
                Err(Problem::invalid("budget.per_day", detail, "Leave it out, or write a smaller one."))
            }
            _ => Ok(()),
        }
    }

    fn check_funding(&self, country: Country) -> Result<(), Problem> {
        if let Some(lacking) = self.funding.lacks(country) {
            let instead = match lacking {
                Movement::Transfer => "merchant",
                Movement::ApplicationFee => "platform",
            };
            let (market, lacking) = (country.code(), lacking.label());
            let detail = format!("A Stripe platform in {market} has no {lacking}, which this funding needs.");
            return Err(Problem::invalid("funding", detail, format!("Write `\"funding\": \"{instead}\"`.")));
        }
        match self.funding {
            Funding::Split { platform_bps } if !(1..=9_999).contains(&platform_bps) => {
                let detail = "All or nothing is no split.";
                let next = "Write 1 to 9999 basis points, or `platform` or `merchant` instead of the split.";
                Err(Problem::invalid("funding.split.platform_bps", detail, next))
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

fn no_limit(field: String) -> Problem {
    Problem::invalid(field, "There is no limit in it.", "Name `payments`, `amount`, or both.")
}

fn no_payments(field: String) -> Problem {
    Problem::invalid(field, "The count is zero.", "Write a count above zero.")
}

fn check_tiers(tiers: &[Tier]) -> Result<(), Problem> {
    if !(1..=MOST_TIERS).contains(&tiers.len()) {
        let detail = "There are no tiers, or too many.";
        return Err(Problem::invalid("reward.tiers", detail, format!("Write 1 to {MOST_TIERS} tiers.")));
    }
    let mut before: Option<&Tier> = None;
    for (index, tier) in tiers.iter().enumerate() {
        if before.is_some_and(|before| tier.from.minor() <= before.from.minor()) {
            let detail = "The tier does not begin above the one before it.";
            let next = "Let each tier begin at a larger payment than the one before.";
            return Err(Problem::invalid(format!("reward.tiers[{index}].from"), detail, next));
        }
        before = Some(tier);
    }
    Ok(())
}
