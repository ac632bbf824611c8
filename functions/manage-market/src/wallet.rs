//! A payer's wallet and counts as an operator sees them.

use kembali::domain::ids::{CampaignId, MerchantId};
use kembali::domain::money::Money;
use kembali::domain::payer::Payer;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Wallet {
    /// What can be spent now.
    balance: Money,
    /// What it is made of, the first to expire first.
    lots: Vec<LotView>,
    /// What is taken from later credit.
    debt: Money,
}

#[derive(Serialize)]
struct LotView {
    amount: Money,
    expires_at: Timestamp,
}

/// What a payer has had of one campaign.
#[derive(Serialize)]
pub(crate) struct CampaignUse {
    campaign: CampaignId,
    used: Vec<WindowView>,
    /// The merchants at whom it was earned, where the campaign counts them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merchants: Vec<MerchantId>,
}

#[derive(Serialize)]
struct WindowView {
    per: &'static str,
    /// Which day, week or month.
    #[serde(skip_serializing_if = "String::is_empty")]
    window: String,
    payments: u32,
    amount: Money,
}

impl Wallet {
    pub(crate) fn of(payer: &Payer, now: Timestamp) -> Result<Self, Fault> {
        let lots = payer.wallet.iter().filter(|lot| lot.expires_at > now);
        let view = |lot: &kembali::domain::payer::Lot| {
            Ok(LotView { amount: money(payer, lot.minor)?, expires_at: lot.expires_at })
        };
        Ok(Self {
            balance: money(payer, payer.spendable_minor(now))?,
            lots: lots.map(view).collect::<Result<_, Fault>>()?,
            debt: money(payer, payer.debt_minor)?,
        })
    }
}

impl CampaignUse {
    pub(crate) fn of(payer: &Payer) -> Result<Vec<Self>, Fault> {
        let mut campaigns = Vec::new();
        for (campaign, known) in &payer.uses {
            let mut used = Vec::new();
            for (window, tally) in known.windows() {
                let (per, name) = window.parts();
                let amount = money(payer, tally.minor)?;
                used.push(WindowView { per, window: name.to_owned(), payments: tally.payments, amount });
            }
            let merchants = known.merchants().iter().cloned().collect();
            campaigns.push(Self { campaign: campaign.clone(), used, merchants });
        }
        Ok(campaigns)
    }
}

fn money(payer: &Payer, minor: i64) -> Result<Money, Fault> {
    let money = Money::from_minor(minor, payer.country.currency());
    money.map_err(|error| Fault::Bug(format!("a wallet holds what is no money: {error}")))
}
