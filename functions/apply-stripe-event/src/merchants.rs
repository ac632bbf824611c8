//! Events about a connected account.

use kembali::adapters::clients::store::Written;
use kembali::domain::ids::AccountId;
use kembali::domain::merchant::{AccountReading, Event};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::ApplyStripeEvent;

impl ApplyStripeEvent {
    /// Whatever the event says, the account is read again and the merchant becomes what it shows: so the
    /// order of events does not matter, and none of them can be forged into an enabled merchant.
    pub(crate) async fn on_account_changed(&self, account: &AccountId) -> Result<bool, Fault> {
        let Some(merchant) = self.store.merchant_of(account).await? else {
            tracing::info!(%account, "no merchant of ours");
            return Ok(false);
        };
        let reading = match self.stripe.of(merchant.country)?.account(account, merchant.country).await {
            Err(error) if error.is_disconnected() => AccountReading::of_departed(account.clone()),
            reading => reading?,
        };
        let next =
            merchant.on(&Event::AccountRead(reading)).map_err(|error| Fault::Bug(error.to_string()))?;
        let Some(next) = next else { return Ok(false) };
        match self.store.put_merchant(&next, merchant.version).await? {
            Written::Done => Ok(true),
            // What was read may be older than what the other one read: read again.
            Written::Lost => Err(Fault::Retry("the merchant changed meanwhile".to_owned())),
        }
    }

    /// Whether `account` has left the platform, so that an event of `created` cannot be applied. Then the
    /// merchant is told of it, and once the account is back, its events are read again from there.
    pub(crate) async fn is_set_aside(&self, account: &AccountId, created: Timestamp) -> Result<bool, Fault> {
        let Some(merchant) = self.store.merchant_of(account).await? else { return Ok(false) };
        match self.stripe.of(merchant.country)?.account(account, merchant.country).await {
            Err(error) if error.is_disconnected() => {}
            Ok(_) | Err(_) => return Ok(false),
        }
        self.store.read_again_from(account, created).await?;
        self.on_account_changed(account).await.map(|_| true)
    }
}
