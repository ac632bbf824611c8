//! Driving the stack through a plan, one thing after the other.

mod acts;
mod build;
mod look;

use std::collections::BTreeMap;

use kembali_tests::{Shop, Town};
use local_wire::serve::Served;

use crate::mail::Mail;
use crate::markets::Market;
use crate::memory::Memory;
use crate::plan::{Blow, CALM_FROM, END, Happening, Plan};
use crate::trace::Trace;
use crate::weather::Weather;

/// What each balance at Stripe is set to in the beginning.
pub(crate) const WEALTH: i64 = 100_000_000;

/// What was written within so many seconds is in no index.
const INDEXES_LAG: i64 = 3;

/// How often an operator looks after the dead-letter queues while something goes wrong.
const REDRIVE_EVERY: i64 = 3 * 3600;

/// A town that lives a plan.
pub struct World {
    pub(crate) town: Town,
    pub(crate) mail: Mail,
    mail_served: Served,
    pub(crate) weather: Weather,
    pub(crate) markets: Vec<Market>,
    pub(crate) plan: Plan,
    /// The shops of each market.
    pub(crate) shops: Vec<Vec<Shop>>,
    pub(crate) lives: Vec<Memory>,
    pub(crate) trace: Trace,
    agenda: BTreeMap<(i64, u64), Act>,
    planned: u64,
    pub(crate) dawn: i64,
    /// How often an operator moved messages back from a dead-letter queue, and how many.
    pub(crate) redriven: usize,
    /// What was seen on the way and must never be.
    pub(crate) problems: Vec<String>,
}

/// Something to do at its time.
#[derive(Clone, Debug)]
enum Act {
    Create { life: usize, tries: u32 },
    Pay(usize),
    Close { life: usize, tries: u32 },
    Happen { life: usize, what: Happening, tries: u32 },
    Blow(Blow),
    Fire(String),
    Copies,
    Redrive,
    Calm,
}

impl World {
    /// Lives the plan to its end.
    pub async fn live(&mut self) {
        self.set_out();
        while let Some(((at, _), act)) = self.agenda.pop_first() {
            self.pass_until(at).await;
            self.act(act).await;
            self.note();
            if let Some(next) = self.mail.next_copy() {
                let known =
                    self.agenda.range((0, 0)..=(next, u64::MAX)).any(|(_, act)| matches!(act, Act::Copies));
                if !known {
                    self.at(next, Act::Copies);
                }
            }
        }
        self.pass_until(self.dawn + END).await;
        self.note();
    }

    fn set_out(&mut self) {
        for life in 0..self.plan.lives.len() {
            let at = self.plan.lives.get(life).map_or(0, |life| life.at);
            self.at(self.dawn + at, Act::Create { life, tries: 0 });
        }
        for (at, blow) in self.plan.blows.clone() {
            self.at(self.dawn + at, Act::Blow(blow));
        }
        let (_, outage_ends) = self.weather.outage();
        self.at(outage_ends + 600, Act::Redrive);
        for rounds in 1..=CALM_FROM / REDRIVE_EVERY + 3 {
            self.at(self.dawn + rounds * REDRIVE_EVERY, Act::Redrive);
        }
        self.at(self.dawn + CALM_FROM, Act::Calm);
        self.weather.set_calm(false);
        self.mail.set_calm(false);
        self.town.stack.dynamodb().lag_indexes(INDEXES_LAG);
    }

    fn at(&mut self, at: i64, act: Act) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), act);
    }

    fn later(&mut self, seconds: i64, act: Act) {
        self.at(self.now() + seconds, act);
    }

    pub(crate) fn now(&self) -> i64 {
        self.town.now()
    }

    #[expect(clippy::expect_used, reason = "a stack that goes in circles ends the simulation")]
    async fn pass_until(&self, at: i64) {
        self.town.stack.advance((at - self.now()).max(0)).await.expect("the stack comes to rest");
    }

    /// Takes over what the weather and the mail have noted.
    fn note(&mut self) {
        let mut lines = self.weather.take_lines();
        lines.extend(self.mail.take_lines());
        lines.sort_by_key(|(at, _)| *at);
        for (at, line) in lines {
            self.trace.add(at, None, &line);
        }
    }
}
