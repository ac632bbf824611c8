//! From a state and an event to what is written: the one way in which a checkout changes.

use super::occupied::Occupied;
use crate::domain::books::ledger::{Positions, book, positions};
use crate::domain::books::settlement::Settlement;
use crate::domain::campaign::budget::BudgetChange;
use crate::domain::campaign::screening::Card;
use crate::domain::cashback::Cashback;
use crate::domain::cashback::refund::RefundKey;
use crate::domain::checkout::disputes::Dispute;
use crate::domain::checkout::payment::{Payment, REFUNDS_KEPT};
use crate::domain::checkout::{Checkout, Event, Insight, Refused, State};
use crate::domain::ids::Reference;
use crate::domain::money::{Money, MoneyError};
use crate::domain::payer::Payer;
use crate::domain::posting::fold;
use crate::domain::time::Timestamp;
use crate::fault::{Kind, Problem};

/// What an event leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write this, on condition that nobody has written since.
    Commit(Box<Commit>),
    /// There is nothing to write: the event was known already, or changes nothing.
    Nothing,
    /// It cannot be decided without what stands [around](Around) the checkout: read it, and ask again.
    Look,
}

/// What stands around a checkout and is written in the same transaction where it changes with it. Most
/// decisions need none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Who pays.
    pub payer: Option<Payer>,
    /// The card that paid.
    pub card: Option<Card>,
    /// What the platform and the merchant owe each other.
    pub settlement: Option<Settlement>,
}

/// One change, to be written as a whole or not at all. Each item that is named has its new version; the
/// condition is that the table has the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The checkout as it will be.
    pub checkout: Checkout,
    /// What is written with it.
    pub around: Around,
    /// What is taken from campaigns' budgets, or given back.
    pub budget: Vec<BudgetChange>,
}

/// What is written when `checkout` is created: the checkout, and what its offers and its credit occupy.
///
/// # Errors
/// Amounts of two currencies met.
pub fn create(checkout: Checkout, payer: Option<&Payer>) -> Result<Commit, MoneyError> {
    let (before, after) = (Occupied::default(), Occupied::of(&checkout)?);
    let payer = payer.filter(|_| !before.same_for_payer(&after)).map(|known| {
        let payer = before.payer_after(&after, known, &checkout, checkout.created_at);
        Payer { version: known.version.saturating_add(1), ..payer }
    });
    let budget = before.budget_changes(&after);
    Ok(Commit { checkout, around: Around { payer, ..Around::default() }, budget })
}

/// Decides what `event` changes in `checkout` and around it, and books it.
///
/// # Errors
/// The event came too early, or contradicts what is known.
pub fn decide(
    checkout: &Checkout,
    around: Option<&Around>,
    event: &Event,
    now: Timestamp,
) -> Result<Decision, Refused> {
    if around.is_none() && must_look(checkout, event, now) {
        return Ok(Decision::Look);
    }
    let around = around.cloned();
    let seen = around.as_ref().map(|around| see(checkout, around, event)).unwrap_or_default();
    let Some(next) = next(checkout, event, &seen.insight, now)? else { return Ok(Decision::Nothing) };
    let (before, after) = (Occupied::of(checkout)?, Occupied::of(&next)?);
    let settles = before.settlement_change(&after);
    let has_payer = checkout.payer.is_some();
    if around.is_none() && ((has_payer && !before.same_for_payer(&after)) || settles != 0) {
        return Ok(Decision::Look);
    }
    let around = around.unwrap_or_default();
    if around.payer.as_ref().is_some_and(|payer| before.was_used_since(&after, payer, checkout)) {
        return decide(&checkout.clone().with_lapsed_offers(), Some(&around), event, now);
    }
    if (has_payer && around.payer.is_none() && !before.same_for_payer(&after))
        || (settles != 0 && around.settlement.is_none())
    {
        return Err(Refused::Contradiction("what changes around the checkout was not read"));
    }
    let payer = around.payer.filter(|_| has_payer).map(|known| {
        let mut payer = before.payer_after(&after, &known, checkout, now);
        if let Some(card) = &seen.card {
            payer.paid_with(&card.id);
        }
        (known, payer)
    });
    let paid_at = next.payment().map_or(now, |payment| payment.charge.paid_at);
    Ok(Decision::Commit(Box::new(Commit {
        checkout: next,
        around: Around {
            payer: payer
                .filter(|(known, payer)| known != payer)
                .map(|(known, payer)| Payer { version: known.version.saturating_add(1), ..payer }),
            card: seen
                .card
                .filter(|card| around.card.as_ref() != Some(card))
                .map(|card| Card { version: card.version.saturating_add(1), ..card }),
            settlement: around
                .settlement
                .filter(|_| settles != 0)
                .map(|known| known.with(settles, paid_at, now)),
        },
        budget: before.budget_changes(&after),
    })))
}

