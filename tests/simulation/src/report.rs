//! What a run, or many, came to.

use std::collections::BTreeMap;

use crate::evidence::Evidence;

/// What must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: &'static str,
    /// Whose life it is about, if it is about one.
    pub life: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// The counts of one run or of many.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many seeds.
    pub seeds: u64,
    /// How many lives were planned.
    pub lives: u64,
    /// How many of them got a checkout.
    pub checkouts: u64,
    /// How many were paid.
    pub payments: u64,
    /// How many paid ones were promised a cashback.
    pub promised: u64,
    /// Where the cashbacks of paid checkouts stood in the end.
    pub ends: BTreeMap<String, u64>,
    /// Refunds by merchants, through the API and in the dashboard.
    pub refunds: u64,
    /// Disputes.
    pub disputes: u64,
    /// What befell everybody.
    pub blows: u64,
    /// Lives that met a fault of their own: a request, a webhook or a refund.
    pub faulted: u64,
    /// Requests that met a fault, by service and fault.
    pub faults: BTreeMap<String, u64>,
    /// What was done to webhooks.
    pub mail: BTreeMap<&'static str, u64>,
    /// Messages that an operator moved back from a dead-letter queue.
    pub redriven: u64,
    /// What must hold and does not, in all runs.
    pub violations: u64,
}

impl Report {
    /// What the evidence of one run counts.
    pub fn of(evidence: &Evidence) -> Self {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let lives = &evidence.lives;
        let mut ends = BTreeMap::new();
        for seen in lives.iter().filter(|seen| seen.payment.is_some()) {
            *ends.entry(seen.view.cashback.clone()).or_default() += 1;
        }
        let refunds = lives.iter().flat_map(|seen| &seen.refunds).filter(|refund| !refund.is_cashback);
        Self {
            seeds: 1,
            checkouts: count(lives.len()),
            payments: count(lives.iter().filter(|seen| seen.payment.is_some()).count()),
            promised: count(lives.iter().filter(|seen| seen.promise().is_some()).count()),
            refunds: count(refunds.count()),
            disputes: count(lives.iter().filter(|seen| seen.dispute.is_some()).count()),
            faulted: count(lives.iter().filter(|seen| seen.met_fault).count()),
            ends,
            ..Self::default()
        }
    }

    /// The counts of both.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.seeds += other.seeds;
        self.lives += other.lives;
        self.checkouts += other.checkouts;
        self.payments += other.payments;
        self.promised += other.promised;
        self.refunds += other.refunds;
        self.disputes += other.disputes;
        self.faulted += other.faulted;
        self.blows += other.blows;
        self.redriven += other.redriven;
        self.violations += other.violations;
        add(&mut self.ends, other.ends);
        add(&mut self.faults, other.faults);
        add(&mut self.mail, other.mail);
        self
    }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, u64>, others: BTreeMap<K, u64>) {
    for (name, count) in others {
        *sums.entry(name).or_default() += count;
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "{:>9} seeds, {} lives, {} checkouts", self.seeds, self.lives, self.checkouts)?;
        writeln!(out, "{:>9} payments, {} of them promised a cashback", self.payments, self.promised)?;
        for (end, count) in &self.ends {
            writeln!(out, "{count:>9} ended {end}")?;
        }
        writeln!(out, "{:>9} refunds by merchants, {} disputes", self.refunds, self.disputes)?;
        writeln!(out, "{:>9} lives met a fault of their own", self.faulted)?;
        let faults: u64 = self.faults.values().sum();
        writeln!(out, "{faults:>9} requests met a fault, {} blows befell everybody", self.blows)?;
        for (fault, count) in &self.faults {
            writeln!(out, "{count:>13} {fault}")?;
        }
        for (what, count) in &self.mail {
            writeln!(out, "{count:>9} webhooks {what}")?;
        }
        writeln!(out, "{:>9} messages moved back from dead-letter queues", self.redriven)?;
        write!(out, "{:>9} violations", self.violations)
    }
}
