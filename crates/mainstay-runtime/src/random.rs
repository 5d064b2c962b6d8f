//! Randomness, injected: the operating system's in production, a seeded stream in tests.
//! Never here: what is made of it.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

/// A source of random bits, fit for keys and tokens. Clones of a seeded one share one stream.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    /// Each thread has a generator of its own, so that none waits for another.
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// Seeded by the operating system; a cryptographic generator (ChaCha) from there on.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same stream for the same seed. For tests and simulations only.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills the buffer.
    pub fn fill(&self, buffer: &mut [u8]) {
        self.with(|rng| rng.fill_bytes(buffer));
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// 64 random bits.
    pub fn next_u64(&self) -> u64 {
        self.with(|rng| rng.next_u64())
    }

    /// A number below `bound`, each as likely as the other; 0 for a bound of 0.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.with(|rng| rng.random_range(0..bound)) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    fn with<T>(&self, draw: impl FnOnce(&mut dyn Rng) -> T) -> T {
        match &self.0 {
            Source::System => draw(&mut rand::rng()),
            Source::Seeded(stream) => draw(&mut *stream.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl std::fmt::Debug for Random {
    /// The state of a generator predicts what it will say: it is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream_and_another_seed_another() {
        let draw = |seed| Random::seeded(seed).bytes::<32>();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn two_system_sources_differ() {
        assert_ne!(Random::system().bytes::<32>(), Random::system().bytes::<32>());
    }

    #[test]
    fn below_stays_below_and_reaches_every_number() {
        let random = Random::seeded(1);
        let seen: std::collections::BTreeSet<u64> = (0..200).map(|_| random.below(5)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(random.below(0), 0);
    }
}