/// The checkout after `event`; `None` if it changes nothing.
fn next(
    checkout: &Checkout,
    event: &Event,
    insight: &Insight,
    now: Timestamp,
) -> Result<Option<Checkout>, Refused> {
    let state = checkout.next_state(event, insight, now)?;
    let mut next = Checkout { version: checkout.version.saturating_add(1), ..checkout.clone() };
    match (event, &state) {
        (Event::SessionOpened { session }, State::Open) if checkout.session.is_none() => {
            next.session = Some(session.clone());
            return Ok(Some(next));
        }
        _ if state == checkout.state => return Ok(None),
        (Event::PageRefused, _) => return Ok(Some(next.refused())),
        (_, State::Paid(_)) => next.offers.clear(),
        // What was promised out of a budget or a cap has gone back there with the page.
        (_, State::Expired) => next = next.with_lapsed_offers(),
        // A payment that was told failed may arrive after all: then it earns what it was promised.
        (_, State::Open | State::Failed) => {}
    }
    next.state = state;
    let mut next = next.with_funding_noted(now)?;
    let folded = fold(&mut next.postings, &checkout.country.time_zone(), now);
    next.folded = next.folded.saturating_add(folded);
    next.postings.extend(book(&books(checkout)?, &books(&next)?, now));
    Ok(Some(next))
}

/// Whether what stands around the checkout decides what `event` means.
fn must_look(checkout: &Checkout, event: &Event, now: Timestamp) -> bool {
    match (event, &checkout.state) {
        (Event::Paid { .. }, State::Open | State::Expired | State::Failed) => !checkout.screening.is_off(),
        (Event::CashbackMatured, State::Paid(payment)) => {
            checkout.payer.is_some()
                && matches!(&payment.cashback, Cashback::Held(_))
                && payment.cashback.due_at().is_some_and(|due| due <= now)
        }
        _ => false,
    }
}

#[derive(Default)]
struct Seen {
    insight: Insight,
    card: Option<Card>,
}

/// What `around` says about `event`.
fn see(checkout: &Checkout, around: &Around, event: &Event) -> Seen {
    let payer_owes = around.payer.as_ref().is_some_and(|payer| payer.debt_minor > 0);
    let Event::Paid { .. } = event else {
        return Seen { insight: Insight { payer_owes, ..Insight::default() }, card: None };
    };
    if checkout.screening.is_off() {
        return Seen::default();
    }
    let card = around
        .card
        .as_ref()
        .map(|card| card.paid_by(checkout.payer.as_ref(), &checkout.merchant, checkout.insider));
    let payer = around.payer.clone().map(|mut payer| {
        if let Some(card) = &card {
            payer.paid_with(&card.id);
        }
        payer
    });
    let day = checkout.created_at.day_in(&checkout.country.time_zone());
    let own_merchant = card.as_ref().is_some_and(|card| card.insider_of.contains(&checkout.merchant));
    let suspicion = checkout.screening.suspects(payer.as_ref(), card.as_ref(), day);
    Seen { insight: Insight { own_merchant, suspicion, payer_owes }, card }
}

fn books(checkout: &Checkout) -> Result<Positions, MoneyError> {
    checkout.payment().map_or(Ok(Positions::new()), |payment| positions(checkout, payment))
}

