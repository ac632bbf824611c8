//! The whole system on one machine, from the same [template], handlers and SDK clients as the deployment.
//!
//! [`Stack::start`](stack::Stack::start) reads the template, creates what it declares in stand-ins on
//! loopback, gives every function its [environment] and puts the [gateway] in front. Nothing happens by
//! itself: the [engine] does what is due whenever it is asked to, by the stack's own clock.

pub mod aws;
pub mod client;
pub mod commands;
pub mod demo;
pub mod engine;
pub mod environment;
pub mod functions;
pub mod gateway;
pub mod issuer;
pub mod names;
pub mod options;
pub mod page;
pub mod settings;
pub mod stack;
pub mod template;
pub mod town;

pub use functions::Invocation;
pub use options::{Options, Secrets};
pub use stack::{Stack, StackError};
