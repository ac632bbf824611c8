//! EventBridge on what the services share on the wire: begin with `service`.

mod put;
mod rules;
mod service;

pub use rules::DueRule;
pub use service::{BusEvent, EventBridge};
