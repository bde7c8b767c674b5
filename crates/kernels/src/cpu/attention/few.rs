//! Attention of few queries: keys and values are read once, from where they lie, and nothing is packed.
//!
//! In: heads. Out: attended values, token by token. For a generating language model, whose one query meets a long cache.

use rayon::prelude::*;

use super::super::gemm::Target;
use super::super::memory::{unwritten, with_scratch};
use super::super::rows::{dot, greatest, scale};
use super::super::simd::{Simd, Task};
use super::super::softmax::exponentials;
use super::heads::{Heads, all_heads, head_of};
use super::passes::Scoring;
use super::plan::Plan;

/// Most queries of a head.
const FEW: usize = 4;
/// Fewer products than this stay on their thread.
const WORTH_A_THREAD: usize = 1 << 17;

/// Whether queries are few and channels lie next to each other.
pub(super) fn fits([query, key, value]: [&Heads; 3]) -> bool {
    let adjacent = |heads: &Heads| heads.head(0, 0).column_stride() == 1;
    query.shape[2] <= FEW && adjacent(query) && adjacent(key) && adjacent(value)
}

/// Attends with every query.
pub(super) fn forward(scoring: Scoring, [query, key, value]: [&Heads; 3]) -> Vec<f32> {
    let plan = Plan::new(query, key, scoring.causal);
    let shape = [plan.batch, plan.heads, plan.queries, value.shape[3]];
    let mut output = unwritten(shape.iter().product());
    let target = all_heads(&mut output, shape);
    let head = |index: usize| {
        let (batch, head) = (index / plan.heads, index % plan.heads);
        let key_head = head * plan.key_heads / plan.heads;
        with_scratch(plan.keys, |scores| {
            for row in 0..plan.queries {
                plan.level.run(Row {
                    query: query.head(batch, head).dense_row(row, 0, query.shape[3]),
                    keys: key.head(batch, key_head),
                    values: value.head(batch, key_head),
                    seen: plan.place(0, 0).sight.seen(row, 0, plan.keys),
                    scale: scoring.scale,
                    scores,
                    output: head_of(target, shape, batch, head).part(row..row + 1, 0..shape[3]),
                });
            }
        });
    };
    let work = plan.batch * plan.heads * plan.queries * plan.keys * query.shape[3];
    if work < WORTH_A_THREAD {
        (0..plan.batch * plan.heads).for_each(head);
    } else {
        (0..plan.batch * plan.heads).into_par_iter().for_each(head);
    }
    output
}

struct Row<'a> {
    query: &'a [f32],
    keys: super::super::gemm::Matrix<'a>,
    values: super::super::gemm::Matrix<'a>,
    seen: usize,
    scale: f32,
    scores: &'a mut [f32],
    output: Target<'a>,
}

impl Task for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let columns = self.values.columns();
        // SAFETY: this row of the output belongs to this call alone.
        let output = unsafe { self.output.row(0, 0, columns) };
        output.fill(0.0);
        let scores = &mut self.scores[..self.seen];
        for (place, score) in scores.iter_mut().enumerate() {
            let key = self.keys.dense_row(place, 0, self.query.len());
            *score = dot(simd, self.query, key) * self.scale;
        }
        let most = greatest(simd, scores);
        if most == f32::NEG_INFINITY {
            return;
        }
        let total = exponentials(simd, scores, most);
        for (place, weight) in scores.iter().enumerate() {
            let value = self.values.dense_row(place, 0, columns);
            let weights = simd.splat(*weight);
            let mut values = value.chunks_exact(S::LANES);
            let mut outputs = output.chunks_exact_mut(S::LANES);
            for (out, value) in (&mut outputs).zip(&mut values) {
                let sum = simd.mul_add(simd.load(value), weights, simd.load(out));
                simd.store(out, sum);
            }
            let rest = outputs.into_remainder().iter_mut().zip(values.remainder());
            for (out, value) in rest {
                *out += weight * value;
            }
        }
        scale(simd, output, 1.0 / total);
    }
}
