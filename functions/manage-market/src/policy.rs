//! `/v1/markets/{country}/policy`: all campaigns of a market at once.

use kembali::adapters::clients::store::Written;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::adapters::edge::reason::{Reason, actor};
use kembali::domain::campaign::policy::{Policy, Stop};
use kembali::domain::campaign::screening::Screening;
use kembali::fault::{Fault, Problem};

use crate::ManageMarket;

/// More payers of a card, or cards of a payer, than 20 are not remembered; what is looked for must lie well
/// within.
const MOST_COUNTED: u32 = 15;

impl ManageMarket {
    pub(crate) async fn read_policy(&self, request: &Request) -> Answer {
        json(200, &self.store.policy(request.country()?).await?)
    }

    /// The kill switch: nothing is promised, and nothing that was promised is released, until the market goes
    /// on. Who stopped it first, and why, stays.
    pub(crate) async fn stop(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let body: Reason = request.json()?;
        let stop = Stop { actor: actor(request)?, reason: body.checked()?, at: request.at };
        let known = self.store.policy(country).await?;
        if known.stopped.is_some() {
            return json(200, &known);
        }
        self.change(&known, Policy { stopped: Some(stop), ..known.clone() }).await
    }

    /// Goes on. What should have been released meanwhile is released by the next sweep.
    pub(crate) async fn go_on(&self, request: &Request) -> Answer {
        let known = self.store.policy(request.country()?).await?;
        if known.stopped.is_none() {
            return json(200, &known);
        }
        self.change(&known, Policy { stopped: None, ..known.clone() }).await
    }

    /// Replaces what is looked at twice, as a whole. Checkouts keep what was looked for when they were
    /// created.
    pub(crate) async fn set_screening(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let screening: Screening = request.json()?;
        let counts = [
            ("payments_per_day", screening.payments_per_day),
            ("payers_per_card", screening.payers_per_card),
            ("cards_per_payer", screening.cards_per_payer),
        ];
        for (field, count) in counts {
            if count.is_some_and(|count| !(1..=MOST_COUNTED).contains(&count)) {
                let detail = format!("From 1 to {MOST_COUNTED} can be counted.");
                let next = "Write a number in these bounds, or leave the field out to turn this check off.";
                return Err(Problem::invalid(field, detail, next).into());
            }
        }
        let known = self.store.policy(country).await?;
        if known.screening == screening {
            return json(200, &known);
        }
        self.change(&known, Policy { screening, ..known.clone() }).await
    }

    async fn change(&self, known: &Policy, next: Policy) -> Answer {
        let next = Policy { version: known.version.saturating_add(1), ..next };
        match self.store.put_policy(&next).await? {
            Written::Done => json(200, &next),
            Written::Lost => Err(Fault::Retry("somebody else changed the policy".to_owned())),
        }
    }
}
