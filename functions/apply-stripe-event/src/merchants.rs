//! Events about a connected account.

use kembali::adapters::clients::store::Written;
use kembali::domain::ids::AccountId;
use kembali::domain::merchant::Event;
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
        let reading = self.stripe.account(account, merchant.country).await?;
        let next =
            merchant.on(&Event::AccountRead(reading)).map_err(|error| Fault::Bug(error.to_string()))?;
        let Some(next) = next else { return Ok(false) };
        match self.store.put_merchant(&next, merchant.version).await? {
            Written::Done => Ok(true),
            // What was read may be older than what the other one read: read again.
            Written::Lost => Err(Fault::Retry("the merchant changed meanwhile".to_owned())),
        }
    }
}
