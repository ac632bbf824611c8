//! Disputing: a payer's bank takes the money, or part of it, decides, and may decide again.

use super::refund;
use crate::balance::MovementKind;
use crate::error::Error;
use crate::methods::Method;
use crate::objects::charge::{self, Charge};
use crate::objects::dispute::{Dispute, Status};
use crate::state::Act;
use crate::table::Owner;

/// Opens a dispute and takes the money from the charge's account: of the whole charge if it is the first, of
/// what is neither disputed nor refunded after that.
pub(crate) fn open(act: &mut Act<'_>, charge_id: &str) -> Result<String, Error> {
    let (owner, charge) = disputable(act, charge_id)?;
    let disputed: i64 = of_charge(act, charge_id).filter(|d| !is_inquiry(d)).map(|d| d.amount).sum();
    let amount =
        if disputed == 0 { charge.amount } else { charge.amount - charge.amount_refunded - disputed };
    take(act, &owner, &charge, amount)
}

/// Opens a dispute over `amount` of a charge. All that are open or lost together never pass the charge.
pub(crate) fn open_part(act: &mut Act<'_>, charge_id: &str, amount: i64) -> Result<String, Error> {
    let (owner, charge) = disputable(act, charge_id)?;
    take(act, &owner, &charge, amount)
}

/// A dispute is resolved before it becomes a chargeback: it comes into being closed. Either the network takes
/// the whole amount, or nothing moves because of it and the refund is made elsewhere.
pub(crate) fn prevent(act: &mut Act<'_>, charge_id: &str, takes_money: bool) -> Result<String, Error> {
    let (owner, charge) = disputable(act, charge_id)?;
    if takes_money {
        check_room(&charge, charge.amount)?;
    }
    let id = add(act, &owner, &charge, charge.amount, Status::Prevented);
    if takes_money {
        move_money(act, &id, -charge.amount);
    }
    update_charge(act, charge_id);
    tell(act, &id, "charge.dispute.created");
    if takes_money {
        tell(act, &id, "charge.dispute.funds_withdrawn");
        refund::fail_waiting(act, charge_id);
    }
    tell(act, &id, "charge.dispute.closed");
    Ok(id)
}

/// The bank decides a dispute, for the first time or after an appeal.
pub(crate) fn close(act: &mut Act<'_>, id: &str, won: bool) -> Result<(), Error> {
    match find(act, id)?.status {
        Status::NeedsResponse | Status::AppealUnderReview => decide(act, id, won),
        Status::WarningNeedsResponse => Err(Error::invalid(format!("Dispute {id} is an inquiry."))),
        Status::WarningClosed | Status::Won | Status::Lost | Status::Prevented => {
            Err(Error::invalid(format!("Dispute {id} is closed.")))
        }
    }
}

/// A decision is looked at again. The money stays where it is until then.
pub(crate) fn appeal(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    let dispute = decided(act, id)?;
    let (_, charge) = charge_of(act, &dispute)?;
    if dispute.status == Status::Won {
        check_room(&charge, dispute.amount)?;
    }
    let before = act.state.render(id);
    set_status(act, id, Status::AppealUnderReview);
    let (owner, after) = (owner_of(act, id), act.state.render(id).unwrap_or_default());
    act.emit_change(&owner, "charge.dispute.updated", after, before.as_ref());
    Ok(())
}

/// The bank decides the other way after all.
pub(crate) fn reverse_verdict(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    let dispute = decided(act, id)?;
    let (_, charge) = charge_of(act, &dispute)?;
    let won = dispute.status == Status::Lost;
    if !won {
        check_room(&charge, dispute.amount)?;
    }
    decide(act, id, won)
}

/// Makes an inquiry a dispute that takes the money.
pub(super) fn withdraw(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    let dispute = find(act, id)?.clone();
    let (_, charge) = charge_of(act, &dispute)?;
    check_room(&charge, dispute.amount)?;
    move_money(act, id, -dispute.amount);
    set_status(act, id, Status::NeedsResponse);
    tell(act, id, "charge.dispute.funds_withdrawn");
    refund::fail_waiting(act, &dispute.charge);
    Ok(())
}

/// The charge, if it is one that can be disputed, and its account.
pub(super) fn disputable(act: &Act<'_>, charge_id: &str) -> Result<(Owner, Charge), Error> {
    let (owner, charge) =
        act.state.charges.find(charge_id).cloned().ok_or_else(|| Error::missing("charge", charge_id))?;
    if charge.method == Method::Paynow {
        return Err(Error::invalid("PayNow payments cannot be disputed."));
    }
    // What is only authorized has taken nothing from the payer that a bank could take back.
    if charge.status != charge::Status::Succeeded || !charge.captured || charge.refundable() == 0 {
        return Err(Error::invalid(format!("Charge {charge_id} cannot be disputed.")));
    }
    Ok((owner, charge))
}

/// Keeps a new dispute, which has moved nothing yet.
pub(super) fn add(act: &mut Act<'_>, owner: &Owner, charge: &Charge, amount: i64, status: Status) -> String {
    let id = act.state.ids.next("du");
    let dispute = Dispute {
        id: id.clone(),
        charge: charge.id.clone(),
        intent: charge.intent.clone(),
        method: charge.method,
        card: charge.card.clone(),
        created: act.now(),
        amount,
        currency: charge.currency.clone(),
        status,
        movements: Vec::new(),
    };
    act.state.disputes.insert(owner.clone(), &id, dispute);
    update_charge(act, &charge.id);
    id
}

