//! When a payment on an account becomes available there.

use crate::methods::Method;
use crate::settlement;
use crate::state::Act;
use crate::table::Owner;

/// The country of an account that says none.
const USUAL_COUNTRY: &str = "SG";

/// When a payment that `owner` takes now becomes available. It counts as the account's first if there was
/// none.
pub(crate) fn available_on(act: &mut Act<'_>, owner: &Owner, method: Method) -> i64 {
    let now = act.now();
    let first =
        owner.account.is_some().then(|| *act.state.first_payments.entry(owner.clone()).or_insert(now));
    let account = act.state.account(owner).ok();
    let country = account.and_then(|account| account.profile.country.as_deref()).unwrap_or(USUAL_COUNTRY);
    settlement::available_on(country, method, now, first)
}
