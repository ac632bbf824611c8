//! The seeded generator: the same seed and subject, the same numbers.

/// What decides everything that is left to chance. Each subject has a generator of its own, so that one more
/// roll for the weather does not change the plan.
#[derive(Clone, Debug)]
pub struct Dice(fastrand::Rng);

impl Dice {
    /// A generator of `seed` for `subject`.
    pub fn new(seed: u64, subject: &str) -> Self {
        // FNV-1a: any function of the name does.
        let mixed = subject.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(fastrand::Rng::with_seed(mixed ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high.max(low))
    }

    /// An index below `length`, which is not zero.
    pub fn index(&mut self, length: usize) -> usize {
        self.0.usize(0..length.max(1))
    }

    /// Whether something happens that happens `per_mille` times of a thousand.
    pub fn chance(&mut self, per_mille: i64) -> bool {
        self.between(0, 999) < per_mille
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.index(choices.len())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_subject_decide_every_number() {
        let roll = |seed, subject| {
            let mut dice = Dice::new(seed, subject);
            (0..8).map(|_| dice.between(0, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(roll(1, "plan"), roll(1, "plan"));
        assert_ne!(roll(1, "plan"), roll(2, "plan"));
        assert_ne!(roll(1, "plan"), roll(1, "weather"));
    }
}