/// What happened between two versions of a checkout (`before` is `None` when it is new): the names of the
/// events on the bus, `checkout.paid`, `cashback.held`.
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
        // An attempt that meets an empty balance and is made again is nobody's news.
        (Some(Cashback::Paying { .. }), Some(Cashback::Held(_))) => {}
        (Some(Cashback::Held(waiting)), Some(Cashback::Paying { .. })) if waiting.refusals > 0 => {}
        (old, Some(new)) if old.map(Cashback::name) != Some(new.name()) => {
            changes.push(format!("cashback.{}", new.name()));
        }
        (Some(_) | None, Some(_) | None) => {}
    }
    changes
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
/// Not paid, disputed, too many refunds already, more than is left, or the reference was used for another
/// amount.
pub fn request_refund(
    checkout: &Checkout,
    reference: &Reference,
    amount: Option<Money>,
) -> Result<RefundRequest, Problem> {
    let Some(payment) = checkout.payment() else {
        let detail = format!("The checkout is {}, not paid.", checkout.status());
        return Err(Problem::new(Kind::WrongState, detail)
            .next("Refund it once it is paid; an open one can be expired."));
    };
    let key = RefundKey::Requested(reference.clone());
    if let Some(known) = payment.refunds.get(&key) {
        let asked = known.asked_minor();
        return match amount {
            Some(other) if other.minor() != asked || other.currency() != known.amount.currency() => {
                let asked = Money::from_minor(asked, known.amount.currency()).unwrap_or(known.amount);
                let detail = format!("The refund {reference} was asked for with {asked}.");
                Err(Problem::new(Kind::ReferenceReused, detail)
                    .field("amount")
                    .next("Use a new reference for another refund, or send the same amount."))
            }
            Some(_) | None => Ok(RefundRequest::Known),
        };
    }
    if payment.disputes.standing() == Dispute::Open {
        let detail = "The payment is disputed; Stripe refunds no disputed payment.";
        return Err(Problem::new(Kind::WrongState, detail).next("Answer the dispute in Stripe's dashboard."));
    }
    if payment.is_full_of_refunds() {
        let detail = format!("The payment has {REFUNDS_KEPT} refunds; no more can be asked for here.");
        return Err(Problem::new(Kind::WrongState, detail)
            .field("reference")
            .next("Make what is left to refund one refund, in Stripe's dashboard."));
    }
    let left = refundable(checkout, payment).map_err(|_| nothing_left())?;
    let amount = amount.unwrap_or(left);
    match amount.is_less_than(left) {
        Err(error) => Err(Problem::unfit("amount.currency", &error)),
        Ok(_) if left.is_zero() => Err(nothing_left()),
        Ok(_) if amount.is_zero() => {
            Err(Problem::invalid("amount", "The amount is zero.", "Write an amount above zero."))
        }
        Ok(is_less) if is_less || amount == left => {
            Ok(RefundRequest::New(Event::RefundRequested { key, amount }))
        }
        Ok(_) => {
            let was_refunded = payment.refunds.values().any(|refund| refund.state.counts());
            let ways = [
                (was_refunded, "refunded"),
                (payment.cashback.taken_from_charge().is_some(), "paid as cashback"),
                (payment.disputes.lost_minor() > 0, "taken back by the payer's bank"),
            ];
            let ways: Vec<&str> = ways.iter().filter(|(is_so, _)| *is_so).map(|(_, way)| *way).collect();
            let why = if ways.is_empty() || left == checkout.content.amount {
                "that is what was paid".to_owned()
            } else {
                format!("the rest was {}", ways.join(", or "))
            };
            let detail = format!("At most {left} can be refunded: {why}.");
            let next = "Send a smaller amount, or leave it out for all that is left.";
            Err(Problem::invalid("amount", detail, next))
        }
    }
}

/// What the merchant can still refund: of what was charged, and of the credit beside it.
fn refundable(checkout: &Checkout, payment: &Payment) -> Result<Money, MoneyError> {
    let credit = checkout.wallet_spent_minor().saturating_sub(payment.claimed_of_wallet_minor());
    let refundable = payment.refundable(checkout.charged()?)?;
    // What the payer has already cannot be given back once more.
    let none = Money::zero(refundable.price.currency());
    let price = if refundable.price == refundable.cashback { none } else { refundable.price };
    price.plus(Money::from_minor(credit, price.currency())?)
}

fn nothing_left() -> Problem {
    Problem::new(Kind::WrongState, "Nothing is left to refund.")
        .next("Read the checkout: its `refunds` and `cashback` say what the payer has back.")
}
