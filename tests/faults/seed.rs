//! Chance that can be repeated.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// A seeded source.
pub struct Seed {
    random: StdRng,
}

impl Seed {
    /// The seed in `FAULT_SEED`, or a new one; printed either way.
    pub fn new(about: &str) -> Self {
        let given = std::env::var("FAULT_SEED").ok().and_then(|text| text.parse().ok());
        let seed: u64 = given.unwrap_or_else(rand::random);
        println!("{about}: FAULT_SEED={seed}");
        Self { random: StdRng::seed_from_u64(seed) }
    }

    /// A number from `least` to below `end`.
    pub fn between(&mut self, least: u64, end: u64) -> u64 {
        self.random.random_range(least..end)
    }
}
