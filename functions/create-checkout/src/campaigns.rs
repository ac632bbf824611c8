//! A market's campaigns, kept between invocations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kembali::adapters::store::Store;
use kembali::domain::campaign::Campaign;
use kembali::domain::market::Country;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

/// For so long a change of a campaign may go unseen by new checkouts. What they promise is frozen into them, so a stale
/// campaign is a promise kept a minute longer, never one broken.
const STALE_SECONDS: i64 = 60;

type Cached = (Timestamp, Arc<[Campaign]>);

/// The campaigns read so far. A hundred of them cost no more reads for each checkout than one.
#[derive(Debug, Default)]
pub(crate) struct Campaigns(Mutex<HashMap<Country, Cached>>);

impl Campaigns {
    /// The campaigns of `country`, at most [`STALE_SECONDS`] old.
    pub(crate) async fn of(
        &self,
        store: &Store,
        country: Country,
        now: Timestamp,
    ) -> Result<Arc<[Campaign]>, Fault> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&country).cloned();
        if let Some((read_at, campaigns)) = cached
            && (0..STALE_SECONDS).contains(&now.seconds_since(read_at))
        {
            return Ok(campaigns);
        }
        let campaigns: Arc<[Campaign]> = store.campaigns(country).await?.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(country, (now, Arc::clone(&campaigns)));
        Ok(campaigns)
    }
}
