//! A transfer from the platform to a connected account.

use serde_json::{Value, json};

use crate::config::Config;
use crate::params::Metadata;

/// Money the platform sent.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) wish: Wish,
    pub(crate) balance_transaction: String,
    pub(crate) destination_payment: String,
    /// The balance transaction of that payment.
    pub(crate) payment_transaction: String,
    pub(crate) reversals: Vec<Reversal>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) destination: String,
    pub(crate) description: Option<String>,
    pub(crate) transfer_group: Option<String>,
    pub(crate) metadata: Metadata,
}

/// Part of a transfer, or all of it, taken back.
#[derive(Clone, Debug)]
pub(crate) struct Reversal {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) created: i64,
    pub(crate) metadata: Metadata,
    pub(crate) balance_transaction: String,
    /// What it is on the connected account: `pyr_…`.
    pub(crate) refund: String,
}

impl Transfer {
    /// How much of it was taken back.
    pub(crate) fn reversed(&self) -> i64 {
        self.reversals.iter().map(|reversal| reversal.amount).sum()
    }
}

/// The transfer object.
pub(crate) fn render(transfer: &Transfer, config: &Config) -> Value {
    let wish = &transfer.wish;
    let reversals: Vec<Value> =
        transfer.reversals.iter().rev().map(|reversal| render_reversal(transfer, reversal)).collect();
    json!({
        "id": transfer.id,
        "object": "transfer",
        "amount": wish.amount,
        "amount_reversed": transfer.reversed(),
        "balance_transaction": transfer.balance_transaction,
        "created": transfer.created,
        "currency": wish.currency,
        "description": wish.description,
        "destination": wish.destination,
        "destination_payment": transfer.destination_payment,
        "livemode": config.livemode,
        "metadata": wish.metadata,
        "reversals": {
            "object": "list", "data": reversals, "has_more": false,
            "url": format!("/v1/transfers/{}/reversals", transfer.id),
        },
        "reversed": transfer.reversed() == wish.amount,
        "source_transaction": null,
        "source_type": "card",
        "transfer_group": wish.transfer_group,
    })
}

/// The charge object that the money is on the connected account.
pub(crate) fn render_payment(transfer: &Transfer, config: &Config) -> Value {
    let amount = transfer.wish.amount;
    json!({
        "id": transfer.destination_payment,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": transfer.reversed(),
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": transfer.payment_transaction,
        "billing_details": {
            "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
            "email": null, "name": null, "phone": null, "tax_id": null,
        },
        "calculated_statement_descriptor": null,
        "captured": true,
        "created": transfer.created,
        "currency": transfer.wish.currency,
        "customer": null,
        "description": null,
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": null,
        "failure_message": null,
        "fraud_details": {},
        "livemode": config.livemode,
        "metadata": {},
        "on_behalf_of": null,
        "outcome": null,
        "paid": true,
        "payment_intent": null,
        "payment_method": null,
        "payment_method_details": { "stripe_account": {}, "type": "stripe_account" },
        "radar_options": {},
        "receipt_email": null,
        "receipt_number": null,
        "receipt_url": null,
        "refunded": transfer.reversed() == amount,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": transfer.id,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": "succeeded",
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// The reversal `id`, if it is one of this transfer.
pub(crate) fn render_reversal_of(transfer: &Transfer, id: &str) -> Option<Value> {
    let reversal = transfer.reversals.iter().find(|reversal| reversal.id == id)?;
    Some(render_reversal(transfer, reversal))
}

/// The transfer reversal object.
pub(crate) fn render_reversal(transfer: &Transfer, reversal: &Reversal) -> Value {
    json!({
        "id": reversal.id,
        "object": "transfer_reversal",
        "amount": reversal.amount,
        "balance_transaction": reversal.balance_transaction,
        "created": reversal.created,
        "currency": transfer.wish.currency,
        "destination_payment_refund": reversal.refund,
        "metadata": reversal.metadata,
        "source_refund": null,
        "transfer": transfer.id,
    })
}
