//! Rotation of pairs of channels by tables of cosines and sines, and its gradient.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten};
use super::simd::{Level, Simd, Task};
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Inputs: `tokens` `[batch, tokens, heads, channels]`, `cosines` and `sines` `[1, period, 1, channels]`; of half the channels
/// where the first half of the channels pairs with the second.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rotate {
    /// Neighbouring channels are pairs.
    Neighbours,
    /// Channels of the first half and of the second are pairs.
    Halves,
}

/// Turns every token by its table's row, or back.
fn turned(pairs: Rotate, tokens: &FlexTensor, tables: [&FlexTensor; 2], back: bool) -> FlexTensor {
    let level = Level::current();
    let tokens = dense(tokens);
    let shape = dimensions(&tokens).to_vec();
    let [_, _, heads, channels] = [0, 1, 2, 3].map(|dimension| shape[dimension]);
    let [cosines, sines] = tables.map(numbers);
    let period = dimensions(tables[0])[1];
    let width = match pairs {
        Rotate::Neighbours => channels,
        Rotate::Halves => channels / 2,
    };
    let mut output = unwritten(numbers(&tokens).len());
    let size = (heads * channels).max(1);
    output
        .par_chunks_mut(16 * size)
        .zip(numbers(&tokens).par_chunks(16 * size))
        .enumerate()
        .for_each(|(group, (output, tokens))| {
            let rows = output
                .chunks_exact_mut(channels.max(1))
                .zip(tokens.chunks_exact(channels.max(1)));
            for (index, (output, token)) in rows.enumerate() {
                let row = (group * 16 + index / heads) % period * width;
                let turn = Turn {
                    token,
                    cosines: &cosines[row..row + width],
                    sines: &sines[row..row + width],
                    output,
                    back,
                };
                match pairs {
                    Rotate::Neighbours => level.run(turn),
                    Rotate::Halves => level.run(TurnHalves(turn)),
                }
            }
        });
    tensor(output, shape)
}

impl Kernel for Rotate {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let tables = [dense(&inputs[1]), dense(&inputs[2])];
        Outcome {
            output: turned(*self, &inputs[0], tables.each_ref(), false),
            saved: if keep { tables.to_vec() } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        vec![
            wanted[0].then(|| turned(*self, &gradient, [&saved[0], &saved[1]], true)),
            None,
            None,
        ]
    }
}

struct Turn<'a> {
    token: &'a [f32],
    cosines: &'a [f32],
    sines: &'a [f32],
    output: &'a mut [f32],
    back: bool,
}

impl Task for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let count = self.output.len();
        let full = count / S::LANES * S::LANES;
        for start in (0..full).step_by(S::LANES) {
            let token = simd.load(&self.token[start..]);
            let sine = simd.load(&self.sines[start..]);
            // Forward the partner is turned by this channel's sine, backward by its own.
            let across = if self.back {
                simd.swap_pairs(simd.mul(token, sine))
            } else {
                simd.mul(simd.swap_pairs(token), sine)
            };
            let cosine = simd.load(&self.cosines[start..]);
            simd.store(
                &mut self.output[start..],
                simd.mul_add(token, cosine, across),
            );
        }
        for index in full..count {
            let partner = index ^ 1;
            let sine = self.sines[if self.back { partner } else { index }];
            self.output[index] =
                self.token[index] * self.cosines[index] + self.token[partner] * sine;
        }
    }
}

struct TurnHalves<'a>(Turn<'a>);

impl Task for TurnHalves<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Turn {
            token,
            cosines,
            sines,
            output,
            back,
        } = self.0;
        let half = cosines.len();
        let (first, second) = token.split_at(half);
        let (first_out, second_out) = output.split_at_mut(half);
        let sign = simd.splat(if back { -1.0 } else { 1.0 });
        for start in (0..half).step_by(S::LANES) {
            let place = start..half.min(start + S::LANES);
            let (a, b) = (
                simd.read(&first[place.clone()]),
                simd.read(&second[place.clone()]),
            );
            let cosine = simd.read(&cosines[place.clone()]);
            let sine = simd.mul(simd.read(&sines[place.clone()]), sign);
            let across = simd.sub(simd.mul(a, cosine), simd.mul(b, sine));
            simd.write(&mut first_out[place.clone()], across);
            let along = simd.mul_add(b, cosine, simd.mul(a, sine));
            simd.write(&mut second_out[place], along);
        }
    }
}
