//! Kembali's common crate: what is decided ([`domain`]) and how it is carried out (`adapters`, behind the
//! feature `aws`).
//!
//! # The dependency rule
//!
//! ```text
//! functions  ->  adapters  ->  domain  ->  fault
//! ```
//!
//! [`domain`] is pure: no async, no SDK, no clock, no input or output. Of ours it depends on [`fault`] only.
//! Without the feature `aws` this crate depends on no AWS, HTTP or tokio crate at all: `.ci/run` reads its
//! dependency tree, and fails if one is there.
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
