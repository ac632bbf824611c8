//! The signature header.

use std::collections::BTreeMap;

use crate::cases::{mutated, written};

const SEED: u64 = 4;
/// How many mutated headers Stripe's libraries are asked about.
const COMPARED: u64 = 12_000;
/// How many are only verified.
const FUZZED: u64 = 100_000;

#[test]
fn every_vector_has_the_verdict_that_is_written_beside_it() {
    let vectors = written();
    assert!(vectors.len() >= 40, "{}", vectors.len());
    for (case, vector) in vectors {
        assert_eq!(case.verdict(), vector["verdict"], "{}", case.name);
    }
}

/// Writes down what `tests/signature/run` compares with Stripe's own libraries.
#[test]
fn verdicts_for_stripes_libraries() {
    let written = written().into_iter().map(|(case, vector)| case.line(&vector["stripe"]));
    let mutated = (0..COMPARED).map(|number| mutated(SEED, number).line(&serde_json::Value::Null));
    let mut lines = written.chain(mutated).collect::<Vec<_>>().join("\n");
    lines.push('\n');
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/signature_verdicts.jsonl"), lines).unwrap();
}

#[test]
fn no_header_panics_and_only_ours_are_accepted() {
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..FUZZED {
        let case = mutated(SEED + COMPARED, number);
        let verdict = case.verdict();
        *verdicts.entry(verdict).or_default() += 1;
        if verdict == "accepted" {
            assert!(case.is_ours(), "{}", case.header);
        }
    }
    println!("{FUZZED} headers: {verdicts:?}");
    assert!(verdicts.len() == 4 && verdicts.values().all(|count| *count > FUZZED / 100), "{verdicts:?}");
}
