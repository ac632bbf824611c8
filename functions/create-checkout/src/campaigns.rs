//! A market's campaigns and policy, kept between invocations.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use kembali::adapters::clients::store::Store;
use kembali::domain::checkout::order::Known;
use kembali::domain::ids::CampaignId;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

/// For so long a change of a campaign may go unseen by new checkouts. What they promise is frozen into them,
/// so a stale campaign is a promise kept a minute longer, never one broken. What is left of a budget is in
/// the table alone and changes with the campaign, so a cut brakes at once. A budget that was used up is
/// looked at again after as long, and a limit that a campaign did not have before is seen after as long.
const STALE_SECONDS: i64 = 60;

/// The markets read so far. A hundred campaigns cost no more reads for each checkout than one.
#[derive(Debug, Default)]
pub(crate) struct Campaigns {
    known: Mutex<HashMap<Country, (Timestamp, Arc<Known>)>>,
    used_up: Mutex<HashMap<(Country, CampaignId), Timestamp>>,
}

impl Campaigns {
    /// The campaigns and the policy of `country`, at most [`STALE_SECONDS`] old.
    pub(crate) async fn of(
        &self,
        store: &Store,
        country: Country,
        now: Timestamp,
    ) -> Result<Arc<Known>, Fault> {
        let cached = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&country).cloned();
        if let Some((read_at, known)) = cached
            && is_fresh(read_at, now)
        {
            return Ok(known);
        }
        let (policy, campaigns) = store.campaigns(country).await?;
        let known = Arc::new(Known { policy, campaigns });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(country, (now, Arc::clone(&known)));
        Ok(known)
    }

    /// Remembers that the budget of `campaign` is used up for now.
    pub(crate) fn mark_used_up(&self, country: Country, campaign: &CampaignId, now: Timestamp) {
        let mut used_up = self.used_up.lock().unwrap_or_else(PoisonError::into_inner);
        used_up.retain(|_, since| is_fresh(*since, now));
        used_up.insert((country, campaign.clone()), now);
    }

    /// The campaigns of `country` whose budget was used up a moment ago.
    pub(crate) fn used_up(&self, country: Country, now: Timestamp) -> BTreeSet<CampaignId> {
        let used_up = self.used_up.lock().unwrap_or_else(PoisonError::into_inner);
        let of_market = used_up.iter().filter(|((of, _), since)| *of == country && is_fresh(**since, now));
        of_market.map(|((_, campaign), _)| campaign.clone()).collect()
    }
}

fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    (0..STALE_SECONDS).contains(&now.seconds_since(read_at))
}
