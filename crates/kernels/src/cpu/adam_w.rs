//! One step of AdamW on one tensor, in one pass.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::pointwise::CHUNK;
use super::simd::{Level, Simd, Task};
use super::view::{dense, numbers, owned};

/// The numbers of a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors {
    /// Decay of the gradient's mean and of its square's mean.
    pub decays: [f32; 2],
    /// What the value is multiplied by first.
    pub keep: f32,
    /// Rate over the first mean's bias correction.
    pub rate: f32,
    /// One over the root of the second mean's bias correction.
    pub root: f32,
    /// Added to the root of the second mean.
    pub epsilon: f32,
}

/// Moves `[value, first, second]` along `gradient`; written over where nobody else holds them.
pub(crate) fn step(
    state: [FlexTensor; 3],
    gradient: &FlexTensor,
    factors: Factors,
) -> [FlexTensor; 3] {
    let level = Level::current();
    let [mut value, mut first, mut second] = state.map(owned);
    let gradient = dense(gradient);
    value
        .storage_mut::<f32>()
        .par_chunks_mut(CHUNK)
        .zip(first.storage_mut::<f32>().par_chunks_mut(CHUNK))
        .zip(second.storage_mut::<f32>().par_chunks_mut(CHUNK))
        .zip(numbers(&gradient).par_chunks(CHUNK))
        .for_each(|(((value, first), second), gradient)| {
            level.run(Step {
                state: [value, first, second],
                gradient,
                factors,
            });
        });
    [value, first, second]
}

struct Step<'a> {
    state: [&'a mut [f32]; 3],
    gradient: &'a [f32],
    factors: Factors,
}

impl Task for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [value, first, second] = self.state;
        let factors = self.factors;
        let [first_decay, second_decay] = factors.decays.map(|decay| simd.splat(decay));
        let [first_share, second_share] = factors.decays.map(|decay| simd.splat(1.0 - decay));
        let values = value.chunks_mut(S::LANES).zip(first.chunks_mut(S::LANES));
        let others = second
            .chunks_mut(S::LANES)
            .zip(self.gradient.chunks(S::LANES));
        for ((value, first), (second, gradient)) in values.zip(others) {
            let g = simd.read(gradient);
            let mean = simd.mul_add(simd.read(first), first_decay, simd.mul(g, first_share));
            let square = simd.mul(simd.mul(g, g), second_share);
            let square = simd.mul_add(simd.read(second), second_decay, square);
            let root = simd.mul(simd.sqrt(square), simd.splat(factors.root));
            let direction = simd.div(mean, simd.add(root, simd.splat(factors.epsilon)));
            let kept = simd.mul(simd.read(value), simd.splat(factors.keep));
            simd.write(
                value,
                simd.mul_add(direction, simd.splat(-factors.rate), kept),
            );
            simd.write(first, mean);
            simd.write(second, square);
        }
    }
}
