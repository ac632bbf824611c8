//! The story from its beginning to its end.

use kembali::domain::market::Country;
use local_functions::production;
use local_wire::Clock;

use super::audit::{self, Violation};
use super::cost::Flow;
use super::counts;
use super::story::Story;
use super::{first_day, later};
use crate::options::Options;
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
    // What the platforms keep there: covers are pending when they are given back.
    for &country in Country::ALL {
        let stripe = stack.stripe();
        let platform = stripe.platform_account_in(country.code());
        stripe.set_available_balance(&platform, country.currency().code(), 100_000);
    }
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
