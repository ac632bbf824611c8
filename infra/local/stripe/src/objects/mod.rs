//! Stripe's objects, which know nothing of the state that holds them: what each remembers and how it looks in
//! JSON.

pub(crate) mod account;
pub(crate) mod account_v1;
pub(crate) mod account_v2;
pub(crate) mod application_fee;
pub(crate) mod balance_settings;
pub(crate) mod charge;
pub(crate) mod dispute;
pub(crate) mod intent;
pub(crate) mod payout;
pub(crate) mod presentment;
pub(crate) mod refund;
pub(crate) mod session;
pub(crate) mod transfer;
