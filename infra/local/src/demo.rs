//! `cargo demo`: the story without a person, with the books after each step, the counts for each flow, and a check of
//! what must always hold.

mod audit;
mod counts;
mod scenes;

pub use audit::Violation;
pub use counts::{Counts, Flow};

use std::fmt::Write as _;

use local_wire::Clock;
use serde_json::Value;

use crate::options::Options;
use crate::registry::production;
use crate::stack::{Stack, StackError};
use crate::town::{Town, TownError};

/// Why the demo could not be told to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The stack does not start.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// A step failed.
    #[error(transparent)]
    Town(#[from] TownError),
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// What must hold and does not.
    pub violations: Vec<Violation>,
    /// What each flow cost.
    pub flows: Vec<Flow>,
}

/// When the story begins: 2026-11-22T10:00:00Z.
const BEGINNING: i64 = 1_795_341_600;

/// Tells the story. Each line goes to `tell` as soon as it is known.
///
/// # Errors
/// The stack does not start, or a step of the story fails.
pub async fn run(tell: &mut dyn FnMut(&str)) -> Result<Outcome, DemoError> {
    let stack = Stack::start(Options::new(Clock::fixed(BEGINNING)), &production()).await?;
    let town = Town::new(&stack);
    let mut story = Story { tell, town: &town };
    let singapore = scenes::singapore(&mut story).await?;
    let india = scenes::india(&mut story).await?;
    let refunded = scenes::refunded_before_release(&mut story, &singapore.shop).await?;
    let flows = counts::measure(&mut story, &singapore.shop).await?;
    let checkouts = [singapore.checkouts, india.checkouts, refunded, flows.checkouts].concat();
    let violations = audit::check(&mut story, &checkouts).await?;
    Ok(Outcome { violations, flows: flows.flows })
}

/// Who tells, and of whom.
struct Story<'a> {
    tell: &'a mut dyn FnMut(&str),
    town: &'a Town<'a>,
}

/// A checkout of the story, and whose it is.
#[derive(Clone, Debug)]
struct Told {
    shop: crate::town::Shop,
    checkout: Value,
}

impl Story<'_> {
    fn heading(&mut self, text: &str) {
        (self.tell)(&format!("\n{text}\n{}", "─".repeat(text.chars().count())));
    }

    /// One step, and what it cost.
    fn step(&mut self, text: &str, mark: usize) {
        let counts = Counts::of(&self.town.stack().calls().since(mark));
        (self.tell)(&format!("• {text}\n    {counts}"));
    }

    /// The checkout as the API shows it, in a few lines, and its books.
    async fn show(&mut self, told: &Told) -> Result<Value, TownError> {
        let now = self.town.read(&told.shop, &told.checkout).await?;
        let text = |pointer| crate::town::text(&now, pointer);
        let mut lines = format!("    {} {}", text("/amount/currency"), text("/amount/value"));
        let _ = write!(lines, " is {}", text("/status"));
        if now.pointer("/cashback").is_some() {
            let _ = write!(lines, "; cashback {}: {}", text("/cashback/state"), text("/cashback/text"));
        }
        for posting in now.pointer("/postings").and_then(Value::as_array).into_iter().flatten() {
            let part = |pointer| crate::town::text(posting, pointer);
            let _ = write!(
                lines,
                "\n      {:<18} ← {:<18} {:>9} {}",
                part("/debit"),
                part("/credit"),
                part("/amount/value"),
                part("/amount/currency")
            );
        }
        (self.tell)(&lines);
        Ok(now)
    }
}
