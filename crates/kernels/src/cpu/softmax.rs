//! Softmax along the last dimension and its gradient; and the activations as kernels of their own.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten};
use super::pointwise::{CHUNK, activate_all, differentiate_all};
use super::rows::{dot, greatest, scale};
use super::simd::{Level, Simd, Task, exp};
use super::view::{dense, dimensions, numbers, owned};
use crate::Activation;
use crate::extension::{Kernel, Outcome};

/// Input: any tensor.
#[derive(Clone, Debug)]
pub(crate) struct Softmax;

impl Kernel for Softmax {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let input = dense(&inputs[0]);
        let columns = last(&input);
        let mut output = unwritten(numbers(&input).len());
        let chunk = rows_of(columns);
        output
            .par_chunks_mut(chunk)
            .zip(numbers(&input).par_chunks(chunk))
            .for_each(|(output, input)| {
                output.copy_from_slice(input);
                level.run(Normalise {
                    rows: output,
                    columns,
                });
            });
        let output = tensor(output, dimensions(&input).to_vec());
        Outcome {
            saved: if keep {
                vec![output.clone()]
            } else {
                Vec::new()
            },
            output,
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let columns = last(&saved[0]);
        let mut gradient = owned(gradient);
        let chunk = rows_of(columns);
        gradient
            .storage_mut::<f32>()
            .par_chunks_mut(chunk)
            .zip(numbers(&saved[0]).par_chunks(chunk))
            .for_each(|(gradient, output)| {
                level.run(SoftmaxGradient {
                    output,
                    gradient,
                    columns,
                });
            });
        vec![Some(gradient)]
    }
}

fn last(tensor: &FlexTensor) -> usize {
    dimensions(tensor).last().copied().unwrap_or(1).max(1)
}

/// Numbers in the whole rows that one thread takes at a time.
fn rows_of(columns: usize) -> usize {
    (CHUNK / columns).max(1) * columns
}

struct Normalise<'a> {
    rows: &'a mut [f32],
    columns: usize,
}

impl Task for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for row in self.rows.chunks_exact_mut(self.columns) {
            let most = greatest(simd, row);
            let total = exponentials(simd, row, most);
            scale(simd, row, 1.0 / total);
        }
    }
}

/// `row = e^(row − most)`; returns the sum.
#[inline(always)]
pub(crate) fn exponentials<S: Simd>(simd: S, row: &mut [f32], most: f32) -> f32 {
    let shift = simd.splat(most);
    let mut total = simd.splat(0.0);
    let mut chunks = row.chunks_exact_mut(S::LANES);
    for chunk in &mut chunks {
        let value = exp(simd, simd.sub(simd.load(chunk), shift));
        total = simd.add(total, value);
        simd.store(chunk, value);
    }
    let rest = chunks.into_remainder();
    let value = exp(simd, simd.sub(simd.load_rest(rest), shift));
    simd.store_rest(rest, value);
    rest.iter().fold(simd.sum(total), |total, x| total + x)
}

struct SoftmaxGradient<'a> {
    output: &'a [f32],
    gradient: &'a mut [f32],
    columns: usize,
}

impl Task for SoftmaxGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let outputs = self.output.chunks_exact(self.columns);
        let gradients = self.gradient.chunks_exact_mut(self.columns);
        for (output, gradient) in outputs.zip(gradients) {
            let mean = simd.splat(dot(simd, output, gradient));
            let mut outputs = output.chunks_exact(S::LANES);
            let mut gradients = gradient.chunks_exact_mut(S::LANES);
            for (y, g) in (&mut outputs).zip(&mut gradients) {
                let result = simd.mul(simd.load(y), simd.sub(simd.load(g), mean));
                simd.store(g, result);
            }
            let (y, g) = (outputs.remainder(), gradients.into_remainder());
            let result = simd.mul(simd.load_rest(y), simd.sub(simd.load_rest(g), mean));
            simd.store_rest(g, result);
        }
    }
}

/// Input: any tensor.
#[derive(Clone, Debug)]
pub(crate) struct Pointwise(pub Activation);

impl Kernel for Pointwise {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let input = dense(&inputs[0]);
        let mut output = unwritten(numbers(&input).len());
        activate_all(Level::current(), self.0, numbers(&input), &mut output);
        Outcome {
            output: tensor(output, dimensions(&input).to_vec()),
            saved: if keep { vec![input] } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let mut gradient = owned(gradient);
        let slopes = numbers(&saved[0]);
        differentiate_all(Level::current(), self.0, slopes, gradient.storage_mut());
        vec![Some(gradient)]
    }
}
