//! Ids that look like Stripe's and are the same in every run that begins at the same time: a counter, hashed.

use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many random-looking characters follow the prefix of most objects.
const USUAL_LENGTH: usize = 24;

/// The source of ids.
#[derive(Debug)]
pub(crate) struct Ids {
    /// When the stand-in was started: a table that was kept from an earlier start must not meet its ids again.
    start_millis: i64,
    made: u64,
}

impl Ids {
    pub(crate) fn new(start_millis: i64) -> Self {
        Self { start_millis, made: 0 }
    }

    /// The next id: `prefix_` and 24 characters.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        self.next_of_length(prefix, USUAL_LENGTH)
    }

    /// The next id with `length` characters after the prefix.
    pub(crate) fn next_of_length(&mut self, prefix: &str, length: usize) -> String {
        self.made += 1;
        format!("{prefix}_{}", scramble(&format!("{prefix}:{}:{}", self.start_millis, self.made), length))
    }
}

/// `length` characters that depend on `seed` only.
pub(crate) fn scramble(seed: &str, length: usize) -> String {
    (0u32..)
        .flat_map(|block| Sha256::digest(format!("local-stripe:{block}:{seed}")).to_vec())
        .filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied())
        .map(char::from)
        .take(length)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_between_runs_and_differ_within_one() {
        let (mut one, mut other) = (Ids::new(1), Ids::new(1));
        let first = one.next("ch");
        assert_eq!(first, other.next("ch"));
        assert_ne!(first, one.next("ch"));
        assert_ne!(first, Ids::new(2).next("ch"), "another start");
        assert_eq!(first.len(), "ch_".len() + USUAL_LENGTH);
        assert_eq!(one.next_of_length("cs_test", 58).len(), "cs_test_".len() + 58);
    }
}
