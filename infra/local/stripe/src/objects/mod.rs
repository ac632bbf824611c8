//! Stripe's objects: what each remembers, how it looks in JSON and how it changes.

pub(crate) mod account;
pub(crate) mod account_v1;
pub(crate) mod account_v2;
pub(crate) mod charge;
pub(crate) mod dispute;
pub(crate) mod intent;
pub(crate) mod onboarding;
pub(crate) mod payment;
pub(crate) mod refund;
pub(crate) mod session;
pub(crate) mod transfer;
