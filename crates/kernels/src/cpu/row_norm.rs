//! Layer norm and root-mean-square norm over the last dimension, and their gradients.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten};
use super::rows::{squares, sum};
use super::simd::{Level, Simd, Task};
use super::sums::add_in_place;
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Inputs: `input`, `weight` and, where centred, `bias`.
#[derive(Clone, Debug)]
pub(crate) struct RowNorm {
    /// Whether the mean is taken away first (layer norm).
    pub centred: bool,
    /// Added to the variance.
    pub epsilon: f32,
}

/// Rows that one thread takes at a time: a fixed number, so that sums over rows do not depend on the threads.
const ROWS: usize = 64;

impl Kernel for RowNorm {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let (input, weight) = (dense(&inputs[0]), dense(&inputs[1]));
        let bias = self.centred.then(|| dense(&inputs[2]));
        let (x, columns) = (numbers(&input), numbers(&weight).len());
        let rows = x.len().checked_div(columns).unwrap_or(0);
        let mut output = unwritten(x.len());
        let mut statistics = unwritten(rows * 2);
        output
            .par_chunks_mut((ROWS * columns).max(1))
            .zip(x.par_chunks((ROWS * columns).max(1)))
            .zip(statistics.par_chunks_mut(ROWS * 2))
            .for_each(|((output, input), statistics)| {
                level.run(Forward {
                    norm: self,
                    input,
                    weight: numbers(&weight),
                    bias: bias.as_ref().map(numbers),
                    output,
                    statistics,
                });
            });
        Outcome {
            output: tensor(output, dimensions(&input).to_vec()),
            saved: if keep {
                vec![input, weight, tensor(statistics, [rows, 2])]
            } else {
                Vec::new()
            },
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
        let (x, weight, g) = (numbers(&saved[0]), numbers(&saved[1]), numbers(&gradient));
        let columns = weight.len();
        let chunk = (ROWS * columns).max(1);
        let pieces = x.len().div_ceil(chunk);
        let mut input_gradient = unwritten(x.len());
        let mut partial = vec![0.0; pieces * 2 * columns];
        input_gradient
            .par_chunks_mut(chunk)
            .zip(x.par_chunks(chunk))
            .zip(g.par_chunks(chunk))
            .zip(numbers(&saved[2]).par_chunks(ROWS * 2))
            .zip(partial.par_chunks_mut((2 * columns).max(1)))
            .for_each(|((((out, input), gradient), statistics), sums)| {
                level.run(Gradient {
                    centred: self.centred,
                    input,
                    weight,
                    statistics,
                    gradient,
                    out,
                    sums,
                });
            });
        let mut totals = vec![0.0; 2 * columns];
        for sums in partial.chunks_exact((2 * columns).max(1)) {
            add_in_place(level, sums, &mut totals);
        }
        let bias_gradient = totals.split_off(columns);
        let shape = dimensions(&saved[0]).to_vec();
        let mut found = vec![
            wanted[0].then(|| tensor(input_gradient, shape)),
            wanted[1].then(|| tensor(totals, [columns])),
        ];
        if self.centred {
            found.push(wanted[2].then(|| tensor(bias_gradient, [columns])));
        }
        found
    }
}

struct Forward<'a> {
    norm: &'a RowNorm,
    input: &'a [f32],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    output: &'a mut [f32],
    /// Mean and inverse deviation of each row.
    statistics: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let columns = self.weight.len();
        let rows = self.input.chunks_exact(columns);
        let outputs = self.output.chunks_exact_mut(columns);
        for ((x, y), statistics) in rows.zip(outputs).zip(self.statistics.chunks_exact_mut(2)) {
            let count = columns as f32;
            let mean = if self.norm.centred {
                sum(simd, x) / count
            } else {
                0.0
            };
            let variance = squares(simd, x, mean) / count;
            let inverse = 1.0 / (variance + self.norm.epsilon).sqrt();
            statistics.copy_from_slice(&[mean, inverse]);
            let (middle, factor) = (simd.splat(mean), simd.splat(inverse));
            let mut column = 0;
            while column + S::LANES <= columns {
                let centred = simd.sub(simd.load(&x[column..]), middle);
                let scaled = simd.mul(centred, factor);
                let weight = simd.load(&self.weight[column..]);
                let bias = match self.bias {
                    Some(bias) => simd.load(&bias[column..]),
                    None => simd.splat(0.0),
                };
                simd.store(&mut y[column..], simd.mul_add(scaled, weight, bias));
                column += S::LANES;
            }
            for column in column..columns {
                let bias = self.bias.map_or(0.0, |bias| bias[column]);
                y[column] = (x[column] - mean) * inverse * self.weight[column] + bias;
            }
        }
    }
}

struct Gradient<'a> {
    centred: bool,
    input: &'a [f32],
    weight: &'a [f32],
    statistics: &'a [f32],
    gradient: &'a [f32],
    out: &'a mut [f32],
    /// Gradients of weight and bias from these rows.
    sums: &'a mut [f32],
}

impl Task for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let columns = self.weight.len();
        let (weight_sums, bias_sums) = self.sums.split_at_mut(columns);
        let rows = self.input.chunks_exact(columns);
        let gradients = self.gradient.chunks_exact(columns);
        let outs = self.out.chunks_exact_mut(columns);
        for (((x, g), out), statistics) in rows
            .zip(gradients)
            .zip(outs)
            .zip(self.statistics.chunks_exact(2))
        {
            let (mean, inverse) = (statistics[0], statistics[1]);
            let (middle, factor) = (simd.splat(mean), simd.splat(inverse));
            let mut total = simd.splat(0.0);
            let mut slanted = simd.splat(0.0);
            let full = columns / S::LANES * S::LANES;
            for column in (0..full).step_by(S::LANES) {
                let scaled = simd.mul(simd.sub(simd.load(&x[column..]), middle), factor);
                let g = simd.load(&g[column..]);
                let weighted = simd.mul(g, simd.load(&self.weight[column..]));
                total = simd.add(total, weighted);
                slanted = simd.mul_add(weighted, scaled, slanted);
                let sums = &mut weight_sums[column..];
                let sum = simd.mul_add(g, scaled, simd.load(sums));
                simd.store(sums, sum);
                let sums = &mut bias_sums[column..];
                let sum = simd.add(g, simd.load(sums));
                simd.store(sums, sum);
            }
            let (mut total, mut slanted) = (simd.sum(total), simd.sum(slanted));
            for column in full..columns {
                let scaled = (x[column] - mean) * inverse;
                let weighted = g[column] * self.weight[column];
                total += weighted;
                slanted += weighted * scaled;
                weight_sums[column] += g[column] * scaled;
                bias_sums[column] += g[column];
            }
            let count = columns as f32;
            let shift = if self.centred { total / count } else { 0.0 };
            let slant = slanted / count;
            let (shift_by, slant_by) = (simd.splat(shift), simd.splat(-slant));
            for column in (0..full).step_by(S::LANES) {
                let scaled = simd.mul(simd.sub(simd.load(&x[column..]), middle), factor);
                let weighted = simd.mul(simd.load(&g[column..]), simd.load(&self.weight[column..]));
                let rest = simd.mul_add(scaled, slant_by, simd.sub(weighted, shift_by));
                simd.store(&mut out[column..], simd.mul(rest, factor));
            }
            for column in full..columns {
                let scaled = (x[column] - mean) * inverse;
                let weighted = g[column] * self.weight[column];
                out[column] = inverse * (weighted - shift - scaled * slant);
            }
        }
    }
}
