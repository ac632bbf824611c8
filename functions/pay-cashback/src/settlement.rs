//! Paying merchants what their payers paid with credit, and taking back what was given back since.

use kembali::adapters::clients::store::Written;
use kembali::adapters::clients::stripe::StripeError;
use kembali::domain::books::settlement::{Event, Settlement};
use kembali::domain::ids::MerchantId;
use kembali::domain::time::Timestamp;
use kembali::fault::Fault;

use crate::PayCashback;

/// How often a lost race is run again before the message is left for later.
const TRIES: u32 = 4;

impl PayCashback {
    pub(crate) async fn settle(&self, merchant: &MerchantId, now: Timestamp) -> Result<(), Fault> {
        let Some(known) = self.store.settlement(merchant).await? else {
            return Err(Fault::Bug("a due settlement is not there".to_owned()));
        };
        let may_have_been_asked = known.paying.is_some();
        let settlement = self.step(known, &Event::Due, now).await?;
        let Some(transfer) = settlement.paying else { return Ok(()) };
        let amount = settlement.amount(transfer);
        let amount = amount.map_err(|error| Fault::Bug(format!("a settlement: {error}")))?;
        let asked = match settlement.reversing() {
            Some(made) => self.stripe.take_back(&settlement, transfer, made, amount).await,
            None => self.stripe.settle(&settlement, transfer, amount, may_have_been_asked).await,
        };
        let event = match asked {
            Ok(id) => Event::Paid { number: transfer.number, transfer: id },
            Err(StripeError::Refused { code }) => {
                tracing::error!(%merchant, code, "Stripe refused a settlement");
                Event::Refused(transfer.number)
            }
            Err(error) => return Err(error.into()),
        };
        let settlement = self.step(settlement, &event, now).await?;
        if settlement.is_overdue(now) {
            // The metric and its alarm are made from this line.
            let owed = settlement.balance_minor.saturating_neg();
            tracing::error!(%merchant, owed, "a merchant owes what Stripe does not take back");
        }
        Ok(())
    }

    async fn step(&self, known: Settlement, event: &Event, now: Timestamp) -> Result<Settlement, Fault> {
        let mut known = known;
        for _ in 0..TRIES {
            let Some(next) = known.on(event, now) else { return Ok(known) };
            match self.store.put_settlement(&next).await? {
                Written::Done => return Ok(next),
                Written::Lost => {
                    let again = self.store.settlement(&known.merchant).await?;
                    known = again.ok_or_else(|| Fault::Bug("a settlement is gone".to_owned()))?;
                }
            }
        }
        Err(Fault::Retry("the settlement is busy".to_owned()))
    }
}
