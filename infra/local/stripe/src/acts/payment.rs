//! Paying: from an open session to a charge, at once or after a while.

use serde_json::Value;

use super::{dispute, fee, timing};
use crate::balance::MovementKind;
use crate::config::EventOrder;
use crate::error::Error;
use crate::methods::{Behaviour, Card, PayWith};
use crate::objects::account::Configuration;
use crate::objects::charge::{self, Charge};
use crate::objects::intent::{self, Intent};
use crate::objects::session::{self, Session};
use crate::state::{Act, Change};

/// How long a payment that takes a while takes.
const SLOW_SECONDS: i64 = 600;
/// How long a card's authorization can be captured.
const AUTHORIZED_SECONDS: i64 = 7 * 24 * 3600;

/// When a payment's result is known, and which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// At once; a card decides for itself whether it works.
    AtOnce,
    /// Ten minutes later it works.
    LaterSucceeds,
    /// Ten minutes later it turns out not to.
    LaterFails,
}

/// What a payer sees after pressing the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The session is complete, paid or with the payment under way.
    Complete,
    /// The card was declined; the session stays open.
    Declined,
}

/// Pays an open session.
pub(crate) fn pay(act: &mut Act<'_>, id: &str, with: &PayWith, course: Course) -> Result<Outcome, Error> {
    let session = payable(act, id)?;
    let method = with.method();
    if !session.methods.contains(&method) {
        return Err(Error::invalid(format!("{} is not offered by this Checkout Session.", method.label())));
    }
    if !act.state.account(&session.account)?.can(Configuration::Merchant, method.capability()) {
        return Err(Error::invalid(format!("This business cannot take {} payments now.", method.label())));
    }
    let card = match with {
        PayWith::Card { number } => Some(Card::new(number)),
        PayWith::Decline => Some(Card::declined()),
        PayWith::Link | PayWith::Paynow | PayWith::Upi | PayWith::Pix => None,
    };
    if card.as_ref().is_some_and(|card| !card.is_plausible()) {
        return Err(Error::card("Your card number is incorrect.").coded("incorrect_number"));
    }
    act.owner.clone_from(&session.account);
    let mut news = News::default();
    let intent = open_intent(act, &session, &mut news);
    let declined = card.as_ref().is_some_and(|card| card.behaviour == Behaviour::Declined);
    let charge = attempt(act, &session, &intent, with, card);
    match course {
        Course::AtOnce if declined => {
            fail(act, &charge, &mut news);
            news.publish(act);
            return Ok(Outcome::Declined);
        }
        Course::AtOnce if session.order.intent_data.capture_manually => {
            authorize(act, &charge, &mut news);
            complete_session(act, id, false, &mut news);
        }
        Course::AtOnce => {
            succeed(act, &charge, &mut news);
            complete_session(act, id, true, &mut news);
        }
        Course::LaterSucceeds | Course::LaterFails => {
            if let Some(intent) = act.state.intents.find_mut(&intent) {
                intent.status = intent::Status::Processing;
                intent.will_succeed = course == Course::LaterSucceeds;
            }
            act.plan(SLOW_SECONDS, Change::SettlePayment(charge.clone()));
            news.note(act, "charge.pending", &charge);
            news.note(act, "payment_intent.processing", &intent);
            complete_session(act, id, false, &mut news);
        }
    }
    news.publish(act);
    dispute_if_card_says_so(act, &charge);
    Ok(Outcome::Complete)
}

/// Ends a payment that took a while.
pub(crate) fn settle(act: &mut Act<'_>, charge_id: &str) {
    let Some((owner, charge)) = act.state.charges.find(charge_id) else { return };
    act.owner.clone_from(owner);
    let Some((_, intent)) = act.state.intents.find(&charge.intent) else { return };
    let (session, will_succeed) = (intent.session.clone(), intent.will_succeed);
    let mut news = News::default();
    if will_succeed {
        succeed(act, charge_id, &mut news);
        if let Some(session) = act.state.sessions.find_mut(&session) {
            session.paid = true;
        }
        news.note(act, "checkout.session.async_payment_succeeded", &session);
    } else {
        fail(act, charge_id, &mut news);
        news.note(act, "checkout.session.async_payment_failed", &session);
    }
    news.publish(act);
    dispute_if_card_says_so(act, charge_id);
}

