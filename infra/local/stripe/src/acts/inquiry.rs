//! Inquiries: a payer's bank asks about a charge before it takes anything
//! (<https://docs.stripe.com/disputes/how-disputes-work>).

use super::dispute;
use crate::error::Error;
use crate::objects::dispute::Status;
use crate::state::Act;

/// Opens an inquiry about a whole charge. Whether Stripe calls such a charge `disputed` is not documented;
/// here it does.
pub(crate) fn open(act: &mut Act<'_>, charge: &str) -> Result<String, Error> {
    let (owner, charge) = dispute::disputable(act, charge)?;
    let id = dispute::add(act, &owner, &charge, charge.amount, Status::WarningNeedsResponse);
    dispute::tell(act, &id, "charge.dispute.created");
    Ok(id)
}

/// Makes an open inquiry a dispute.
pub(crate) fn escalate(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    check_open(act, id)?;
    dispute::withdraw(act, id)
}

/// The bank asks no more.
pub(crate) fn close(act: &mut Act<'_>, id: &str) -> Result<(), Error> {
    check_open(act, id)?;
    let before = act.state.render(id);
    dispute::set_status(act, id, Status::WarningClosed);
    let (owner, after) = (dispute::owner_of(act, id), act.state.render(id).unwrap_or_default());
    act.emit_change(&owner, "charge.dispute.closed", after, before.as_ref());
    Ok(())
}

fn check_open(act: &Act<'_>, id: &str) -> Result<(), Error> {
    if dispute::find(act, id)?.status == Status::WarningNeedsResponse {
        return Ok(());
    }
    Err(Error::invalid(format!("Dispute {id} is not an open inquiry.")))
}
