//! SQS on what the services share on the wire: begin with `service`.

mod api;
mod batch;
mod message;
mod queue;
mod refusals;
mod send;
mod service;
mod url;

pub use message::{Message, MessageAttribute};
pub use queue::{QueueSpec, Redrive};
pub use service::{Sqs, queue_arn};
