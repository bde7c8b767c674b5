//! What happens to a block of scores between the products: running softmax, and its gradient.

use super::super::gemm::Target;
use super::super::rows::{greatest, scale};
use super::super::simd::{Simd, Task, exp};
use super::super::softmax::exponentials;

/// Queries in a block.
pub(super) const QUERIES: usize = 96;
/// Keys in a block.
pub(super) const KEYS: usize = 512;
/// Distance of two rows of scores: not a power of two, whose rows would share lines of the cache.
pub(super) const STRIDE: usize = KEYS + 16;

/// Which keys a query sees.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// Keys that the block's first query sees, where it does not see all.
    pub first: Option<i64>,
}

impl Sight {
    /// Of `count` keys from `start` on, how many the block's query number `row` sees.
    #[inline(always)]
    pub(super) fn seen(self, row: usize, start: usize, count: usize) -> usize {
        match self.first {
            None => count,
            Some(first) => (first + row as i64 - start as i64).clamp(0, count as i64) as usize,
        }
    }
}

/// Running maximum and sum of every query of a block.
pub(super) struct Running {
    /// Greatest score so far.
    pub most: [f32; QUERIES],
    /// Sum of exponentials so far, relative to `most`.
    pub total: [f32; QUERIES],
}

/// Turns scores into exponentials, and rescales the output so far to the new maximum.
pub(super) struct Exponentiate<'a> {
    pub scores: &'a mut [f32],
    pub sight: Sight,
    /// First key and number of keys.
    pub keys: [usize; 2],
    pub running: &'a mut Running,
    /// Rows of the output; not written at the first block.
    pub output: Target<'a>,
}

impl Task for Exponentiate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [start, count] = self.keys;
        for row in 0..self.output.rows() {
            let scores = &mut self.scores[row * STRIDE..row * STRIDE + count];
            let (seen, hidden) = scores.split_at_mut(self.sight.seen(row, start, count));
            hidden.fill(0.0);
            let before = self.running.most[row];
            let most = before.max(greatest(simd, seen));
            if most == f32::NEG_INFINITY {
                seen.fill(0.0);
                continue;
            }
            let total = exponentials(simd, seen, most);
            let factor = (before - most).exp();
            self.running.most[row] = most;
            self.running.total[row] = self.running.total[row] * factor + total;
            if start > 0 && factor != 1.0 {
                // SAFETY: these rows of the output belong to this block alone.
                let output = unsafe { self.output.row(row, 0, self.output.columns()) };
                scale(simd, output, factor);
            }
        }
    }
}

/// Divides every row of the output by its sum; rows that saw no key become zero.
pub(super) struct Divide<'a> {
    pub running: &'a Running,
    pub output: Target<'a>,
}

impl Task for Divide<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for row in 0..self.output.rows() {
            // SAFETY: these rows of the output belong to this block alone.
            let output = unsafe { self.output.row(row, 0, self.output.columns()) };
            let total = self.running.total[row];
            if total > 0.0 {
                scale(simd, output, 1.0 / total);
            } else {
                output.fill(0.0);
            }
        }
    }
}

/// Turns scores into weights `e^(score − logarithm)`.
pub(super) struct Weigh<'a> {
    pub scores: &'a mut [f32],
    pub sight: Sight,
    /// First key and number of keys.
    pub keys: [usize; 2],
    /// Logarithm of every query's sum of exponentials.
    pub logarithms: &'a [f32],
}

impl Task for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [start, count] = self.keys;
        for (row, logarithm) in self.logarithms.iter().enumerate() {
            let scores = &mut self.scores[row * STRIDE..row * STRIDE + count];
            let (seen, hidden) = scores.split_at_mut(self.sight.seen(row, start, count));
            hidden.fill(0.0);
            if logarithm.is_finite() {
                let shift = simd.splat(*logarithm);
                let mut chunks = seen.chunks_exact_mut(S::LANES);
                for chunk in &mut chunks {
                    let weight = exp(simd, simd.sub(simd.load(chunk), shift));
                    simd.store(chunk, weight);
                }
                let rest = chunks.into_remainder();
                let weight = exp(simd, simd.sub(simd.load_rest(rest), shift));
                simd.store_rest(rest, weight);
            } else {
                seen.fill(0.0);
            }
        }
    }
}

/// `slopes = weights · (slopes − delta)`: from the gradient of the weights to that of the scores.
pub(super) struct Slope<'a> {
    pub weights: &'a [f32],
    pub slopes: &'a mut [f32],
    pub keys: usize,
    /// For every query, the sum of its output times the output's gradient.
    pub deltas: &'a [f32],
}

impl Task for Slope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (row, delta) in self.deltas.iter().enumerate() {
            let place = row * STRIDE..row * STRIDE + self.keys;
            let shift = simd.splat(*delta);
            let mut weights = self.weights[place.clone()].chunks_exact(S::LANES);
            let mut slopes = self.slopes[place].chunks_exact_mut(S::LANES);
            for (slope, weight) in (&mut slopes).zip(&mut weights) {
                let value = simd.mul(simd.load(weight), simd.sub(simd.load(slope), shift));
                simd.store(slope, value);
            }
            let (slope, weight) = (slopes.into_remainder(), weights.remainder());
            let value = simd.mul(
                simd.load_rest(weight),
                simd.sub(simd.load_rest(slope), shift),
            );
            simd.store_rest(slope, value);
        }
    }
}
