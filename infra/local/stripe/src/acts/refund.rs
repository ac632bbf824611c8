//! Refunding: at once, later, when there is money, or not at all.

use serde_json::Value;

use super::fee;
use crate::balance::MovementKind;
use crate::error::Error;
use crate::methods::{Behaviour, Method};
use crate::money::display;
use crate::objects::charge::{self, Charge};
use crate::objects::refund::{Refund, SHORT_OF_MONEY, Status, Wish, render};
use crate::state::{Act, Change};
use crate::table::Owner;

/// How long a refund that does not end at once takes.
const SETTLE_SECONDS: i64 = 60;

/// How long a card's refund waits for money (<https://docs.stripe.com/refunds>).
const WAITING_SECONDS: i64 = 45 * 24 * 3600;

/// How a refund goes: what it is at first, whether it changes later, and why it fails if it does.
struct Course {
    at_first: Status,
    settles: bool,
    will_fail: Option<String>,
}

/// Refunds a charge and returns the refund's id.
pub(crate) fn create(act: &mut Act<'_>, charge_id: &str, wish: Wish) -> Result<String, Error> {
    let (owner, charge) = act
        .state
        .charges
        .find(charge_id)
        .cloned()
        .ok_or_else(|| Error::missing("charge", charge_id).at("charge"))?;
    let amount = refundable_amount(&charge, &wish)?;
    let fee_back = if wish.refund_application_fee { fee::share(act, &charge, amount) } else { 0 };
    let short = act.state.books.available(&owner, &charge.currency) < amount - fee_back;
    let course = if short { course_without_money(charge.method) } else { course(act, &owner, &charge) };
    let id = act.state.ids.next("re");
    let refund = Refund {
        id: id.clone(),
        charge: charge_id.to_owned(),
        intent: Some(charge.intent.clone()),
        method: Some(charge.method),
        reversal: None,
        created: act.now(),
        wish,
        amount,
        currency: charge.currency.clone(),
        status: course.at_first,
        presentment: charge.presentment.as_ref().map(|shown| shown.share(amount, charge.amount)),
        fee_back,
        balance_transaction: None,
        failure_balance_transaction: None,
        will_fail: course.will_fail,
    };
    let (failed, waits) = (matches!(refund.status, Status::Failed(_)), refund.status == Status::Waiting);
    act.state.refunds.insert(owner.clone(), &id, refund);
    if !short {
        pay_out(act, &id);
    }
    if course.settles {
        act.plan(SETTLE_SECONDS, Change::SettleRefund(id.clone()));
    }
    if waits {
        act.plan(WAITING_SECONDS, Change::GiveUpRefund(id.clone()));
        act.state.waiting_refunds.entry(owner.clone()).or_default().push(id.clone());
    }
    act.emit(&owner, "refund.created", act.state.render(&id).unwrap_or_default());
    if failed {
        announce_failure(act, &owner, &id, None);
    } else {
        change_refunded(act, charge_id, amount);
        act.emit(&owner, "charge.refunded", act.state.render(charge_id).unwrap_or_default());
    }
    Ok(id)
}

/// Ends a refund that was under way.
pub(crate) fn settle(act: &mut Act<'_>, id: &str) {
    let Some((owner, refund)) = act.state.refunds.find(id).cloned() else { return };
    if let Some(reason) = refund.will_fail {
        fail(act, id, &reason);
    } else if refund.status == Status::Pending {
        change_status(act, &owner, id, Status::Succeeded);
    }
}

/// Fails a refund that has waited for money all the time it could.
pub(crate) fn give_up(act: &mut Act<'_>, id: &str) {
    if act.state.refunds.find(id).is_some_and(|(_, refund)| refund.status == Status::Waiting) {
        fail(act, id, SHORT_OF_MONEY);
    }
}

/// Goes on with the card refunds of `owner` that wait for money, oldest first, as far as it reaches.
pub(crate) fn resume(act: &mut Act<'_>, owner: &Owner) {
    for id in act.state.waiting_refunds.get(owner).cloned().unwrap_or_default() {
        let Some((_, refund)) = act.state.refunds.find(&id).cloned() else { continue };
        if act.state.books.available(owner, &refund.currency) < refund.amount - refund.fee_back {
            continue;
        }
        let Some((_, charge)) = act.state.charges.find(&refund.charge).cloned() else { continue };
        let course = course(act, owner, &charge);
        if let Some(refund) = act.state.refunds.find_mut(&refund.id) {
            refund.will_fail = course.will_fail;
        }
        stop_waiting(act, owner, &refund.id);
        pay_out(act, &refund.id);
        change_status(act, owner, &refund.id, course.at_first);
        if course.settles {
            act.plan(SETTLE_SECONDS, Change::SettleRefund(refund.id));
        }
    }
}

/// Fails the refunds of a charge that were still waiting when it was disputed.
pub(crate) fn fail_waiting(act: &mut Act<'_>, charge: &str) {
    let owner = act.state.charges.owner_of(charge);
    for id in act.state.waiting_refunds.get(&owner).cloned().unwrap_or_default() {
        if act.state.refunds.find(&id).is_some_and(|(_, refund)| refund.charge == charge) {
            fail(act, &id, "charge_for_pending_refund_disputed");
        }
    }
}

