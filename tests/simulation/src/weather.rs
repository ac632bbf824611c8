//! Which request of the functions meets which fault.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_wire::faults::{Asked, Fault};

use crate::dice::Dice;

/// For how long Stripe is away.
pub const OUTAGE: i64 = 6 * 3600;

/// Of a thousand seeds, so many have an outage.
const OUTAGE_PER_MILLE: i64 = 300;

/// The weather. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Weather(Arc<Mutex<Sky>>);

#[derive(Debug)]
struct Sky {
    dice: Dice,
    is_calm: bool,
    /// From when to when Stripe answers nothing, in seconds since the epoch.
    outage: (i64, i64),
    /// A fault that stays for the next requests to a service.
    storm: Option<(&'static str, Fault, u32)>,
    counts: BTreeMap<String, u64>,
    lines: Vec<(i64, String)>,
}

impl Weather {
    /// The weather of a seed, for something that begins at `dawn`. It is calm at first.
    pub fn new(seed: u64, dawn: i64) -> Self {
        let mut dice = Dice::new(seed, "weather");
        let from = dawn + dice.between(3 * 3600, 72 * 3600);
        // Each hour of an outage is as many tries as a whole week without: not every seed has one.
        let until = if dice.chance(OUTAGE_PER_MILLE) { from + OUTAGE } else { from };
        let sky = Sky {
            dice,
            is_calm: true,
            outage: (from, until),
            storm: None,
            counts: BTreeMap::new(),
            lines: Vec::new(),
        };
        Self(Arc::new(Mutex::new(sky)))
    }

    /// From when to when Stripe is away.
    pub fn outage(&self) -> (i64, i64) {
        self.lock().outage
    }

    /// From now on nothing goes wrong, or something does.
    pub fn set_calm(&self, is_calm: bool) {
        self.lock().is_calm = is_calm;
    }

    /// What was noted since the last time: when, and what.
    pub fn take_lines(&self) -> Vec<(i64, String)> {
        std::mem::take(&mut self.lock().lines)
    }

    /// How often each fault was injected, by service.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.lock().counts.clone()
    }

    /// What goes wrong with a request.
    pub fn decide(&self, asked: &Asked) -> Option<Fault> {
        let mut sky = self.lock();
        let fault = sky.fault(asked)?;
        let now = asked.at_millis.div_euclid(1000);
        let is_outage = asked.service == "stripe" && (sky.outage.0..sky.outage.1).contains(&now);
        let name = if is_outage { "outage".to_owned() } else { format!("{fault:?}") };
        *sky.counts.entry(format!("{} {name}", asked.service)).or_default() += 1;
        if !is_outage {
            sky.lines.push((now, format!("{} {} meets {fault:?}", asked.service, asked.operation)));
        }
        Some(fault)
    }

    fn lock(&self) -> MutexGuard<'_, Sky> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sky {
    fn fault(&mut self, asked: &Asked) -> Option<Fault> {
        if self.is_calm {
            return None;
        }
        let now = asked.at_millis.div_euclid(1000);
        if asked.service == "stripe" && (self.outage.0..self.outage.1).contains(&now) {
            return Some(if self.dice.chance(500) { Fault::Refuse } else { Fault::Unavailable });
        }
        if let Some((service, fault, left)) = self.storm
            && service == asked.service
        {
            self.storm = (left > 1).then(|| (service, fault, left - 1));
            return Some(fault);
        }
        let per_mille = match asked.service {
            "stripe" => 50,
            "dynamodb" => 12,
            "scheduler" => 40,
            _ => 10,
        };
        if !self.dice.chance(per_mille) {
            return None;
        }
        // The AWS SDK sleeps before it tries again, in real time: faults that end the function, or answer,
        // come cheaper.
        let fault = match asked.service {
            "stripe" => self.dice.pick(Fault::ALL),
            _ if self.dice.chance(600) => {
                self.dice.pick(&[Fault::Crash, Fault::Crash, Fault::Twice, Fault::Partly])
            }
            _ => self.dice.pick(Fault::ALL),
        };
        if self.dice.chance(30) {
            let length = self.dice.between(2, 8);
            self.storm = fault.map(|fault| (asked.service, fault, u32::try_from(length).unwrap_or(2)));
        }
        fault
    }
}
