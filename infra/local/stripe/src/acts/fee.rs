//! Application fees: the platform earns its share of a payment, and gives it back.

use serde_json::Value;

use super::timing;
use crate::balance::MovementKind;
use crate::error::Error;
use crate::money::display;
use crate::objects::application_fee::{ApplicationFee, FeeRefund, render_refund};
use crate::objects::charge::Charge;
use crate::params::Metadata;
use crate::state::Act;
use crate::table::Owner;

/// The platform earns `amount` of a payment on `account`, when the payment itself is available.
pub(super) fn earn(
    act: &mut Act<'_>,
    account: &Owner,
    charge: &Charge,
    amount: i64,
    available_on: i64,
) -> Option<String> {
    if amount == 0 {
        return None;
    }
    let id = act.state.ids.next("fee");
    let (kind, currency) = (MovementKind::ApplicationFee, &charge.currency);
    let balance_transaction =
        act.post_pending(&account.platform(), kind, (amount, 0), currency, &id, available_on);
    let fee = ApplicationFee {
        id: id.clone(),
        account: account.clone(),
        charge: charge.id.clone(),
        created: act.now(),
        amount,
        amount_refunded: 0,
        currency: currency.clone(),
        balance_transaction,
        refunds: Vec::new(),
    };
    act.state.fees.insert(account.platform(), &id, fee);
    Some(id)
}

/// Gives a fee back to the account that paid it; no amount means all that is left
/// (<https://docs.stripe.com/api/fee_refunds/create>). The wording of the refusals is an assumption.
pub(crate) fn refund(
    act: &mut Act<'_>,
    id: &str,
    amount: Option<i64>,
    metadata: Metadata,
) -> Result<Value, Error> {
    let fee = act.state.fees.get(&act.owner, id)?.clone();
    let left = fee.left();
    if left == 0 {
        return Err(Error::invalid(format!("Application fee {id} has already been refunded.")));
    }
    let amount = amount.unwrap_or(left);
    if amount > left {
        let (asked, left) = (display(amount, &fee.currency), display(left, &fee.currency));
        let message = format!("Refund amount ({asked}) is greater than unrefunded amount on fee ({left})");
        return Err(Error::invalid(message).at("amount"));
    }
    if act.state.books.available(&fee.account.platform(), &fee.currency) < amount {
        let message = "You have insufficient available funds in your Stripe account.";
        return Err(Error::invalid(message).coded("balance_insufficient"));
    }
    let refund = give_back(act, &fee, amount, metadata);
    let on = arrival(act, &fee);
    let (kind, currency) = (MovementKind::ApplicationFeeRefund, &fee.currency);
    act.post_pending(&fee.account, kind, (amount, 0), currency, &refund.id, on);
    Ok(render_refund(&fee, &refund))
}

/// The share of its fee that goes back with a refund of `amount` of `charge`.
pub(super) fn share(act: &Act<'_>, charge: &Charge, amount: i64) -> i64 {
    of(act, charge).map_or(0, |fee| fee.share(amount, charge.amount))
}

/// The platform gives `amount` of the fee of `charge` back with a refund; how much of it is still there. The
/// account gets it within the refund's own balance transaction.
pub(super) fn give_with_refund(act: &mut Act<'_>, charge: &Charge, amount: i64) -> i64 {
    let Some(fee) = of(act, charge) else { return 0 };
    let amount = amount.min(fee.left());
    if amount > 0 {
        give_back(act, &fee, amount, Metadata::new());
    }
    amount
}

/// The platform has what it gave back with a refund again: the refund failed.
pub(super) fn regain(act: &mut Act<'_>, charge: &Charge, amount: i64) {
    let Some(fee) = of(act, charge).filter(|_| amount > 0) else { return };
    act.post(
        &fee.account.platform(),
        MovementKind::ApplicationFeeRefund,
        (amount, 0),
        &fee.currency,
        &fee.id,
    );
    if let Some(fee) = act.state.fees.find_mut(&fee.id) {
        fee.amount_refunded -= amount;
    }
}

fn of(act: &Act<'_>, charge: &Charge) -> Option<ApplicationFee> {
    let (_, fee) = act.state.fees.find(charge.application_fee.as_deref()?)?;
    Some(fee.clone())
}

/// Takes the money from the platform.
fn give_back(act: &mut Act<'_>, fee: &ApplicationFee, amount: i64, metadata: Metadata) -> FeeRefund {
    let id = act.state.ids.next("fr");
    let kind = MovementKind::ApplicationFeeRefund;
    let platform = fee.account.platform();
    let balance_transaction = act.post(&platform, kind, (-amount, 0), &fee.currency, &id);
    let refund = FeeRefund { id, amount, created: act.now(), metadata, balance_transaction };
    if let Some(fee) = act.state.fees.find_mut(&fee.id) {
        fee.amount_refunded += amount;
        fee.refunds.push(refund.clone());
    }
    act.emit(&platform, "application_fee.refunded", act.state.render(&fee.id).unwrap_or_default());
    refund
}

/// When the account can spend what it gets back now. Stripe does not document it, so it is a setting.
fn arrival(act: &mut Act<'_>, fee: &ApplicationFee) -> i64 {
    let method = act.state.charges.find(&fee.charge).map(|(_, charge)| charge.method);
    match method.filter(|_| act.state.fee_refunds_pend) {
        Some(method) => timing::available_on(act, &fee.account, method),
        None => act.now(),
    }
}
