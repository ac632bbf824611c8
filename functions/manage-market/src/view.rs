//! A campaign as an operator sees it.

use kembali::domain::campaign::Campaign;
use kembali::domain::campaign::budget::{Left, Pot};
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

impl CampaignView {
    pub(crate) fn of(campaign: &Campaign, now: Timestamp) -> Self {
        Self { campaign: campaign.clone(), status: campaign.status(now), left: None }
    }

    pub(crate) fn with_left(self, total: Option<Pot>, today: Option<Pot>) -> Result<Self, Fault> {
        let left = Left::of(&self.campaign, total, today);
        let left = left.map_err(|error| Fault::Bug(format!("a budget holds what is no money: {error}")))?;
        Ok(Self { left, ..self })
    }

    /// What is left of the whole budget: `SGD 5.00 and 3 payments`.
    pub(crate) fn left_in_words(&self) -> String {
        let total = self.left.as_ref().and_then(|left| left.total.as_ref());
        let amount = total.and_then(|total| total.amount).map(|amount| amount.to_string());
        let payments = total.and_then(|total| total.payments).map(|payments| format!("{payments} payments"));
        amount.into_iter().chain(payments).collect::<Vec<_>>().join(" and ")
    }
}
