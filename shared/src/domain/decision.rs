//! From a state and an event to what is written: the one way in which a checkout changes.

use super::cashback::Cashback;
use super::checkout::{Checkout, Event, Refused, State};
use super::ids::{PayerId, Reference};
use super::ledger::{Positions, book, positions};
use super::money::{Money, MoneyError};
use super::payment::{Dispute, Payment};
use super::refund::RefundKey;
use super::time::Timestamp;
use crate::fault::{Kind, Problem};

/// What an event leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write this, on condition that nobody has written since.
    Commit(Box<Commit>),
    /// There is nothing to write: the event was known already, or changes nothing.
    Nothing,
}

/// One change, to be written as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The checkout as it will be.
    pub checkout: Checkout,
    /// What goes to the payer's wallet with it.
    pub wallet_credit: Option<WalletCredit>,
}

/// Credit for a payer's wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletCredit {
    /// Whose.
    pub payer: PayerId,
    /// How much.
    pub amount: Money,
}

/// Decides what `event` changes in `checkout`, books it, and names what happened.
///
/// # Errors
/// The event came too early, or contradicts what is known.
pub fn decide(checkout: &Checkout, event: &Event, now: Timestamp) -> Result<Decision, Refused> {
    let state = checkout.next_state(event, now)?;
    if state == checkout.state {
        return Ok(Decision::Nothing);
    }
    let is_paid = matches!(state, State::Paid(_));
    let mut next = Checkout { state, version: checkout.version.saturating_add(1), ..checkout.clone() };
    if is_paid {
        next.offers.clear();
    }
    next.postings.extend(book(&books(checkout)?, &books(&next)?, now));
    let wallet_credit = wallet_credit(checkout, &next);
    Ok(Decision::Commit(Box::new(Commit { checkout: next, wallet_credit })))
}

fn books(checkout: &Checkout) -> Result<Positions, MoneyError> {
    checkout
        .payment()
        .map_or(Ok(Positions::new()), |payment| positions(checkout.content.amount, checkout.fee, payment))
}

/// What happened between two versions of a checkout (`before` is `None` when it is new): the names of the events on the
/// bus, `checkout.paid`, `cashback.held`.
pub fn changes(before: Option<&Checkout>, after: &Checkout) -> Vec<String> {
    let mut changes = Vec::new();
    if before.map(Checkout::status) != Some(after.status()) {
        changes.push(format!("checkout.{}", after.status()));
    }
    let old = before.and_then(Checkout::payment).map(|payment| &payment.cashback);
    match (old, after.payment().map(|payment| &payment.cashback)) {
        (Some(Cashback::Held(old)), Some(Cashback::Held(new))) if old.amount != new.amount => {
            changes.push("cashback.reduced".to_owned());
        }
        (old, Some(new)) if old.map(Cashback::name) != Some(new.name()) => {
            changes.push(format!("cashback.{}", new.name()));
        }
        (Some(_) | None, Some(_) | None) => {}
    }
    changes
}

fn wallet_credit(before: &Checkout, after: &Checkout) -> Option<WalletCredit> {
    let credited = |checkout: &Checkout| match &checkout.payment()?.cashback {
        Cashback::CreditedToWallet { amount, .. } => Some(*amount),
        Cashback::None { .. }
        | Cashback::Held(_)
        | Cashback::Frozen(_)
        | Cashback::Paying { .. }
        | Cashback::Credited { .. }
        | Cashback::Failed { .. }
        | Cashback::Reversed { .. } => None,
    };
    if credited(before).is_some() {
        return None;
    }
    Some(WalletCredit { payer: after.payer.clone()?, amount: credited(after)? })
}

/// What a merchant's request for a refund comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundRequest {
    /// Write it down, then ask Stripe.
    New(Event),
    /// It was asked before, with the same content.
    Known,
}

/// Decides whether a merchant may refund `amount` (all that is left, when it says none) under `reference`.
///
/// # Errors
/// Not paid, disputed, more than is left, or the reference was used for another amount.
pub fn request_refund(
    checkout: &Checkout,
    reference: &Reference,
    amount: Option<Money>,
) -> Result<RefundRequest, Problem> {
    let Some(payment) = checkout.payment() else {
        return Err(Problem::new(
            Kind::WrongState,
            format!("The checkout is {}, not paid.", checkout.status()),
        ));
    };
    let key = RefundKey::Requested(reference.clone());
    if let Some(known) = payment.refunds.get(&key) {
        return match amount {
            Some(other) if other != known.amount => {
                let detail = format!("The refund {reference} was asked for with {}.", known.amount);
                Err(Problem::new(Kind::ReferenceReused, detail)
                    .field("amount")
                    .next("Use a new reference for another refund, or send the same amount."))
            }
            Some(_) | None => Ok(RefundRequest::Known),
        };
    }
    if payment.dispute == Dispute::Open {
        return Err(Problem::new(
            Kind::WrongState,
            "The payment is disputed; Stripe refunds no disputed payment.",
        ));
    }
    let left = refundable(checkout, payment).map_err(|_| nothing_left())?;
    let amount = amount.unwrap_or(left);
    match amount.is_less_than(left) {
        Err(error) => Err(Problem::invalid("amount.currency", error.to_string())),
        Ok(_) if left.is_zero() => Err(nothing_left()),
        Ok(_) if amount.is_zero() => Err(Problem::invalid("amount", "The amount must be above zero.")),
        Ok(is_less) if is_less || amount == left => {
            Ok(RefundRequest::New(Event::RefundRequested { key, amount }))
        }
        Ok(_) => {
            let detail =
                format!("At most {left} can be refunded; the rest was refunded or paid back as cashback.");
            Err(Problem::invalid("amount", detail))
        }
    }
}

/// What the merchant can still refund: the payment, less refunds, less what the payer has of it as cashback.
fn refundable(checkout: &Checkout, payment: &Payment) -> Result<Money, MoneyError> {
    let left = payment.left_of(checkout.content.amount)?;
    payment.cashback.taken_from_charge().map_or(Ok(left), |taken| left.minus(taken))
}

fn nothing_left() -> Problem {
    Problem::new(Kind::WrongState, "Nothing is left to refund.")
}

#[cfg(test)]
mod tests;
