//! Disputing: a payer's bank takes the money, and decides.

use super::refund;
use crate::balance::MovementKind;
use crate::error::Error;
use crate::methods::Method;
use crate::objects::charge;
use crate::objects::dispute::{Dispute, Status};
use crate::state::Act;

/// Opens a dispute over the whole charge and takes the money from its account.
pub(crate) fn open(act: &mut Act<'_>, charge_id: &str) -> Result<String, Error> {
    let (owner, charge) =
        act.state.charges.find(charge_id).cloned().ok_or_else(|| Error::missing("charge", charge_id))?;
    if charge.status != charge::Status::Succeeded || charge.disputed || charge.refundable() == 0 {
        return Err(Error::invalid(format!("Charge {charge_id} cannot be disputed.")));
    }
    if charge.method == Method::Paynow {
        return Err(Error::invalid("PayNow payments cannot be disputed."));
    }
    let id = act.state.ids.next("du");
    if let Some(charge) = act.state.charges.find_mut(charge_id) {
        charge.disputed = true;
        charge.charged_back = true;
    }
    let dispute = Dispute {
        id: id.clone(),
        charge: charge_id.to_owned(),
        intent: charge.intent,
        method: charge.method,
        created: act.now(),
        amount: charge.amount,
        currency: charge.currency,
        status: Status::NeedsResponse,
        movements: Vec::new(),
    };
    act.state.disputes.insert(owner.clone(), &id, dispute);
    move_money(act, &id, -charge.amount);
    for kind in ["charge.dispute.created", "charge.dispute.funds_withdrawn"] {
        act.emit(&owner, kind, act.state.render(&id).unwrap_or_default());
    }
    refund::fail_waiting(act, charge_id);
    Ok(id)
}

/// Closes a dispute. When it is won the money comes back and the charge can be refunded again. When it is
/// lost, only what had been refunded before comes back, as if the account had shown the bank these refunds
/// (<https://support.stripe.com/questions/dispute-for-full-charge-amount-after-a-partial-refund-was-issued>).
pub(crate) fn close(act: &mut Act<'_>, id: &str, won: bool) -> Result<(), Error> {
    let (owner, dispute) =
        act.state.disputes.find(id).cloned().ok_or_else(|| Error::missing("dispute", id))?;
    if dispute.status != Status::NeedsResponse {
        return Err(Error::invalid(format!("Dispute {id} is closed.")));
    }
    let before = act.state.render(id);
    if let Some(dispute) = act.state.disputes.find_mut(id) {
        dispute.status = if won { Status::Won } else { Status::Lost };
    }
    let refunded = act.state.charges.find(&dispute.charge).map_or(0, |(_, charge)| charge.amount_refunded);
    let back = if won { dispute.amount } else { refunded };
    if let Some(charge) = act.state.charges.find_mut(&dispute.charge) {
        charge.charged_back = !won;
    }
    if back > 0 {
        move_money(act, id, back);
        act.emit(&owner, "charge.dispute.funds_reinstated", act.state.render(id).unwrap_or_default());
    }
    let after = act.state.render(id).unwrap_or_default();
    act.emit_change(&owner, "charge.dispute.closed", after, before.as_ref());
    Ok(())
}

fn move_money(act: &mut Act<'_>, id: &str, amount: i64) {
    let Some((owner, dispute)) = act.state.disputes.find(id).cloned() else { return };
    let transaction = act.post(&owner, MovementKind::Adjustment, (amount, 0), &dispute.currency, id);
    let movement = act.state.books.movements.find(&transaction).map(|(_, movement)| movement.clone());
    if let Some(dispute) = act.state.disputes.find_mut(id) {
        dispute.movements.extend(movement);
    }
}
