//! What must always hold, checked from outside: against what Stripe moved, and against what the API says.

mod check;
mod limits;
mod seen;
mod wallet;

pub use check::Violation;
pub(super) use check::check;