/// The dispute with this id.
pub(super) fn find<'a>(act: &'a Act<'_>, id: &str) -> Result<&'a Dispute, Error> {
    act.state.disputes.find(id).map(|(_, dispute)| dispute).ok_or_else(|| Error::missing("dispute", id))
}

/// Moves a dispute on in its life.
pub(super) fn set_status(act: &mut Act<'_>, id: &str, status: Status) {
    let Some(dispute) = act.state.disputes.find_mut(id) else { return };
    dispute.status = status;
    let charge = dispute.charge.clone();
    update_charge(act, &charge);
}

/// Produces an event that shows the dispute as it is.
pub(super) fn tell(act: &mut Act<'_>, id: &str, kind: &str) {
    let (owner, dispute) = (owner_of(act, id), act.state.render(id).unwrap_or_default());
    act.emit(&owner, kind, dispute);
}

/// The account of a dispute.
pub(super) fn owner_of(act: &Act<'_>, id: &str) -> Owner {
    act.state.disputes.owner_of(id)
}

fn take(act: &mut Act<'_>, owner: &Owner, charge: &Charge, amount: i64) -> Result<String, Error> {
    check_room(charge, amount)?;
    let id = add(act, owner, charge, amount, Status::NeedsResponse);
    move_money(act, &id, -amount);
    for kind in ["charge.dispute.created", "charge.dispute.funds_withdrawn"] {
        tell(act, &id, kind);
    }
    refund::fail_waiting(act, &charge.id);
    Ok(id)
}

/// Closes a dispute. When it is won the money comes back and its part of the charge can be refunded again.
/// When one over the whole charge is lost, what was refunded of it comes back, as if the account had shown
/// the bank these refunds
/// (<https://support.stripe.com/questions/dispute-for-full-charge-amount-after-a-partial-refund-was-issued>).
/// Which event a changed verdict sends is not documented: here it is the same as that of the first.
fn decide(act: &mut Act<'_>, id: &str, won: bool) -> Result<(), Error> {
    let dispute = find(act, id)?.clone();
    let (owner, charge) = charge_of(act, &dispute)?;
    let before = act.state.render(id);
    let refunded = if dispute.amount == charge.amount { charge.amount_refunded } else { 0 };
    let keeps = if won { 0 } else { dispute.amount - refunded };
    let back = dispute.taken() - keeps;
    move_money(act, id, back);
    set_status(act, id, if won { Status::Won } else { Status::Lost });
    if back > 0 {
        tell(act, id, "charge.dispute.funds_reinstated");
    }
    if back < 0 {
        tell(act, id, "charge.dispute.funds_withdrawn");
    }
    let after = act.state.render(id).unwrap_or_default();
    act.emit_change(&owner, "charge.dispute.closed", after, before.as_ref());
    Ok(())
}

/// The dispute, if the bank has decided it.
fn decided(act: &Act<'_>, id: &str) -> Result<Dispute, Error> {
    let dispute = find(act, id)?;
    match dispute.status {
        Status::Won | Status::Lost => Ok(dispute.clone()),
        Status::WarningNeedsResponse
        | Status::WarningClosed
        | Status::NeedsResponse
        | Status::AppealUnderReview
        | Status::Prevented => Err(Error::invalid(format!("Dispute {id} has no verdict."))),
    }
}

fn charge_of(act: &Act<'_>, dispute: &Dispute) -> Result<(Owner, Charge), Error> {
    let charge = act.state.charges.find(&dispute.charge).cloned();
    charge.ok_or_else(|| Error::missing("charge", &dispute.charge))
}

fn of_charge<'a>(act: &'a Act<'_>, charge: &'a str) -> impl Iterator<Item = &'a Dispute> {
    act.state.disputes.all().filter(move |dispute| dispute.charge == charge)
}

fn is_inquiry(dispute: &Dispute) -> bool {
    matches!(dispute.status, Status::WarningNeedsResponse | Status::WarningClosed)
}

/// Refuses to take more than the charge has that no other dispute holds.
fn check_room(charge: &Charge, amount: i64) -> Result<(), Error> {
    if (1..=charge.amount - charge.charged_back).contains(&amount) {
        return Ok(());
    }
    Err(Error::invalid(format!("Of charge {}, {amount} cannot be disputed.", charge.id)))
}

/// Has the charge follow all of its disputes.
fn update_charge(act: &mut Act<'_>, charge: &str) {
    let charged_back = of_charge(act, charge).map(Dispute::holds).sum();
    if let Some(charge) = act.state.charges.find_mut(charge) {
        charge.disputed = true;
        charge.charged_back = charged_back;
    }
}

fn move_money(act: &mut Act<'_>, id: &str, amount: i64) {
    let Some((owner, dispute)) = act.state.disputes.find(id).cloned() else { return };
    if amount == 0 {
        return;
    }
    let transaction = act.post(&owner, MovementKind::Adjustment, (amount, 0), &dispute.currency, id);
    let movement = act.state.books.movements.find(&transaction).map(|(_, movement)| movement.clone());
    if let Some(dispute) = act.state.disputes.find_mut(id) {
        dispute.movements.extend(movement);
    }
}
