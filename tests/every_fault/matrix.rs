//! Every call of a flow × every fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use local_wire::Fault;

use super::audit::Outcome;
use super::flow::{Flow, Step};
use super::plan::{Hit, Kind, Lasting};
use super::world::World;

/// How long the outages are: within a day; longer than Stripe remembers a key; nearly as long as it repeats a
/// webhook.
const OUTAGES_HOURS: [i64; 3] = [2, 26, 71];

/// What an outage begins with: the first request is not served, or it is and nobody hears of it, or nobody is
/// left to hear.
const BEGINNINGS: [Fault; 3] = [Fault::Refuse, Fault::LoseReply, Fault::Crash];

/// After so many lives a town has become slow to look at.
const LIVES_IN_A_TOWN: usize = 60;

/// How deep faults are put upon calls that are made only because of another fault.
const DEPTH: usize = 3;

/// How often a case is tried whose call is not made.
const TRIES: usize = 4;

/// How many ways to the same call are kept.
const WAYS: usize = 8;

/// What came of a flow.
#[derive(Debug, Default)]
pub(crate) struct Report {
    flow: &'static str,
    calls: usize,
    kinds: usize,
    prompt: usize,
    delayed: usize,
    after_another: usize,
    pub(crate) violations: Vec<String>,
}

/// Runs a flow with everything that can go wrong with each of its calls.
pub(crate) async fn run(flow: Flow) -> Report {
    let mut bench = Bench::new(flow).await;
    let (calls, usual) = bench.record().await;
    let mut found = Found { covered: calls.iter().cloned().collect(), ways: BTreeMap::new() };
    for (index, kind) in calls.iter().enumerate() {
        let nth = calls.iter().take(index).filter(|before| *before == kind).count();
        for (fault, lasting) in faults(kind, index) {
            let hits = vec![Hit { kind: kind.clone(), nth, fault, lasting }];
            bench.case(&[hits], &usual, &mut found).await;
        }
    }
    bench.report.calls = calls.len();
    // What is asked only because something has failed can fail as well.
    while let Some((kind, ways)) = found.ways.pop_first() {
        found.covered.insert(kind.clone());
        if ways.iter().all(|before| before.len() >= DEPTH) {
            bench.report.violations.push(format!("{kind} is not covered: it comes too deep"));
            continue;
        }
        let after = faults(&kind, bench.report.after_another).into_iter();
        for (fault, lasting) in
            after.filter(|(_, lasting)| !matches!(lasting, Lasting::Hours(_)) || is_full())
        {
            let hit = Hit { kind: kind.clone(), nth: 0, fault, lasting };
            let ways: Vec<Vec<Hit>> =
                ways.iter().map(|before| before.iter().chain([&hit]).cloned().collect()).collect();
            bench.report.after_another += 1;
            bench.case(&ways, &usual, &mut found).await;
        }
    }
    bench.close().await;
    bench.report.kinds = found.covered.len();
    bench.report
}

/// Runs one case alone. What does not hold after it.
pub(crate) async fn one_case(flow: Flow, hits: &[Hit]) -> Vec<String> {
    let mut bench = Bench::new(flow).await;
    let (_, usual) = bench.record().await;
    bench.case(&[hits.to_vec()], &usual, &mut Found::default()).await;
    bench.report.violations
}

/// What was asked so far that is to be hit.
#[derive(Debug, Default)]
struct Found {
    covered: BTreeSet<Kind>,
    /// After which hits something was asked that is not covered yet.
    ways: BTreeMap<Kind, Vec<Vec<Hit>>>,
}

impl Found {
    fn note(&mut self, asked: Vec<Kind>, hits: &[Hit]) {
        for kind in asked {
            if !self.covered.contains(&kind) {
                let ways = self.ways.entry(kind).or_default();
                if ways.len() < WAYS && !ways.iter().any(|way| way == hits) {
                    ways.push(hits.to_vec());
                }
            }
        }
    }
}

