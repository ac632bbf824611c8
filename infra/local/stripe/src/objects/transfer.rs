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

/// The charge object that the money is on the connected account, as far as a balance transaction's reader
/// needs it.
pub(crate) fn render_payment(transfer: &Transfer, config: &Config) -> Value {
    json!({
        "id": transfer.destination_payment,
        "object": "charge",
        "amount": transfer.wish.amount,
        "amount_refunded": transfer.reversed(),
        "created": transfer.created,
        "currency": transfer.wish.currency,
        "livemode": config.livemode,
        "metadata": {},
        "paid": true,
        "source_transfer": transfer.id,
        "status": "succeeded",
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
        "destination_payment_refund": null,
        "metadata": reversal.metadata,
        "source_refund": null,
        "transfer": transfer.id,
    })
}
