//! What changes the state and its objects, when somebody asks or when its time comes: begin with `payment`.

pub(crate) mod adaptive;
pub(crate) mod connection;
pub(crate) mod day;
pub(crate) mod dispute;
mod due;
mod emit;
pub(crate) mod fee;
pub(crate) mod inquiry;
pub(crate) mod onboarding;
pub(crate) mod payment;
pub(crate) mod payout;
mod post;
pub(crate) mod refund;
pub(crate) mod session;
mod timing;
pub(crate) mod transfer;
