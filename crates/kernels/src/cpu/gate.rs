//! `silu(gate) · value` and its gradients.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten};
use super::simd::{Level, Simd, Task, sigmoid};
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Inputs: `gate` and `value`, of the same shape.
#[derive(Clone, Debug)]
pub(crate) struct GatedSilu;

/// Numbers that one thread takes at a time.
const CHUNK: usize = 1 << 13;

impl Kernel for GatedSilu {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let (gate, value) = (dense(&inputs[0]), dense(&inputs[1]));
        let mut output = unwritten(numbers(&gate).len());
        output
            .par_chunks_mut(CHUNK)
            .zip(numbers(&gate).par_chunks(CHUNK))
            .zip(numbers(&value).par_chunks(CHUNK))
            .for_each(|((output, gate), value)| {
                level.run(Forward {
                    gate,
                    value,
                    output,
                });
            });
        Outcome {
            output: tensor(output, dimensions(&gate).to_vec()),
            saved: if keep { vec![gate, value] } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let gradient = dense(&gradient);
        let length = numbers(&gradient).len();
        let (mut by_gate, mut by_value) = (unwritten(length), unwritten(length));
        by_gate
            .par_chunks_mut(CHUNK)
            .zip(by_value.par_chunks_mut(CHUNK))
            .zip(numbers(&saved[0]).par_chunks(CHUNK))
            .zip(numbers(&saved[1]).par_chunks(CHUNK))
            .zip(numbers(&gradient).par_chunks(CHUNK))
            .for_each(|((((by_gate, by_value), gate), value), gradient)| {
                level.run(Gradient {
                    gate,
                    value,
                    gradient,
                    outputs: [by_gate, by_value],
                });
            });
        let shape = dimensions(&gradient).to_vec();
        [by_gate, by_value]
            .into_iter()
            .zip(wanted)
            .map(|(data, wanted)| wanted.then(|| tensor(data, shape.clone())))
            .collect()
    }
}

struct Forward<'a> {
    gate: &'a [f32],
    value: &'a [f32],
    output: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let count = self.output.len();
        for start in (0..count).step_by(S::LANES) {
            let place = start..count.min(start + S::LANES);
            let gate = simd.read(&self.gate[place.clone()]);
            let value = simd.read(&self.value[place.clone()]);
            let open = simd.mul(gate, sigmoid(simd, gate));
            simd.write(&mut self.output[place], simd.mul(open, value));
        }
    }
}

struct Gradient<'a> {
    gate: &'a [f32],
    value: &'a [f32],
    gradient: &'a [f32],
    outputs: [&'a mut [f32]; 2],
}

impl Task for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [by_gate, by_value] = self.outputs;
        let (count, one) = (by_gate.len(), simd.splat(1.0));
        for start in (0..count).step_by(S::LANES) {
            let place = start..count.min(start + S::LANES);
            let gate = simd.read(&self.gate[place.clone()]);
            let value = simd.read(&self.value[place.clone()]);
            let gradient = simd.read(&self.gradient[place.clone()]);
            let share = sigmoid(simd, gate);
            let open = simd.mul(gate, share);
            // The slope of x·σ(x) is σ(x) · (1 + x − x·σ(x)).
            let slope = simd.mul(share, simd.add(one, simd.sub(gate, open)));
            let through = simd.mul(gradient, value);
            simd.write(&mut by_gate[place.clone()], simd.mul(through, slope));
            simd.write(&mut by_value[place], simd.mul(gradient, open));
        }
    }
}
