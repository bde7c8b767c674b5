//! Random choices of the procedural world.
//!
//! In: a seed and a stream number. Out: uniform, logarithmic and normal draws, picks and hashes, the same
//! on every machine and whatever the number of threads. Knows nothing of pictures.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A seeded source of choices. One stream per part of the world keeps parts independent of each other.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f32 {
        unit_from_bits(u64::from(self.0.next_u32()) << 32)
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform in the logarithm, for sizes and speeds: every octave is as likely as the next.
    pub(crate) fn log_range(&mut self, low: f32, high: f32) -> f32 {
        (self.range(low.ln(), high.ln())).exp()
    }

    /// Uniform in `[-magnitude, magnitude)`.
    pub(crate) fn signed(&mut self, magnitude: f32) -> f32 {
        self.range(-magnitude, magnitude)
    }

    /// An angle in radians.
    pub(crate) fn angle(&mut self) -> f32 {
        self.range(0.0, std::f32::consts::TAU)
    }

    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Uniform integer in `low..=high`; `low` when the range is empty.
    pub(crate) fn integer(&mut self, low: usize, high: usize) -> usize {
        let span = high.saturating_sub(low) + 1;
        low + ((self.unit() * span as f32) as usize).min(span - 1)
    }

    /// One of a fixed list of choices, which is never empty.
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0) };
        choices[self.integer(0, N - 1)]
    }

    /// Index drawn in proportion to `weights`.
    pub(crate) fn weighted(&mut self, weights: &[f32]) -> usize {
        let mut rest = self.unit() * weights.iter().sum::<f32>();
        for (index, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Normal with mean 0 and deviation 1, cut at about ±3.5 (sum of uniforms).
    pub(crate) fn normal(&mut self) -> f32 {
        let sum: f32 = (0..6).map(|_| self.unit()).sum();
        (sum - 3.0) * std::f32::consts::SQRT_2
    }

    /// A seed for a generator of its own.
    pub(crate) fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Mixes 64 bits (the finaliser of SplitMix64); used where noise must be readable in any order.
pub(crate) fn hash(bits: u64) -> u64 {
    let mut mixed = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Uniform in `[0, 1)` from the upper bits.
pub(crate) fn unit_from_bits(bits: u64) -> f32 {
    (bits >> 40) as f32 * (1.0 / (1u64 << 24) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |stream| {
            let mut dice = Dice::new(7, stream);
            (0..8).map(|_| dice.seed()).collect::<Vec<_>>()
        };
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn draws_stay_inside_their_ranges() {
        let mut dice = Dice::new(1, 0);
        for _ in 0..2000 {
            assert!((2.0..5.0).contains(&dice.range(2.0, 5.0)));
            assert!((0.009..5.01).contains(&dice.log_range(0.01, 5.0)));
            assert!((3..=6).contains(&dice.integer(3, 6)));
            assert!(dice.normal().abs() < 4.5);
        }
        assert_eq!(dice.integer(4, 2), 4);
        assert_eq!(dice.weighted(&[0.0, 1.0, 0.0]), 1);
    }
}
