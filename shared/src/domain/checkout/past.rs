//! A payment as a rule that is tried on the past sees it.

use super::state::Checkout;
use crate::domain::campaign::dry_run::PastPurchase;
use crate::domain::cashback::Cashback;
use crate::domain::money::MoneyError;
use crate::domain::promise::NoCashback;

impl Checkout {
    /// Its payment, if it was paid.
    ///
    /// # Errors
    /// Amounts of two currencies met.
    pub fn past_purchase(&self) -> Result<Option<PastPurchase>, MoneyError> {
        let Some(payment) = self.payment() else { return Ok(None) };
        let own_card = payment.cashback == Cashback::None { reason: NoCashback::OwnMerchant };
        Ok(Some(PastPurchase {
            merchant: self.merchant.clone(),
            payer: self.payer.clone(),
            is_insider: self.insider || own_card,
            amount: self.charged()?,
            tender: payment.charge.tenders().first().copied(),
            channel: self.content.channel,
            at: payment.charge.paid_at,
        }))
    }
}
