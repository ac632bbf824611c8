//! DynamoDB on the `dynoxide` library and what the services share on the wire: begin with `service`.

mod capacity;
mod changes;
mod engine;
mod error;
mod front;
mod in_flight;
mod lag;
mod service;
mod tables;
mod transcript;

pub use error::Error;
pub(crate) use in_flight::Conflict;
pub use in_flight::Held;
pub use service::DynamoDb;
