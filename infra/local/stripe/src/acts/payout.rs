//! Automatic payouts: what an account can spend goes to its bank, but for the minimum it keeps.

use crate::balance::MovementKind;
use crate::objects::account::Account;
use crate::objects::payout::{Payout, Status};
use crate::settlement;
use crate::state::{Act, Change};
use crate::table::Owner;

/// What would go to the bank of `owner` now, by currency.
pub(crate) fn due(act: &Act<'_>, owner: &Owner) -> Vec<(String, i64)> {
    let settings = act.state.balance_settings.get(owner).cloned().unwrap_or_default();
    if settings.manual || !act.state.account(owner).is_ok_and(Account::pays_out) {
        return Vec::new();
    }
    let above = |currency: String| {
        let least = settings.minimum.get(&currency).copied().unwrap_or(0).max(0);
        let amount = act.state.books.available(owner, &currency).saturating_sub(least);
        (currency, amount)
    };
    let currencies = act.state.books.currencies(owner).into_iter();
    currencies.map(above).filter(|(_, amount)| *amount > 0).collect()
}

/// Pays out what is due. It arrives on the next business day.
pub(crate) fn create(act: &mut Act<'_>, owner: &Owner) {
    for (currency, amount) in due(act, owner) {
        let id = act.state.ids.next("po");
        let mut covers = act.state.books.cover(owner, &currency);
        let transaction = act.post(owner, MovementKind::Payout, (-amount, 0), &currency, &id);
        covers.extend(act.state.books.cover(owner, &currency));
        let payout = Payout {
            id: id.clone(),
            created: act.now(),
            amount,
            currency,
            arrival_date: settlement::next_business_day(act.now()),
            status: Status::InTransit,
            balance_transaction: transaction,
            covers,
        };
        act.state.changes.plan(payout.arrival_date * 1000, Change::PayoutArrives(id.clone()));
        act.state.payouts.insert(owner.clone(), &id, payout);
        act.emit(owner, "payout.created", act.state.render(&id).unwrap_or_default());
    }
}

/// The bank has the money.
pub(crate) fn arrive(act: &mut Act<'_>, id: &str) {
    let Some(payout) = act.state.payouts.find_mut(id) else { return };
    payout.status = Status::Paid;
    let owner = act.state.payouts.owner_of(id);
    act.emit(&owner, "payout.paid", act.state.render(id).unwrap_or_default());
}