/// What can go wrong with a call. All of it with `EVERY_FAULT=full`; else one of the outages in turn, and of
/// a read, which has no effect that could be lost or doubled, beside that outage one refusal and a dropped
/// handler. A batch is also served in part.
fn faults(kind: &Kind, turn: usize) -> Vec<(Fault, Lasting)> {
    // Whoever tries again at once is served, or is not.
    let lasting = if turn.is_multiple_of(2) { Lasting::Once } else { Lasting::EveryTry };
    let meets = can_conflict(kind).then_some((Fault::Conflict, lasting));
    let mut faults = vec![(Fault::Crash, Lasting::Once)];
    if is_read(kind) {
        let refusal = if turn.is_multiple_of(2) { Fault::Refuse } else { Fault::Throttle };
        faults.push((refusal, Lasting::EveryTry));
    } else {
        faults.extend([
            (Fault::Refuse, Lasting::EveryTry),
            (Fault::LoseReply, lasting),
            (Fault::Throttle, Lasting::EveryTry),
            (Fault::Twice, Lasting::Once),
        ]);
        faults.extend(meets);
    }
    let outages =
        BEGINNINGS.into_iter().flat_map(|fault| OUTAGES_HOURS.map(|hours| (fault, Lasting::Hours(hours))));
    if is_full() {
        let refusals = [Fault::Refuse, Fault::LoseReply, Fault::Throttle, Fault::Unavailable];
        let refusals = refusals.into_iter().chain(meets.map(|(fault, _)| fault));
        faults = refusals.flat_map(|fault| [(fault, Lasting::Once), (fault, Lasting::EveryTry)]).collect();
        faults.extend([(Fault::Twice, Lasting::Once), (Fault::Crash, Lasting::Once)]);
        faults.extend(outages);
    } else {
        let count = BEGINNINGS.len() * OUTAGES_HOURS.len();
        faults.extend(outages.skip(turn % count).take(1));
    }
    faults.extend(is_batch(kind).then_some((Fault::Partly, Lasting::Once)));
    faults
}

fn is_full() -> bool {
    std::env::var("EVERY_FAULT").is_ok_and(|value| value == "full")
}

/// Whether a request changes nothing.
fn is_read(kind: &Kind) -> bool {
    ["GetItem", "BatchGetItem", "Query"].contains(&kind.operation.as_str())
        || kind.operation.starts_with("GET ")
}

/// Whether a request can be served in part.
fn is_batch(kind: &Kind) -> bool {
    let batches = ["SendMessageBatch", "DeleteMessageBatch", "PutEvents", "BatchGetItem", "BatchWriteItem"];
    batches.contains(&kind.operation.as_str())
}

/// Whether a request can meet another one.
fn can_conflict(kind: &Kind) -> bool {
    match (kind.service, kind.operation.as_str()) {
        ("dynamodb", "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems") => true,
        ("scheduler", "CreateSchedule") => true,
        ("stripe", operation) => operation.starts_with("POST "),
        _ => false,
    }
}

/// A town to run cases in, and what came of them.
struct Bench {
    world: World,
    report: Report,
    lives: usize,
    /// The journal and the bus of this town lack what was given up.
    gave_up: bool,
}

impl Bench {
    async fn new(flow: Flow) -> Self {
        let report = Report { flow: flow.name, ..Report::default() };
        Self { world: World::of(flow).await, report, lives: 0, gave_up: false }
    }

    /// The calls of the flow when nothing goes wrong, and how it ends.
    async fn record(&mut self) -> (Vec<Kind>, Outcome) {
        let mut recorded = Vec::new();
        for _ in 0..2 {
            let before = self.world.before_a_day().await;
            let life = self.world.live(&[]).await;
            self.world.rest(&life).await;
            let outcome = self.world.outcome(&life, &before).await;
            let violations = self.world.violations(&life, false).await;
            assert!(violations.is_empty(), "{}: {violations:#?}", self.report.flow);
            assert_eq!(outcome.standing, self.world.flow.ends, "{}", self.report.flow);
            recorded.push((self.world.plan.asked(), outcome));
        }
        // The first time some things are done that are then remembered.
        let (calls, outcome) = recorded.pop().expect("two lives");
        (calls, outcome)
    }

