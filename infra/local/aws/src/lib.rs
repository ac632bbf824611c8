//! The AWS services the system uses, on loopback, spoken to by the genuine SDK clients: [SQS](sqs),
//! [EventBridge Scheduler](scheduler), the [EventBridge bus and its rules](eventbridge) and
//! [DynamoDB](dynamodb).
//!
//! Each service is a cheap handle on shared state with two faces: a `router()` that answers the SDK, and
//! methods by which the engine that plays AWS in the same process asks what is due *now* and says how it
//! went. Time comes from [`local_wire::Clock`] alone: nothing here sleeps or runs in the background. Any
//! signature is accepted, and every HTTP request is recorded in [`local_wire::Calls`]; the in-process methods
//! are not, since AWS does not bill for its own work.

pub mod dynamodb;
pub mod eventbridge;
pub mod faults;
pub mod scheduler;
pub mod sqs;

mod ids;
mod wire;

pub use wire::{ACCOUNT, REGION};