/// The money of a payment that was told failed arrives after all.
pub(crate) fn arrive(act: &mut Act<'_>, session: &str) -> Result<(), Error> {
    let found =
        act.state.sessions.find(session).ok_or_else(|| Error::missing("checkout.session", session))?;
    let intent = found.1.intent.clone();
    let intent = intent.as_ref().and_then(|intent| act.state.intents.find_mut(intent));
    let charge = intent.and_then(|intent| {
        intent.will_succeed = true;
        intent.latest_charge.clone()
    });
    match charge
        .filter(|id| act.state.charges.find(id).is_some_and(|(_, one)| one.status == charge::Status::Failed))
    {
        Some(charge) => {
            settle(act, &charge);
            Ok(())
        }
        None => Err(Error::invalid("No payment of this Checkout Session has failed.")),
    }
}

fn payable(act: &Act<'_>, id: &str) -> Result<Session, Error> {
    let (_, session) = act.state.sessions.find(id).ok_or_else(|| Error::missing("checkout.session", id))?;
    match session.status {
        session::Status::Open => Ok(session.clone()),
        session::Status::Complete => Err(Error::invalid("This Checkout Session is complete.")),
        session::Status::Expired => Err(Error::invalid("This Checkout Session has expired.")),
    }
}

/// The session's payment intent: the one of an earlier, declined attempt, or a new one.
fn open_intent(act: &mut Act<'_>, session: &Session, news: &mut News) -> String {
    if let Some(intent) = &session.intent {
        return intent.clone();
    }
    let id = act.state.ids.next("pi");
    let intent = Intent {
        id: id.clone(),
        session: session.id.clone(),
        created: act.now(),
        amount: session.order.amount,
        currency: session.order.currency.clone(),
        status: intent::Status::RequiresPaymentMethod,
        will_succeed: false,
        latest_charge: None,
        methods: session.methods.clone(),
        data: session.order.intent_data.clone(),
    };
    act.state.intents.insert(session.account.clone(), &id, intent);
    if let Some(session) = act.state.sessions.find_mut(&session.id) {
        session.intent = Some(id.clone());
    }
    news.note(act, "payment_intent.created", &id);
    id
}

fn attempt(act: &mut Act<'_>, session: &Session, intent: &str, with: &PayWith, card: Option<Card>) -> String {
    let id = act.state.ids.next("ch");
    let charge = Charge {
        id: id.clone(),
        intent: intent.to_owned(),
        created: act.now(),
        amount: session.order.amount,
        amount_refunded: 0,
        currency: session.order.currency.clone(),
        status: charge::Status::Pending,
        captured: false,
        method: with.method(),
        card,
        email: session.order.customer_email.clone(),
        data: session.order.intent_data.clone(),
        presentment: session.presentment.clone(),
        application_fee: None,
        balance_transaction: None,
        disputed: false,
        charged_back: 0,
    };
    act.state.charges.insert(session.account.clone(), &id, charge);
    if let Some(intent) = act.state.intents.find_mut(intent) {
        intent.latest_charge = Some(id.clone());
    }
    id
}

/// The bank sets the money aside. Until it is captured nothing moves, and after a week it lapses
/// (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).
fn authorize(act: &mut Act<'_>, id: &str, news: &mut News) {
    let Some(charge) = act.state.charges.find_mut(id) else { return };
    charge.status = charge::Status::Succeeded;
    let intent = charge.intent.clone();
    if let Some(intent) = act.state.intents.find_mut(&intent) {
        intent.status = intent::Status::RequiresCapture;
    }
    act.plan(AUTHORIZED_SECONDS, Change::LapseAuthorization(id.to_owned()));
    news.note(act, "charge.succeeded", id);
    news.note(act, "payment_intent.amount_capturable_updated", &intent);
}

/// Captures what a payment intent has authorized: the money moves.
pub(crate) fn capture(act: &mut Act<'_>, intent: &str) -> Result<(), Error> {
    let charge = authorized(act, intent, "captured")?;
    act.state.changes.cancel(&Change::LapseAuthorization(charge.clone()));
    let mut news = News::default();
    succeed(act, &charge, &mut news);
    news.0.retain(|(kind, _)| *kind != "charge.succeeded");
    news.note(act, "charge.captured", &charge);
    news.publish(act);
    Ok(())
}

/// Lets go of what a payment intent has authorized.
pub(crate) fn cancel(act: &mut Act<'_>, intent: &str) -> Result<(), Error> {
    let charge = authorized(act, intent, "canceled")?;
    act.state.changes.cancel(&Change::LapseAuthorization(charge.clone()));
    release(act, &charge, "charge.refunded");
    Ok(())
}

