//! `POST /v1/markets/{country}/adjustments`: a payer's wallet changed by hand.

use kembali::adapters::clients::store::Written;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::edge::reason::{actor, check_reason};
use kembali::domain::ids::{PayerId, Reference};
use kembali::domain::market::Country;
use kembali::domain::money::Money;
use kembali::domain::payer::{Adjustment, Payer, Phone};
use kembali::domain::text::Line;
use kembali::domain::time::Timestamp;
use kembali::fault::{Fault, Problem};
use serde::{Deserialize, Serialize};

use crate::ManageMarket;
use crate::wallet::Wallet;

/// How often a payer who is busy is read again.
const TRIES: u32 = 4;
const MOST_WALLET_DAYS: u16 = 3650;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAdjustment {
    /// Whose wallet.
    phone: Phone,
    /// The operator's own number for it: the idempotency key, among the adjustments of one payer.
    reference: Reference,
    amount: Money,
    direction: Direction,
    reason: Line,
    /// For how many days credit can be spent.
    #[serde(default)]
    wallet_days: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    /// The payer gets it.
    Credit,
    /// It is taken from the payer; what is not there becomes debt.
    Debit,
}

#[derive(Serialize)]
struct AdjustmentView {
    reference: Reference,
    payer: PayerId,
    amount: Money,
    direction: Direction,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_days: Option<u16>,
    actor: String,
    at: Timestamp,
    /// The wallet as it is now.
    #[serde(flatten)]
    wallet: Wallet,
}

impl ManageMarket {
    /// Gives or takes. The same again is the same adjustment, whoever sends it.
    pub(crate) async fn adjust(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let new: NewAdjustment = request.json()?;
        let asked = new.check(country, request)?;
        let id = self.payer_key.payer(&new.phone, country);
        for _ in 0..TRIES {
            let known = self.store.payer(&id, country).await?;
            let Some(payer) = known.adjust(&new.reference, &asked)? else {
                return json(200, &new.view(&known, request.at)?);
            };
            match self.store.put_payer(&payer).await? {
                Written::Done => return json(201, &new.view(&payer, request.at)?),
                Written::Lost => {}
            }
        }
        Err(Fault::Retry("the payer is busy".to_owned()))
    }
}

impl NewAdjustment {
    fn check(&self, country: Country, request: &Request) -> Result<Adjustment, Fault> {
        if self.amount.currency() != country.currency() {
            let detail = format!("The market {} uses {}.", country.code(), country.currency().code());
            let next = format!("Write the amount in {}.", country.currency().code());
            return Err(Problem::invalid("amount.currency", detail, next).into());
        }
        if self.amount.is_zero() {
            return Err(
                Problem::invalid("amount", "The amount is zero.", "Write an amount above zero.").into()
            );
        }
        check_reason("reason", &self.reason)?;
        if self.wallet_days.is_some_and(|days| !(1..=MOST_WALLET_DAYS).contains(&days)) {
            let detail = format!("Credit can be spent for 1 to {MOST_WALLET_DAYS} days.");
            return Err(Problem::invalid("wallet_days", detail, "Write a number in these bounds.").into());
        }
        if self.wallet_days.is_some() && self.direction == Direction::Debit {
            return Err(Problem::invalid("wallet_days", "Only credit can expire.", "Leave it out.").into());
        }
        let minor = match self.direction {
            Direction::Credit => self.amount.minor(),
            Direction::Debit => self.amount.minor().saturating_neg(),
        };
        Ok(Adjustment {
            minor,
            actor: actor(request)?,
            reason: self.reason.to_string(),
            wallet_days: self.wallet_days,
            at: request.at,
        })
    }

    /// The adjustment as it was made, which may have been by somebody else and long ago.
    fn view(&self, payer: &Payer, now: Timestamp) -> Result<AdjustmentView, Fault> {
        let made = payer.adjustments.get(&self.reference);
        let made = made.ok_or_else(|| Fault::Bug("an adjustment is gone".to_owned()))?;
        Ok(AdjustmentView {
            reference: self.reference.clone(),
            payer: payer.id.clone(),
            amount: self.amount,
            direction: self.direction,
            reason: made.reason.clone(),
            wallet_days: made.wallet_days,
            actor: made.actor.clone(),
            at: made.at,
            wallet: Wallet::of(payer, now)?,
        })
    }
}
