//! A campaign as an operator sees it.

use kembali::domain::budget::Pot;
use kembali::domain::campaign::{Campaign, Limit};
use kembali::domain::money::Money;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Campaigns {
    pub(crate) campaigns: Vec<CampaignView>,
}

#[derive(Serialize)]
pub(crate) struct CampaignView {
    #[serde(flatten)]
    campaign: Campaign,
    /// Where it stands now.
    status: &'static str,
    /// What is left of its budget, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Left>,
}

#[derive(Default, Serialize)]
struct Left {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Remaining>,
    #[serde(skip_serializing_if = "Option::is_none")]
    today: Option<Remaining>,
}

/// What is left, by what it is limited by.
#[derive(Serialize)]
struct Remaining {
    #[serde(skip_serializing_if = "Option::is_none")]
    payments: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
}

impl CampaignView {
    pub(crate) fn of(campaign: &Campaign, now: Timestamp) -> Self {
        Self { campaign: campaign.clone(), status: campaign.status(now), left: None }
    }

    pub(crate) fn with_left(self, total: Option<Pot>, today: Option<Pot>) -> Result<Self, Fault> {
        let budget = self.campaign.rule.budget;
        let left = Left { total: remaining(budget.total, total)?, today: remaining(budget.per_day, today)? };
        let is_there = left.total.is_some() || left.today.is_some();
        Ok(Self { left: is_there.then_some(left), ..self })
    }

    /// What is left of the whole budget: `SGD 5.00 and 3 payments`.
    pub(crate) fn left_in_words(&self) -> String {
        let total = self.left.as_ref().and_then(|left| left.total.as_ref());
        let amount = total.and_then(|total| total.amount).map(|amount| amount.to_string());
        let payments = total.and_then(|total| total.payments).map(|payments| format!("{payments} payments"));
        amount.into_iter().chain(payments).collect::<Vec<_>>().join(" and ")
    }
}

fn remaining(limit: Option<Limit>, pot: Option<Pot>) -> Result<Option<Remaining>, Fault> {
    let (Some(limit), Some(pot)) = (limit, pot) else { return Ok(None) };
    let amount = limit.amount.map(|whole| Money::from_minor(pot.minor, whole.currency())).transpose();
    let amount = amount.map_err(|error| Fault::Bug(format!("a budget holds what is no money: {error}")))?;
    Ok(Some(Remaining { payments: limit.payments.map(|_| pot.payments), amount }))
}
