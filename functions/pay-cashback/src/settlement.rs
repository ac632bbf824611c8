//! Paying merchants what their payers paid with credit, and taking back what was given back since.

use kembali::adapters::clients::store::Written;
use kembali::adapters::clients::stripe::StripeError;
use kembali::domain::books::settlement::{Event, Settlement, Transfer, Trouble};
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
        let (settlement, asked) = match settlement.paying {
            Some(transfer) => self.move_money(settlement, transfer, may_have_been_asked, now).await,
            None => (settlement, Ok(())),
        };
        tell_trouble(&settlement, now);
        asked
    }

    /// Asks Stripe for `transfer` and writes down what it said. Without an answer the settlement stays as it
    /// is, and the message comes again.
    async fn move_money(
        &self,
        settlement: Settlement,
        transfer: Transfer,
        may_have_been_asked: bool,
        now: Timestamp,
    ) -> (Settlement, Result<(), Fault>) {
        let asked = match self.ask(&settlement, transfer, may_have_been_asked).await {
            Ok(event) => self.step(settlement.clone(), &event, now).await,
            Err(fault) => Err(fault),
        };
        match asked {
            Ok(after) => (after, Ok(())),
            Err(fault) => (settlement, Err(fault)),
        }
    }

    async fn ask(
        &self,
        settlement: &Settlement,
        transfer: Transfer,
        may_have_been_asked: bool,
    ) -> Result<Event, Fault> {
        let amount = settlement.amount(transfer);
        let amount = amount.map_err(|error| Fault::Bug(format!("a settlement: {error}")))?;
        let stripe = self.stripe.of(settlement.country)?;
        let asked = match settlement.reversing() {
            Some(made) => stripe.take_back(settlement, transfer, made, amount).await,
            None => stripe.settle(settlement, transfer, amount, may_have_been_asked).await,
        };
        match asked {
            Ok(id) => Ok(Event::Paid { number: transfer.number, transfer: id }),
            Err(StripeError::Refused { code }) => {
                tracing::error!(merchant = %settlement.merchant, code, "Stripe refused a settlement");
                Ok(Event::Refused(transfer.number))
            }
            Err(error) => Err(error.into()),
        }
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

/// Says what has lasted too long. The metrics and their alarms are made from these lines.
fn tell_trouble(settlement: &Settlement, now: Timestamp) {
    let merchant = &settlement.merchant;
    match settlement.overdue(now) {
        None => {}
        Some(Trouble::Unpaid) => {
            let unpaid = settlement.balance_minor;
            tracing::error!(%merchant, unpaid, "Stripe refuses to pay a merchant");
        }
        Some(Trouble::Owing) => {
            let owed = settlement.balance_minor.saturating_neg();
            tracing::error!(%merchant, owed, "a merchant owes what was not taken back");
        }
    }
}
