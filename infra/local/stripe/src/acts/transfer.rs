//! Transferring: the platform sends money to a connected account, and takes it back.

use serde_json::Value;

use crate::balance::MovementKind;
use crate::error::Error;
use crate::objects::account::{Configuration, TRANSFERS};
use crate::objects::refund::{self, Refund};
use crate::objects::transfer::{Reversal, Transfer, Wish, render, render_reversal};
use crate::params::Metadata;
use crate::regions;
use crate::state::Act;
use crate::table::Owner;

/// Sends money from the platform's available balance to a connected account.
pub(crate) fn create(act: &mut Act<'_>, wish: Wish) -> Result<Value, Error> {
    let (platform, destination) = (act.owner.clone(), act.owner.connected(&wish.destination));
    let is_there = !act.state.departed.contains(&wish.destination);
    let account =
        act.state.account(&destination).ok().filter(|_| is_there).ok_or_else(|| {
            Error::missing("destination", &wish.destination).with_status(400).at("destination")
        })?;
    if !account.can(Configuration::Recipient, TRANSFERS) {
        let message = "Your destination account needs to have at least one of the following capabilities enabled: \
                       transfers, crypto_transfers, legacy_payments";
        return Err(Error::invalid(message).coded("insufficient_capabilities_for_transfer"));
    }
    let (home, abroad) = act.state.countries(&destination)?;
    if !regions::lets_transfer(home, abroad) {
        let message =
            format!("Funds can't be sent from a platform in {home} to accounts located in {abroad}.");
        return Err(Error::invalid(message).coded("transfers_not_allowed").at("destination"));
    }
    if act.state.books.available(&platform, &wish.currency) < wish.amount {
        let message = "You have insufficient available funds in your Stripe account.";
        return Err(Error::invalid(message).coded("balance_insufficient"));
    }
    let id = act.state.ids.next("tr");
    let payment = act.state.ids.next("py");
    let transaction = act.post(&platform, MovementKind::Transfer, (-wish.amount, 0), &wish.currency, &id);
    let payment_transaction =
        act.post(&destination, MovementKind::Payment, (wish.amount, 0), &wish.currency, &payment);
    let transfer = Transfer {
        id: id.clone(),
        created: act.now(),
        wish,
        balance_transaction: transaction,
        destination_payment: payment,
        payment_transaction,
        reversals: Vec::new(),
    };
    let rendered = render(&transfer, &act.state.config);
    act.state.transfers.insert(platform.clone(), &id, transfer);
    act.emit(&platform, "transfer.created", rendered.clone());
    Ok(rendered)
}

/// Takes money back from the connected account, where it is a refund of the payment that the transfer was; no
/// amount means all that is left.
pub(crate) fn reverse(
    act: &mut Act<'_>,
    id: &str,
    amount: Option<i64>,
    metadata: Metadata,
) -> Result<Value, Error> {
    let transfer = act.state.transfers.get(&act.owner, id)?.clone();
    let left = transfer.wish.amount - transfer.reversed();
    let amount = amount.unwrap_or(left);
    if amount > left || left == 0 {
        let message = format!(
            "Reversal amount ({amount}) is greater than the unreversed amount of the transfer ({left})"
        );
        return Err(Error::invalid(message).at("amount"));
    }
    let platform = act.owner.clone();
    let destination = platform.connected(&transfer.wish.destination);
    if act.state.books.available(&destination, &transfer.wish.currency) < amount {
        let message = "Insufficient funds in the connected account to reverse this transfer.";
        return Err(Error::invalid(message).coded("balance_insufficient"));
    }
    let reversal_id = act.state.ids.next("trr");
    let refund = act.state.ids.next("pyr");
    let currency = &transfer.wish.currency;
    let balance_transaction =
        act.post(&platform, MovementKind::Transfer, (amount, 0), currency, &reversal_id);
    let reversal =
        Reversal { id: reversal_id, amount, created: act.now(), metadata, balance_transaction, refund };
    refund_payment(act, &destination, &transfer, &reversal);
    let rendered = render_reversal(&transfer, &reversal);
    if let Some(transfer) = act.state.transfers.find_mut(id) {
        transfer.reversals.push(reversal);
    }
    act.emit(&platform, "transfer.reversed", act.state.render(id).unwrap_or_default());
    let payment = act.state.render(&transfer.destination_payment).unwrap_or_default();
    act.emit(&destination, "charge.refunded", payment);
    Ok(rendered)
}

/// What a reversal is on the connected account. Which events it gets there is not documented: here those of
/// any refund.
fn refund_payment(act: &mut Act<'_>, destination: &Owner, transfer: &Transfer, reversal: &Reversal) {
    let currency = &transfer.wish.currency;
    let movement = (-reversal.amount, 0);
    let transaction =
        act.post(destination, MovementKind::PaymentRefund, movement, currency, &reversal.refund);
    let refund = Refund {
        id: reversal.refund.clone(),
        charge: transfer.destination_payment.clone(),
        intent: None,
        method: None,
        reversal: Some(reversal.id.clone()),
        created: reversal.created,
        wish: refund::Wish::default(),
        amount: reversal.amount,
        currency: currency.clone(),
        status: refund::Status::Succeeded,
        presentment: None,
        fee_back: 0,
        balance_transaction: Some(transaction),
        failure_balance_transaction: None,
        will_fail: None,
    };
    let rendered = refund::render(&refund);
    act.state.refunds.insert(destination.clone(), &reversal.refund, refund);
    act.emit(destination, "refund.created", rendered);
}
