//! Kembali's common crate: what is decided ([`domain`]) and how it is carried out (`adapters`, behind the
//! feature `aws`).
//!
//! # The dependency rule
//!
//! ```text
//! functions  ->  adapters  ->  domain  ->  nothing of ours
//! ```
//!
//! [`domain`] is pure: no async, no SDK, no clock, no input or output. Without the feature `aws` this crate
//! compiles no AWS, HTTP or tokio crate at all, so `cargo test -p kembali` proves the rule on every run.
//!
//! # Decide, then commit
//!
//! Every handler does the same four steps: parse the request once into domain types, decide in a pure
//! function (`state × event × now`), commit the decision in one conditional write, and then perform what the
//! *new state* requires. A redelivery finds nothing to decide and still performs what is missing.

#[cfg(feature = "aws")]
pub mod adapters;
pub mod domain;
pub mod fault;
