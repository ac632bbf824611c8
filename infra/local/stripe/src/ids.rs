//! Ids that look like Stripe's and are the same in every run: a counter, hashed.

use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many random-looking characters follow the prefix of most objects.
const USUAL_LENGTH: usize = 24;

/// The source of ids.
#[derive(Debug)]
pub(crate) struct Ids {
    made: u64,
}

impl Ids {
    /// The ids after the first `made`.
    pub(crate) fn after(made: u64) -> Self {
        Self { made }
    }

    /// The next id: `prefix_` and 24 characters.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        self.next_of_length(prefix, USUAL_LENGTH)
    }

    /// The next id with `length` characters after the prefix.
    pub(crate) fn next_of_length(&mut self, prefix: &str, length: usize) -> String {
        self.made += 1;
        format!("{prefix}_{}", scramble(&format!("{prefix}:{}", self.made), length))
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
        let (mut one, mut other) = (Ids::after(0), Ids::after(0));
        let first = one.next("ch");
        assert_eq!(first, other.next("ch"));
        assert_ne!(first, one.next("ch"));
        assert_ne!(first, Ids::after(1_000).next("ch"), "another beginning");
        assert_eq!(first.len(), "ch_".len() + USUAL_LENGTH);
        assert_eq!(one.next_of_length("cs_test", 58).len(), "cs_test_".len() + 58);
    }
}
