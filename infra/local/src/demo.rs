//! `cargo demo`: the story without a person, with the books after each step, the counts for each flow, and a check of
//! what must always hold.

mod audit;
mod counts;
mod first_day;
mod later;
mod scenes;

pub use audit::Violation;
pub use counts::{Counts, Flow};

use std::fmt::Write as _;

use local_wire::Clock;
use serde_json::Value;

use crate::options::Options;
use crate::stack::{Stack, StackError};
use crate::town::{Shop, Town, TownError, text};
use local_functions::production;

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
    let first = first_day::singapore(&mut story).await?;
    let baker = first.shop.clone();
    let refunded = first_day::refunded_before_release(&mut story, &baker).await?;
    let first = later::FirstDay {
        singapore: first,
        disputed: first_day::disputed(&mut story, &baker).await?,
        india: first_day::india(&mut story).await?,
        brazil: first_day::brazil(&mut story).await?,
        unrefundable: first_day::cannot_be_refunded(&mut story).await?,
    };
    let flows = counts::begin(&mut story).await?;
    later::two_days(&mut story, &first).await?;
    let flows = flows.end(&mut story).await?;
    later::dispute_won(&mut story, &first.disputed).await?;
    later::refunded_after_release(&mut story, &first.singapore).await?;
    let spent = later::wallet_spent(&mut story).await?;
    later::wallet_settled(&mut story, &spent).await?;
    counts::tell(&mut story, &flows.flows);
    let told = [
        vec![first.singapore, refunded, first.disputed.0, first.unrefundable, spent],
        first.india,
        first.brazil,
        flows.checkouts,
    ]
    .concat();
    let violations = audit::check(&mut story, &told).await?;
    Ok(Outcome { violations, flows: flows.flows })
}

/// Who tells, and of whom.
struct Story<'a> {
    tell: &'a mut dyn FnMut(&str),
    town: &'a Town<'a>,
}

/// A checkout of the story, as it was created.
#[derive(Clone, Debug)]
struct Told {
    shop: Shop,
    checkout: Value,
    /// The payer's number, which nobody but the payer and this story knows.
    phone: String,
}

impl Told {
    fn new(shop: &Shop, checkout: Value, order: &Value) -> Self {
        Self { shop: shop.clone(), checkout, phone: text(order, "/payer/phone") }
    }
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

    /// Something that happened, without its cost.
    fn say(&mut self, text: &str) {
        (self.tell)(&format!("• {text}"));
    }

    /// What the payer reads on a new checkout.
    fn tell_offers(&mut self, checkout: &Value) {
        for offer in checkout.pointer("/offers").and_then(Value::as_array).into_iter().flatten() {
            let rule = text(offer, "/no_cashback");
            let rule = if rule.is_empty() { rule } else { format!(" ({rule})") };
            (self.tell)(&format!("    {}{rule}", text(offer, "/text")));
        }
    }

    /// What the payer has in the wallet, as the operator sees it.
    async fn wallet(&mut self, told: &Told) -> Result<(), TownError> {
        let wallet = self.town.wallet(&told.phone, "SG").await?;
        (self.tell)(&format!(
            "    in the wallet: {} {}",
            text(&wallet, "/balance/currency"),
            text(&wallet, "/balance/value")
        ));
        Ok(())
    }

    /// Where the checkout stands, in one line.
    async fn glance(&mut self, told: &Told) -> Result<Value, TownError> {
        let now = self.town.read(&told.shop, &told.checkout).await?;
        let part = |pointer| text(&now, pointer);
        let mut line =
            format!("    {} {} is {}", part("/amount/currency"), part("/amount/value"), part("/status"));
        if now.pointer("/cashback").is_some() {
            let _ = write!(line, "; cashback {}: {}", part("/cashback/state"), part("/cashback/text"));
        }
        (self.tell)(&line);
        Ok(now)
    }

    /// The same, and its books.
    async fn show(&mut self, told: &Told) -> Result<Value, TownError> {
        let now = self.glance(told).await?;
        for posting in now.pointer("/postings").and_then(Value::as_array).into_iter().flatten() {
            let part = |pointer| text(posting, pointer);
            let (debit, credit) = (part("/debit"), part("/credit"));
            let (value, currency) = (part("/amount/value"), part("/amount/currency"));
            (self.tell)(&format!("      {debit:<19} ← {credit:<19} {value:>8} {currency}"));
        }
        Ok(now)
    }
}
