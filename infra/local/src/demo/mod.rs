//! `cargo demo`: the story without a person, with the books after each step, the counts for each flow, and a
//! check of what must always hold.

mod audit;
mod cost;
mod counts;
mod first_day;
mod later;
mod run;
mod scenes;
mod story;

pub use audit::Violation;
pub use cost::{Bounds, Counts, Flow};
pub use run::{DemoError, Outcome, run};
