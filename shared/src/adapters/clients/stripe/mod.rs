//! The one Stripe client: typed calls over `hyper`, to the address that the environment names, in the name of
//! a market's [platform](Platforms).
//!
//! Every mutation carries an idempotency key that is a function of what it means, so that repeating it is
//! safe (<https://docs.stripe.com/api/idempotent_requests>). Reads need none.

mod accounts;
mod balance;
mod events;
mod fees;
mod payments;
mod platforms;
mod refunds;
mod request;
mod sessions;
mod transfers;

pub use accounts::{NewAccount, OnboardingLink};
pub use balance::Funding;
pub use fees::NewFeeRefund;
pub use platforms::Platforms;
pub use refunds::NewRefund;
pub use request::{Refusal, Stripe, StripeError};
pub use sessions::{NewSession, Session};
pub use transfers::{Sent, Turn};
