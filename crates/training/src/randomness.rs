//! Where chance comes from: one generator for every purpose and number, from one seed.
//!
//! In: the run's seed, a purpose, a number such as the step. Out: a generator. Nothing is carried from step to step,
//! so a run that is resumed draws what it would have drawn.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What chance decides about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// Seeds of training worlds.
    World = 2,
    /// Frames, objects and augmentation of a clip.
    Clip = 3,
    /// Prompts of a step.
    Prompt = 4,
    /// Seeds of held-out worlds.
    HeldOut = 5,
    /// Changes to weights that a run begins with.
    Changes = 6,
    /// Which world a step is about.
    Kind = 7,
}

/// The run's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Randomness(pub(crate) u64);

impl Randomness {
    /// The generator of a purpose and number.
    pub(crate) fn generator(self, purpose: Purpose, number: u64) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed(purpose, 0));
        generator.set_stream(number);
        generator
    }

    /// A seed of a purpose and number, for those who make their own generator (SplitMix64's finaliser).
    pub(crate) fn seed(self, purpose: Purpose, number: u64) -> u64 {
        let mut mixed = self.0 ^ (purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for word in [number, purpose as u64] {
            mixed = mixed.wrapping_add(word).wrapping_add(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
        }
        mixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn purposes_numbers_and_seeds_are_independent_of_each_other() {
        let draw =
            |seed, purpose, number| -> u64 { Randomness(seed).generator(purpose, number).random() };
        let first = draw(1, Purpose::Clip, 7);
        assert_eq!(first, draw(1, Purpose::Clip, 7));
        for other in [
            draw(2, Purpose::Clip, 7),
            draw(1, Purpose::Prompt, 7),
            draw(1, Purpose::Clip, 8),
        ] {
            assert_ne!(first, other);
        }
        let seeds = [
            Randomness(1).seed(Purpose::World, 0),
            Randomness(1).seed(Purpose::World, 1),
            Randomness(1).seed(Purpose::HeldOut, 0),
        ];
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2]);
    }
}
