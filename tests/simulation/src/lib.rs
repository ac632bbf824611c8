//! Random lives of checkouts on virtual time, under every fault that the parts are known to have, and an
//! auditor who looks at all of it from outside: at what was promised, at what Stripe moved, and at what the
//! system says of it.
//!
//! ```text
//! seed ─▶ plan (who pays what when, what befalls everybody) ─▶ world ─▶ evidence ─▶ auditor ─▶ violations
//!     ├─▶ weather (which request meets which fault) ─────────────┤
//!     └─▶ mail (which webhook is lost, repeated, delayed) ───────┘
//! ```
//!
//! One thing happens after the other, so a seed decides everything: the same seed gives the same [trace], and
//! `cargo simulate --seed 42` lives it again. The auditor does not use the domain's rules: it does the
//! arithmetic of a campaign by itself, and knows nothing of states but their names.

pub mod auditor;
pub mod dice;
pub mod evidence;
pub mod mail;
pub mod markets;
pub mod memory;
pub mod plan;
pub mod report;
pub mod trace;
pub mod weather;
pub mod world;

use report::{Report, Violation};
use trace::Trace;
use world::World;

/// How one seed went.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its counts.
    pub report: Report,
    /// What must hold and does not.
    pub violations: Vec<Violation>,
    /// What was seen.
    pub trace: Trace,
}

/// Lives the lives of a seed, and audits them: on one thread, on which one thing happens after the other, and
/// where nobody waits in real time. `None` if there is no such thread to be had.
pub fn live(seed: u64, lives: usize) -> Option<Run> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().ok()?;
    Some(runtime.block_on(run(seed, lives)))
}

async fn run(seed: u64, lives: usize) -> Run {
    let mut world = World::build(seed, lives).await;
    world.live().await;
    let evidence = world.look().await;
    let violations = auditor::audit(&evidence);
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let report = Report {
        lives: count(lives),
        blows: count(world.plan.blows.len()),
        faults: world.weather.counts(),
        mail: world.mail.counts(),
        redriven: count(world.redriven),
        violations: count(violations.len()),
        ..Report::of(&evidence)
    };
    Run { report, violations, trace: world.trace }
}
