//! A few seeds in every run of the tests: everything that must hold does, and a seed gives the same trace
//! each time. `cargo simulate --seeds 1..=400` lives many.

use kembali_simulation::{Run, live};

#[expect(clippy::expect_used, reason = "a test helper fails the test")]
fn check(seed: u64, lives: usize) -> Run {
    let run = live(seed, lives).expect("a thread of its own");
    let told: Vec<String> = run
        .violations
        .iter()
        .flat_map(|violation| {
            let lines = violation.life.map(|life| run.trace.about(life, 40)).unwrap_or_default();
            let what = format!("{}: {}", violation.rule, violation.what);
            std::iter::once(what).chain(lines.into_iter().map(str::to_owned))
        })
        .collect();
    assert!(told.is_empty(), "cargo simulate --seed {seed} --lives {lives}\n{}", told.join("\n"));
    run
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let (first, second) = (check(1, 20), check(1, 20));
    let differs = first.trace.lines().zip(second.trace.lines()).find(|(one, other)| one != other);
    assert_eq!(differs, None);
    assert_eq!(first.trace.digest(), second.trace.digest());
}

#[test]
fn faulted_lives_keep_every_promise() {
    let report = check(3, 40).report;
    // The dice must not have been too kind.
    assert!(report.ends.contains_key("credited") && report.ends.contains_key("reversed"), "{report}");
    assert!(report.faults.values().sum::<u64>() > 20, "{report}");
    assert!(report.mail.values().sum::<u64>() > 100, "{report}");
    assert!(report.faulted > 0, "{report}");
}
