//! A stateful stand-in for Stripe on loopback.
//!
//! It speaks API version `2026-10-28.endive` well enough that Stripe's own SDKs use it as their server: one
//! or several platforms, accounts and account links of API v2, Checkout Sessions and everything that follows
//! from paying one, idempotency keys, events and signed webhooks, and the pages on which a merchant onboards
//! and a payer pays. It knows nothing of the code that is tested against it. Ids come from a counter and time
//! only from the [`local_wire::Clock`], so a run repeats exactly.
//!
//! # Known differences from Stripe
//! - Stripe's own processing and dispute fees are zero. An application fee is the `fee` of the charge's
//!   balance transaction.
//! - Money that comes in is pending for some business days, by the account's country and the rail; those are
//!   UTC days without public holidays, some of them assumptions (see `settlement`). Payouts are automatic and
//!   daily, or there are none; they always arrive, on the next business day. A negative balance is not
//!   debited.
//! - Disputes and restrictions come when a test says so (or a dispute with card 4000 0000 0000 0259), and end
//!   the same way. PayNow payments cannot be disputed. What no dispute holds of a charge can be refunded.
//! - API v2 accepts any merchant capability whose name ends in `_payments`, `upi_payments` and `pix_payments`
//!   among them, in any country, and shows `requested` beside `status`. Errors of API v2 have the shape of
//!   API v1; its JSON scalars may come as strings.
//! - `Stripe-Version` is echoed and has no effect. `expand` on a property that cannot be expanded is noticed
//!   only after the request was carried out.
//! - Charges of every method are `ch_…` with balance transactions of type `charge`. What of an application
//!   fee goes back with a refund is part of the refund's balance transaction on the connected account, what
//!   is given back by itself is one of type `application_fee_refund`.
//! - The wording of what is refused across borders is an assumption (see `regions`), and so is the code of an
//!   application fee.
//! - A transfer's `destination_payment` can be retrieved on the destination and is in no list of charges. The
//!   reversal of a transfer is a refund of it there, with the events of any refund.
//! - What is authorized is captured or canceled in full, by its PaymentIntent; a refund does not release it.
//! - A payout covers all that has become available since the last one, also where a minimum balance stays.
//! - With Adaptive Pricing a payer can use what the session offers anyway, in another currency; the methods
//!   of that currency do not come on top. Nothing is converted: a host says what the page asked for.
//! - The amount limits are 0.50 and 999,999.99 in every currency's minor units.
//! - Of Stripe's limits there is that of requests a second for each endpoint, which counts all accounts
//!   together and is off until [`Stripe::limit_rates`] says otherwise.
//! - Keys, events and objects live in memory. Events are kept for thirty days, v2 idempotency keys too, v1
//!   keys for 24 hours, objects for ever.

// Stripe's larger objects are one `json!` each.
#![recursion_limit = "256"]

mod acts;
mod agenda;
mod allocation;
mod api;
mod balance;
mod banking;
mod config;
mod connecting;
mod delivery;
mod disputing;
mod error;
mod events;
mod expand;
mod faults;
mod form;
mod idempotency;
mod ids;
mod methods;
mod money;
mod objects;
mod pages;
mod params;
mod rates;
mod regions;
mod router;
mod settlement;
mod state;
mod stripe;
mod table;
mod webhooks;

pub use allocation::ReadAllocation;
pub use balance::{Movement, MovementKind};
pub use config::{Config, Endpoint, EventOrder, Platform, Scope};
pub use delivery::Attempt;
pub use error::Error;
pub use faults::PEER;
pub use methods::PayWith;
pub use stripe::Stripe;
