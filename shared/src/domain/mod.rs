//! The rules, pure: state and event in, decision out. Time is an argument.
//!
//! # Rooms
//!
//! Lowest floor first: a room may use those that stand before it here, and `.ci/rooms.py` checks that. Each
//! room's door says where to begin.
//!
//! 1. *The ground*, which every room may use: [`money`], [`time`], [`ids`], `unsaid`, [`percent`], `tagged`
//!    and [`text`].
//! 2. [`posting`]: double entry, and the chart of accounts.
//! 3. [`promise`]: what a payer was told.
//! 4. [`market`]: countries, currencies, ways to pay.
//! 5. [`payer`]: what a payer has used, has and owes.
//! 6. [`cashback`]: one cashback, from promise to payout.
//! 7. [`campaign`]: who gets how much back, and for what.
//! 8. [`merchant`]: a business, and its keys.
//! 9. [`checkout`]: one payment.
//! 10. [`stripe`]: what Stripe says, in our words.
//! 11. [`books`]: what finance reads.
//! 12. [`decision`]: everything that one event changes.
//!
//! `examples` and `stored` are for tests only.
//!
//! # Glossary
//!
//! **A promise**
//!
//! * *Tender*: a way to pay, as finely as a campaign can tell. A card is known to be credit or debit only
//!   once it has paid.
//! * *Offer*: what a checkout says about one tender when it is created, and keeps ever after: the terms of
//!   a promise, or the rule that said no.
//! * *Terms*: the promise of an offer: how much, within how many hours, and what a refund does to it.
//! * *Share*: what one campaign gives of a promise, and which part of that the platform pays.
//! * *Least*: what must be left of a payment after refunds for its reward to stay.
//!
//! **Limits**
//!
//! * *Hold*: what a promise uses of a campaign's limits, from the creation of the checkout. (A *held*
//!   cashback is another thing: one that was promised and waits for its time.)
//! * *Slot*: the name of one part of a budget: the campaign, the number of the part, and the day or the
//!   whole campaign.
//! * *Pot*: what a slot still holds: payments and minor units.
//! * *Shard*: the number of a part, of a budget or of the due index. Parts keep many writers off one item.
//! * *Window*: a day, week, month or campaign in which a payer's cap counts. *Use* is what the payer has
//!   had in each.
//! * *Visit*: a payment that a payer began at a merchant and that did not expire or fail.
//!
//! **A change**
//!
//! * *Occupied*: what a checkout takes up outside its own item: parts of budgets, its payer's caps and
//!   wallet, its merchant's settlement. It follows from the checkout's state, so the difference between two
//!   states is what to write.
//! * *Around*: the items beside a checkout that change in the same transaction: payer, card, settlement.
//! * *Insight*: what was seen around a checkout that helps to decide an event: the payer owes cashback, the
//!   payment looks suspicious, or the payer belongs to the shop.
//! * *Commit*: one change, written as a whole or not at all.
//!
//! **Time and Stripe**
//!
//! * *Bucket*: five minutes of release times. They share one schedule.
//! * *Due*: the time at which an item must be looked at next. The due index lists such items, and the sweep
//!   finds there what a schedule missed.
//! * *Attempt*: a number in the key of a request to Stripe. It rises only after an answer known to be
//!   negative.
//! * *Rest*: what refunds and lost disputes leave of a payment. *Standing* adds whether a dispute is open,
//!   and whether a wallet can take what does not arrive.
//! * *Cover*: the merchant's part of a promise, taken with the application fee and given back when it is due.
//! * *Funding*: the platform's part of it, transferred to the merchant. Where it belongs follows from the
//!   state.
//!
//! **Money owed**
//!
//! * *Lot*: wallet credit that was given at one time and expires at one time.
//! * *Settlement*: what the platform and a merchant owe each other for wallet credit.
//! * *Position*: how much the books show between two accounts. A *posting* is the difference between two
//!   positions.
//! * *Scope*: whose sums a row of the books holds: a market, a merchant, a payer or a campaign.

pub mod books;
pub mod campaign;
pub mod cashback;
pub mod checkout;
pub mod decision;
#[cfg(test)]
mod examples;
pub mod ids;
pub mod market;
pub mod merchant;
pub mod money;
mod pause;
pub mod payer;
pub mod percent;
pub mod posting;
pub mod promise;
#[cfg(test)]
mod stored;
pub mod stripe;
mod tagged;
pub mod text;
pub mod time;
mod unsaid;
