//! The API on the handle, where each operation reads its parameters and becomes a job: begin with `routes`.

mod accounts_v1;
mod accounts_v2;
mod answer;
mod application_fees;
mod auth;
mod balance;
mod balance_settings;
mod disputes;
mod events;
mod job;
mod list;
mod payments;
mod payouts;
mod refunds;
mod routes;
mod sessions;
mod transfers;

pub(crate) use answer::answer;
pub(crate) use routes::operation;