/// Lets go of what nobody captured in time.
pub(crate) fn lapse(act: &mut Act<'_>, charge: &str) {
    act.owner = act.state.charges.owner_of(charge);
    release(act, charge, "charge.expired");
}

/// The charge that `intent` has authorized.
fn authorized(act: &Act<'_>, intent: &str, what: &str) -> Result<String, Error> {
    let known = act.state.intents.get(&act.owner, intent)?;
    match (known.status, &known.latest_charge) {
        (intent::Status::RequiresCapture, Some(charge)) => Ok(charge.clone()),
        _ => {
            let message = format!(
                "This PaymentIntent could not be {what} because it does not have a status of requires_capture."
            );
            Err(Error::invalid(message).coded("payment_intent_unexpected_state"))
        }
    }
}

/// Ends an authorization: the charge counts as refunded in full, though nothing has moved.
fn release(act: &mut Act<'_>, id: &str, kind: &'static str) {
    let Some(charge) = act.state.charges.find_mut(id) else { return };
    charge.amount_refunded = charge.amount;
    let intent = charge.intent.clone();
    if let Some(intent) = act.state.intents.find_mut(&intent) {
        intent.status = intent::Status::Canceled;
    }
    let mut news = News::default();
    news.note(act, kind, id);
    news.note(act, "payment_intent.canceled", &intent);
    news.publish(act);
}

/// The money arrives: on the account, less the application fee, which arrives on the platform.
fn succeed(act: &mut Act<'_>, id: &str, news: &mut News) {
    let Some((owner, charge)) = act.state.charges.find(id).cloned() else { return };
    let fee = charge.data.application_fee_amount.unwrap_or(0);
    let on = timing::available_on(act, &owner, charge.method);
    let movement = (charge.amount, fee);
    let transaction = act.post_pending(&owner, MovementKind::Charge, movement, &charge.currency, id, on);
    let application_fee = fee::earn(act, &owner, &charge, fee, on);
    if let Some(charge) = act.state.charges.find_mut(id) {
        charge.status = charge::Status::Succeeded;
        charge.captured = true;
        charge.balance_transaction = Some(transaction);
        charge.application_fee = application_fee;
    }
    if let Some(intent) = act.state.intents.find_mut(&charge.intent) {
        intent.status = intent::Status::Succeeded;
    }
    news.note(act, "charge.succeeded", id);
    news.note(act, "payment_intent.succeeded", &charge.intent);
}

fn fail(act: &mut Act<'_>, id: &str, news: &mut News) {
    let Some(charge) = act.state.charges.find_mut(id) else { return };
    charge.status = charge::Status::Failed;
    let intent = charge.intent.clone();
    if let Some(intent) = act.state.intents.find_mut(&intent) {
        intent.status = intent::Status::RequiresPaymentMethod;
    }
    news.note(act, "payment_intent.payment_failed", &intent);
    news.note(act, "charge.failed", id);
}

fn complete_session(act: &mut Act<'_>, id: &str, paid: bool, news: &mut News) {
    if let Some(session) = act.state.sessions.find_mut(id) {
        session.status = session::Status::Complete;
        session.paid = paid;
    }
    act.state.changes.cancel(&Change::ExpireSession(id.to_owned()));
    news.note(act, "checkout.session.completed", id);
}

fn dispute_if_card_says_so(act: &mut Act<'_>, charge: &str) {
    let disputed = act.state.charges.find(charge).is_some_and(|(_, charge)| {
        charge.status == charge::Status::Succeeded && charge.behaviour() == Some(Behaviour::Disputed)
    });
    if disputed {
        // A charge that has just succeeded can always be disputed.
        let _ = dispute::open(act, charge);
    }
}

/// What happened, each with a snapshot of that moment, published together.
#[derive(Debug, Default)]
struct News(Vec<(&'static str, Value)>);

impl News {
    fn note(&mut self, act: &Act<'_>, kind: &'static str, id: &str) {
        self.0.push((kind, act.state.render(id).unwrap_or_default()));
    }

    fn publish(mut self, act: &mut Act<'_>) {
        if act.state.event_order == EventOrder::CompletedFirst {
            self.0.sort_by_key(|(kind, _)| *kind != "checkout.session.completed");
        }
        let owner = act.owner.clone();
        for (kind, object) in self.0 {
            act.emit(&owner, kind, object);
        }
    }
}
