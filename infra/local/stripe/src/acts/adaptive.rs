//! Adaptive Pricing: a payer pays in their own currency.

use super::payment::{self, Course, Outcome};
use crate::error::Error;
use crate::methods::PayWith;
use crate::money::is_currency;
use crate::objects::presentment::Presentment;
use crate::objects::session::Session;
use crate::state::Act;

/// Pays an open session in another currency than its own, with a method that takes that currency and that the
/// session offers.
pub(crate) fn pay(
    act: &mut Act<'_>,
    id: &str,
    with: &PayWith,
    presentment: Presentment,
) -> Result<Outcome, Error> {
    let (_, session) = act.state.sessions.find(id).ok_or_else(|| Error::missing("checkout.session", id))?;
    check(session, with, &presentment)?;
    show(act, id, Some(presentment));
    let outcome = payment::pay(act, id, with, Course::AtOnce);
    if !matches!(outcome, Ok(Outcome::Complete)) {
        show(act, id, None);
    }
    outcome
}

fn check(session: &Session, with: &PayWith, presentment: &Presentment) -> Result<(), Error> {
    let currency = &presentment.currency;
    if !session.adaptive {
        return Err(Error::invalid("Adaptive Pricing is not enabled for this Checkout Session."));
    }
    if !is_currency(currency) || *currency == session.order.currency || presentment.amount < 1 {
        return Err(Error::invalid(format!("Invalid currency: {currency}.")));
    }
    if !with.method().takes(currency) {
        let message = format!("{} cannot be used in {currency}.", with.method().label());
        return Err(Error::invalid(message));
    }
    Ok(())
}

fn show(act: &mut Act<'_>, id: &str, presentment: Option<Presentment>) {
    if let Some(session) = act.state.sessions.find_mut(id) {
        session.presentment = presentment;
    }
}
