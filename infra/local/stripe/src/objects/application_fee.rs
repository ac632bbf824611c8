//! An application fee, and what of it was given back.

use serde_json::{Value, json};

use crate::params::Metadata;
use crate::table::Owner;

/// The platform's share of a payment on a connected account.
#[derive(Clone, Debug)]
pub(crate) struct ApplicationFee {
    pub(crate) id: String,
    /// Who paid it.
    pub(crate) account: Owner,
    pub(crate) charge: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) balance_transaction: String,
    pub(crate) refunds: Vec<FeeRefund>,
}

/// Part of an application fee, or all of it, given back.
#[derive(Clone, Debug)]
pub(crate) struct FeeRefund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) created: i64,
    pub(crate) metadata: Metadata,
    pub(crate) balance_transaction: String,
}

impl ApplicationFee {
    /// What can still be given back.
    pub(crate) fn left(&self) -> i64 {
        self.amount - self.amount_refunded
    }

    /// The share that goes back with a refund of `amount` of a charge of `whole`, half a minor unit rounded
    /// up.
    pub(crate) fn share(&self, amount: i64, whole: i64) -> i64 {
        let whole = i128::from(whole.max(1));
        let share = (2 * i128::from(self.amount) * i128::from(amount) + whole) / (2 * whole);
        i64::try_from(share).unwrap_or(0).min(self.left())
    }
}

/// The application fee object; `application` is the platform's.
pub(crate) fn render(fee: &ApplicationFee, application: &str, livemode: bool) -> Value {
    let refunds: Vec<Value> = fee.refunds.iter().rev().map(|refund| render_refund(fee, refund)).collect();
    json!({
        "id": fee.id,
        "object": "application_fee",
        "account": fee.account.account,
        "amount": fee.amount,
        "amount_refunded": fee.amount_refunded,
        "application": application,
        "balance_transaction": fee.balance_transaction,
        "charge": fee.charge,
        "created": fee.created,
        "currency": fee.currency,
        "fee_source": { "charge": fee.charge, "type": "charge" },
        "livemode": livemode,
        "originating_transaction": null,
        "refunded": fee.left() == 0,
        "refunds": {
            "object": "list", "data": refunds, "has_more": false,
            "url": format!("/v1/application_fees/{}/refunds", fee.id),
        },
    })
}

/// The fee refund `id`, if it is one of this fee.
pub(crate) fn render_refund_of(fee: &ApplicationFee, id: &str) -> Option<Value> {
    let refund = fee.refunds.iter().find(|refund| refund.id == id)?;
    Some(render_refund(fee, refund))
}

/// The fee refund object.
pub(crate) fn render_refund(fee: &ApplicationFee, refund: &FeeRefund) -> Value {
    json!({
        "id": refund.id,
        "object": "fee_refund",
        "amount": refund.amount,
        "balance_transaction": refund.balance_transaction,
        "created": refund.created,
        "currency": fee.currency,
        "fee": fee.id,
        "metadata": refund.metadata,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_never_pass_the_fee() {
        let mut fee = ApplicationFee {
            id: "fee_1".to_owned(),
            account: Owner::default(),
            charge: "ch_1".to_owned(),
            created: 0,
            amount: 33,
            amount_refunded: 0,
            currency: "sgd".to_owned(),
            balance_transaction: "txn_1".to_owned(),
            refunds: Vec::new(),
        };
        assert_eq!([1, 15, 16, 500, 1000].map(|amount| fee.share(amount, 1000)), [0, 0, 1, 17, 33]);
        fee.amount_refunded = 30;
        assert_eq!(fee.share(1000, 1000), 3);
    }
}
