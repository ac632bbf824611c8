//! `GET|PUT /v1/markets/{country}/rollout`

use std::collections::BTreeSet;

use kembali::adapters::clients::store::Written;
use kembali::adapters::edge::http::{Answer, Request, json};
use kembali::domain::ids::Reference;
use kembali::domain::merchant::rollout::{OpenTo, Rollout};
use kembali::fault::{Fault, Problem};
use serde::Deserialize;

use crate::ManageMarket;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRollout {
    open_to: OpenTo,
    #[serde(default)]
    invited: BTreeSet<Reference>,
}

impl ManageMarket {
    pub(crate) async fn read_rollout(&self, request: &Request) -> Answer {
        json(200, &self.store.rollout(request.country()?).await?)
    }

    /// Replaces the rollout as a whole.
    pub(crate) async fn set_rollout(&self, request: &Request) -> Answer {
        let country = request.country()?;
        let NewRollout { open_to, invited } = request.json()?;
        if let OpenTo::Percentage { percent } = open_to
            && percent > 100
        {
            let detail = "More than all businesses cannot be let in.";
            return Err(Problem::invalid("open_to.percent", detail, "Write 0 to 100.").into());
        }
        let known = self.store.rollout(country).await?;
        let rollout = Rollout { country, open_to, invited, version: known.version.saturating_add(1) };
        match self.store.put_rollout(&rollout, known.version).await? {
            Written::Done => json(200, &rollout),
            Written::Lost => Err(Fault::Retry("somebody else changed the rollout".to_owned())),
        }
    }
}
