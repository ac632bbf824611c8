//! What every stand-in of the local stack shares: the [virtual clock](clock), the [record of calls](calls) and the
//! way to [serve a router on loopback](serve).
//!
//! The production code does not know this crate: it meets the stand-ins on the wire only.

pub mod calls;
pub mod clock;
pub mod serve;

pub use calls::{Call, Calls};
pub use clock::Clock;
