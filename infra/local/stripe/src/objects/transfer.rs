//! A transfer from the platform to a connected account.

use serde_json::{Value, json};

use super::account::{Configuration, TRANSFERS};
use crate::balance::MovementKind;
use crate::config::Config;
use crate::error::Error;
use crate::params::Metadata;
use crate::state::Act;

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
    id: String,
    amount: i64,
    created: i64,
    metadata: Metadata,
    balance_transaction: String,
}

impl Transfer {
    fn reversed(&self) -> i64 {
        self.reversals.iter().map(|reversal| reversal.amount).sum()
    }
}

/// Sends money from the platform's available balance to a connected account.
pub(crate) fn create(act: &mut Act<'_>, wish: Wish) -> Result<Value, Error> {
    let destination = Some(wish.destination.clone());
    let is_there = !act.state.departed.contains(&wish.destination);
    let (_, account) =
        act.state.accounts.find(&wish.destination).filter(|_| is_there).ok_or_else(|| {
            Error::missing("destination", &wish.destination).with_status(400).at("destination")
        })?;
    if !account.can(Configuration::Recipient, TRANSFERS) {
        let message = "Your destination account needs to have at least one of the following capabilities enabled: \
                       transfers, crypto_transfers, legacy_payments";
        return Err(Error::invalid(message).coded("insufficient_capabilities_for_transfer"));
    }
    if act.state.books.available(&None, &wish.currency) < wish.amount {
        let message = "You have insufficient available funds in your Stripe account.";
        return Err(Error::invalid(message).coded("balance_insufficient"));
    }
    let id = act.state.ids.next("tr");
    let payment = act.state.ids.next("py");
    let transaction = act.post(&None, MovementKind::Transfer, (-wish.amount, 0), &wish.currency, &id);
    act.post(&destination, MovementKind::Payment, (wish.amount, 0), &wish.currency, &payment);
    let transfer = Transfer {
        id: id.clone(),
        created: act.now(),
        wish,
        balance_transaction: transaction,
        destination_payment: payment,
        reversals: Vec::new(),
    };
    let rendered = render(&transfer, &act.state.config);
    act.state.transfers.insert(None, &id, transfer);
    act.emit(&None, "transfer.created", rendered.clone());
    Ok(rendered)
}

/// Takes money back from the connected account; no amount means all that is left.
pub(crate) fn reverse(
    act: &mut Act<'_>,
    id: &str,
    amount: Option<i64>,
    metadata: Metadata,
) -> Result<Value, Error> {
    let transfer = act.state.transfers.get(&None, id)?.clone();
    let left = transfer.wish.amount - transfer.reversed();
    let amount = amount.unwrap_or(left);
    if amount > left || left == 0 {
        let message = format!(
            "Reversal amount ({amount}) is greater than the unreversed amount of the transfer ({left})"
        );
        return Err(Error::invalid(message).at("amount"));
    }
    let destination = Some(transfer.wish.destination.clone());
    if act.state.books.available(&destination, &transfer.wish.currency) < amount {
        let message = "Insufficient funds in the connected account to reverse this transfer.";
        return Err(Error::invalid(message).coded("balance_insufficient"));
    }
    let reversal_id = act.state.ids.next("trr");
    let currency = &transfer.wish.currency;
    act.post(&destination, MovementKind::Payment, (-amount, 0), currency, &transfer.destination_payment);
    let balance_transaction = act.post(&None, MovementKind::Transfer, (amount, 0), currency, &reversal_id);
    let reversal = Reversal { id: reversal_id, amount, created: act.now(), metadata, balance_transaction };
    let rendered = render_reversal(&transfer, &reversal);
    if let Some(transfer) = act.state.transfers.find_mut(id) {
        transfer.reversals.push(reversal);
    }
    act.emit(&None, "transfer.reversed", act.state.render(id).unwrap_or_default());
    Ok(rendered)
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

/// The charge object that the money is on the connected account, as far as a balance transaction's reader needs it.
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

fn render_reversal(transfer: &Transfer, reversal: &Reversal) -> Value {
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
