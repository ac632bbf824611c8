//! EventBridge Scheduler on what the services share on the wire: begin with `service`.

mod api;
mod definition;
mod due;
mod key;
mod schedule;
mod service;

pub use due::{DueSchedule, ScheduleSummary, Undelivered};
pub use service::Scheduler;