    /// One case, in the first of several `ways` to bring it about in which all of it happens. Whether two
    /// changes share a page of the journal, or who else was running when a handler was dropped, differs from
    /// day to day: what did not happen may happen on the next one.
    async fn case(&mut self, ways: &[Vec<Hit>], usual: &Outcome, found: &mut Found) {
        let mut tried = ways.iter().cycle().take(ways.len().max(TRIES)).peekable();
        while let Some(hits) = tried.next() {
            match self.day(hits, usual).await {
                Some(asked) => {
                    found.note(asked, hits);
                    let is_delayed = hits.iter().any(Hit::is_delayed);
                    let count = if is_delayed { &mut self.report.delayed } else { &mut self.report.prompt };
                    *count += 1;
                    return;
                }
                None if tried.peek().is_none() => {
                    let case = Case { flow: self.report.flow, hits };
                    self.report.violations.push(format!("{case}: the call was not made"));
                }
                None => {}
            }
        }
    }

    /// One day on which `hits` may happen. What was asked after the last of them, if they did.
    async fn day(&mut self, hits: &[Hit], usual: &Outcome) -> Option<Vec<Kind>> {
        if self.lives == LIVES_IN_A_TOWN {
            self.start_over().await;
        }
        self.lives += 1;
        let case = Case { flow: self.report.flow, hits };
        let is_delayed = hits.iter().any(Hit::is_delayed);
        let guard = Named(case.to_string());
        let before = self.world.before_a_day().await;
        let life = self.world.live(hits).await;
        self.gave_up |= self.world.rest(&life).await;
        let mut violations = self.world.violations(&life, is_delayed).await;
        let outcome = self.world.outcome(&life, &before).await;
        violations.extend(if life.had_no_page {
            let given = if self.world.flow.before.contains(&Step::Credit) { 125 } else { 0 };
            (!outcome.is_of_no_page(given))
                .then(|| format!("nobody saw its page, and it ends as {outcome:?}"))
        } else {
            outcome.differs(usual, is_delayed, self.world.flow.late)
        });
        drop(guard);
        let asked = self.world.plan.asked_since();
        let broken = !violations.is_empty();
        for violation in violations {
            let violation = format!("{case}: {violation}");
            println!("{violation}");
            self.report.violations.push(violation);
        }
        if broken {
            self.start_over().await;
        }
        asked
    }

    /// A new town, where no case has left anything.
    async fn start_over(&mut self) {
        self.close().await;
        self.world = World::of(self.world.flow).await;
        (self.lives, self.gave_up) = (0, false);
    }

    /// The books of a town that is left.
    async fn close(&mut self) {
        self.world.faults.clear();
        if !self.gave_up && !self.world.is_enablement() {
            let flow = self.report.flow;
            let found = self.world.books().await;
            self.report.violations.extend(found.into_iter().map(|found| format!("{flow}: {found}")));
        }
    }
}

impl Report {
    pub(crate) fn cases(&self) -> usize {
        self.prompt + self.delayed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow, calls, kinds, prompt, delayed, after_another, violations } = self;
        write!(
            out,
            "{flow:<52} {calls:>4} calls {kinds:>3} kinds {prompt:>5} prompt {delayed:>5} delayed \
             ({after_another:>3} after another fault) {:>3} violations",
            violations.len()
        )
    }
}

struct Case<'a> {
    flow: &'static str,
    hits: &'a [Hit],
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hits: Vec<String> = self.hits.iter().map(Hit::to_string).collect();
        write!(out, "[{}] {}", self.flow, hits.join(", then "))
    }
}

/// Says which case was at work when something panics.
struct Named(String);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the case {}", self.0);
        }
    }
}
