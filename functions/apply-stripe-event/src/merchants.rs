//! Events about a connected account.

use kembali::adapters::clients::store::Written;
use kembali::domain::ids::AccountId;
use kembali::domain::merchant::{AccountReading, Event, Merchant};
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::ApplyStripeEvent;

impl ApplyStripeEvent {
    /// Whatever the event says, the account is read again and the merchant becomes what it shows: so the
    /// order of events does not matter, and none of them can be forged into an enabled merchant.
    pub(crate) async fn on_account_changed(&self, account: &AccountId) -> Result<bool, Fault> {
        match self.read_account(account).await? {
            Some((merchant, reading)) => self.become_as_read(&merchant, reading).await,
            None => {
                tracing::info!(%account, "no merchant of ours");
                Ok(false)
            }
        }
    }

    /// Whether `account` has left the platform, so that an event of `created` cannot be applied. Then the
    /// merchant is told of it, and once the account is back, its events are read again from there.
    pub(crate) async fn is_set_aside(&self, account: &AccountId, created: Timestamp) -> Result<bool, Fault> {
        let departed = self.read_account(account).await?.filter(|(_, reading)| reading.is_of_departed());
        let Some((merchant, reading)) = departed else { return Ok(false) };
        self.store.read_again_from(account, created).await?;
        self.become_as_read(&merchant, reading).await.map(|_| true)
    }

    /// The merchant of an account, and what the account shows; none if it is nobody's.
    async fn read_account(&self, account: &AccountId) -> Result<Option<(Merchant, AccountReading)>, Fault> {
        let Some(merchant) = self.store.merchant_of(account).await? else { return Ok(None) };
        let reading = match self.stripe.of(merchant.country)?.account(account, merchant.country).await {
            Err(error) if error.is_disconnected() => AccountReading::of_departed(account.clone()),
            reading => reading?,
        };
        Ok(Some((merchant, reading)))
    }

    /// Whether that changed the merchant.
    async fn become_as_read(&self, merchant: &Merchant, reading: AccountReading) -> Result<bool, Fault> {
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
