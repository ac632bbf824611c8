//! What every stand-in of the local stack shares: the [virtual clock](clock), the [record of calls](calls),
//! the [faults] that a test puts in front of it and the way to [serve a router on loopback](serve).
//!
//! The production code does not know this crate: it meets the stand-ins on the wire only.

pub mod calls;
pub mod clock;
pub mod faults;
pub mod serve;

pub use calls::{Call, Calls};
pub use clock::Clock;
pub use faults::{Asked, Fault, Faults};