fn stop_waiting(act: &mut Act<'_>, owner: &Owner, id: &str) {
    act.state.changes.cancel(&Change::GiveUpRefund(id.to_owned()));
    if let Some(waiting) = act.state.waiting_refunds.get_mut(owner) {
        waiting.retain(|waits| waits != id);
        if waiting.is_empty() {
            act.state.waiting_refunds.remove(owner);
        }
    }
}

fn refundable_amount(charge: &Charge, wish: &Wish) -> Result<i64, Error> {
    let id = &charge.id;
    if charge.status != charge::Status::Succeeded {
        return Err(
            Error::invalid(format!("Charge {id} was not successful and cannot be refunded.")).at("charge")
        );
    }
    if !charge.captured {
        let message = format!("Charge {id} has not been captured; cancel its PaymentIntent instead.");
        return Err(Error::invalid(message).at("charge"));
    }
    let left = charge.undisputed();
    if charge.charged_back > 0 && left == 0 {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(Error::invalid(message).coded("charge_disputed"));
    }
    if left == 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Error::invalid(message).coded("charge_already_refunded"));
    }
    let amount = wish.amount.unwrap_or(left);
    if amount > left {
        let (asked, left) = (display(amount, &charge.currency), display(left, &charge.currency));
        let message = format!("Refund amount ({asked}) is greater than unrefunded amount on charge ({left})");
        return Err(Error::invalid(message).at("amount"));
    }
    Ok(amount)
}

fn course_without_money(method: Method) -> Course {
    let at_first = match method {
        Method::Card => Status::Waiting,
        Method::Link | Method::Paynow | Method::Upi | Method::Pix => {
            Status::Failed(SHORT_OF_MONEY.to_owned())
        }
    };
    Course { at_first, settles: false, will_fail: None }
}

fn course(act: &mut Act<'_>, owner: &Owner, charge: &Charge) -> Course {
    let ordered = act.state.failing_refunds.iter().position(|(account, _)| account == owner);
    let ordered = ordered.map(|index| act.state.failing_refunds.remove(index).1);
    let by_card = (charge.behaviour() == Some(Behaviour::RefundFails)).then(|| "unknown".to_owned());
    let will_fail = ordered.or(by_card);
    let pends = charge.method != Method::Card || charge.behaviour() == Some(Behaviour::RefundPends);
    let at_first = if pends { Status::Pending } else { Status::Succeeded };
    Course { settles: pends || will_fail.is_some(), at_first, will_fail }
}

/// Takes the money from the account, and the fee's share back from the platform.
fn pay_out(act: &mut Act<'_>, id: &str) {
    let Some((owner, refund)) = act.state.refunds.find(id).cloned() else { return };
    let Some((_, charge)) = act.state.charges.find(&refund.charge).cloned() else { return };
    let fee_back = fee::give_with_refund(act, &charge, refund.fee_back);
    let movement = (-refund.amount, -fee_back);
    let transaction = act.post(&owner, MovementKind::Refund, movement, &refund.currency, id);
    if let Some(refund) = act.state.refunds.find_mut(id) {
        refund.fee_back = fee_back;
        refund.balance_transaction = Some(transaction);
    }
}

/// Fails a refund; what it had moved comes back, and the charge counts as refunded by so much less.
fn fail(act: &mut Act<'_>, id: &str, reason: &str) {
    let Some((owner, refund)) = act.state.refunds.find(id).cloned() else { return };
    let Some((_, charge)) = act.state.charges.find(&refund.charge).cloned() else { return };
    if refund.balance_transaction.is_some() {
        let movement = (refund.amount, refund.fee_back);
        let transaction = act.post(&owner, MovementKind::RefundFailure, movement, &refund.currency, id);
        fee::regain(act, &charge, refund.fee_back);
        if let Some(refund) = act.state.refunds.find_mut(id) {
            refund.failure_balance_transaction = Some(transaction);
        }
    }
    if refund.status == Status::Waiting {
        stop_waiting(act, &owner, id);
    }
    change_refunded(act, &refund.charge, -refund.amount);
    let before = render(&refund);
    if let Some(refund) = act.state.refunds.find_mut(id) {
        refund.status = Status::Failed(reason.to_owned());
    }
    announce_failure(act, &owner, id, Some(&before));
}

fn change_refunded(act: &mut Act<'_>, charge: &str, by: i64) {
    if let Some(charge) = act.state.charges.find_mut(charge) {
        charge.amount_refunded += by;
    }
}

fn change_status(act: &mut Act<'_>, owner: &Owner, id: &str, status: Status) {
    let before = act.state.render(id);
    if let Some(refund) = act.state.refunds.find_mut(id) {
        refund.status = status;
    }
    let after = act.state.render(id).unwrap_or_default();
    for kind in ["refund.updated", "charge.refund.updated"] {
        act.emit_change(owner, kind, after.clone(), before.as_ref());
    }
}

fn announce_failure(act: &mut Act<'_>, owner: &Owner, id: &str, before: Option<&Value>) {
    let refund = act.state.render(id).unwrap_or_default();
    act.emit(owner, "refund.failed", refund.clone());
    for kind in ["refund.updated", "charge.refund.updated"] {
        act.emit_change(owner, kind, refund.clone(), before);
    }
}
