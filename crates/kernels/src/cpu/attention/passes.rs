//! Both passes over all heads.

use super::super::gemm::{Columns, Matrix, PanelShape, Target, pack_all};
use super::super::memory::{unwritten, with_scratch};
use super::super::rows::dot;
use super::super::simd::{Level, Simd, Task};
use super::backward::{self, PackedHead};
use super::forward;
use super::heads::{Heads, all_heads, head_of};
use super::plan::{Plan, Sums, each};
use super::scores::QUERIES;
use crate::Precision;

/// How scores are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scoring {
    /// Factor on the scores.
    pub scale: f32,
    /// Each query sees only keys at its own index and before, aligned at the end.
    pub causal: bool,
    /// How numbers are multiplied in the forward pass; the backward pass is in single precision.
    pub precision: Precision,
}

/// What the forward pass returns.
pub(super) struct Attended {
    /// Token by token, all heads of a token together.
    pub output: Vec<f32>,
    /// Logarithm of the sum of exponentials, by batch, head and query.
    pub logarithms: Vec<f32>,
}

impl Scoring {
    /// Attends with every query of `[query, key, value]`.
    pub(super) fn forward(self, [query, key, value]: [&Heads; 3]) -> Attended {
        let plan = Plan::new(query, key, self.causal).at(Level::of(self.precision));
        let shape = [plan.batch, plan.heads, plan.queries, value.shape[3]];
        let mut output = unwritten(shape.iter().product());
        let rows_shape = [plan.batch * plan.heads, plan.queries];
        let mut logarithms = unwritten(rows_shape.iter().product());
        let target = all_heads(&mut output, shape);
        let rows = Target::dense(&mut logarithms, rows_shape);
        plan.each_key_head(|batch, key_head, threads| {
            let (keys, values) = (key.head(batch, key_head), value.head(batch, key_head));
            let across = keys.transposed();
            let lengths = [room(plan.level, &across), room(plan.level, &values)];
            with_scratch(lengths[0] + lengths[1], |data| {
                let (key_room, value_room) = data.split_at_mut(lengths[0]);
                let packed_keys = pack_all(plan.level, &across, key_room, threads);
                let packed_values = pack_all(plan.level, &values, value_room, threads);
                each(plan.blocks(), threads, |block| {
                    let place = plan.place(key_head, block);
                    let (start, count) = (place.queries.start, place.queries.len());
                    let output = head_of(target, shape, batch, place.head);
                    // SAFETY: each block has queries of its own.
                    let logarithms =
                        unsafe { rows.row(batch * plan.heads + place.head, start, count) };
                    forward::Block {
                        level: plan.level,
                        query: query.head(batch, place.head).row_range(start, count),
                        keys: packed_keys,
                        values: packed_values,
                        scale: self.scale,
                        sight: place.sight,
                        output: output.part(place.queries, 0..shape[3]),
                        logarithms,
                    }
                    .attend();
                });
            });
        });
        Attended { output, logarithms }
    }

    /// Writes the gradient of the queries and adds those of keys and values to `targets`, each laid out token by token.
    pub(super) fn backward(
        self,
        [query, key, value]: [&Heads; 3],
        [output, gradient]: [&Heads; 2],
        logarithms: &[f32],
        [query_target, key_target, value_target]: [Target; 3],
    ) {
        let plan = Plan::new(query, key, self.causal);
        plan.each_key_head(|batch, key_head, threads| {
            let sums = Sums {
                key: head_of(key_target, key.shape, batch, key_head),
                value: head_of(value_target, value.shape, batch, key_head),
            };
            let (keys, values) = (key.head(batch, key_head), value.head(batch, key_head));
            with_packed(plan.level, [keys, values], threads, |head| {
                let (blocks, slots) = (plan.blocks(), threads.min(plan.blocks()).max(1));
                sums.in_slots(plan.level, slots, |slot, sums| {
                    for block in blocks * slot / slots..blocks * (slot + 1) / slots {
                        let place = plan.place(key_head, block);
                        let (start, count) = (place.queries.start, place.queries.len());
                        let gradient = gradient.head(batch, place.head).row_range(start, count);
                        let output = output.head(batch, place.head).row_range(start, count);
                        let mut deltas = [0.0; QUERIES];
                        plan.level.run(Deltas {
                            output,
                            gradient,
                            deltas: &mut deltas[..count],
                        });
                        let first = (batch * plan.heads + place.head) * plan.queries + start;
                        let target = head_of(query_target, query.shape, batch, place.head);
                        backward::Block {
                            level: plan.level,
                            head,
                            query: query.head(batch, place.head).row_range(start, count),
                            gradient,
                            scale: self.scale,
                            sight: place.sight,
                            logarithms: &logarithms[first..first + count],
                            deltas: &deltas[..count],
                            query_gradient: target.part(place.queries, 0..query.shape[3]),
                            key_gradient: sums.key,
                            value_gradient: sums.value,
                        }
                        .differentiate();
                    }
                });
            });
        });
    }
}

/// Numbers that a packed right side needs.
fn room(level: Level, columns: &impl Columns) -> usize {
    let [inner, count] = columns.shape();
    PanelShape::new(level, count).length(inner)
}

/// Lends the keys and values of a head, packed for the backward pass.
fn with_packed(
    level: Level,
    [keys, values]: [Matrix; 2],
    threads: usize,
    body: impl FnOnce(PackedHead),
) {
    let sides = [keys.transposed(), keys, values.transposed()];
    let lengths = sides.map(|side| room(level, &side));
    with_scratch(lengths.iter().sum(), |data| {
        let (first, data) = data.split_at_mut(lengths[0]);
        let (second, third) = data.split_at_mut(lengths[1]);
        body(PackedHead {
            keys_across: pack_all(level, &sides[0], first, threads),
            keys: pack_all(level, &sides[1], second, threads),
            values_across: pack_all(level, &sides[2], third, threads),
        });
    });
}

/// For each row, the sum of the output times its gradient.
struct Deltas<'a> {
    output: Matrix<'a>,
    gradient: Matrix<'a>,
    deltas: &'a mut [f32],
}

impl Task for Deltas<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let columns = self.output.columns();
        let dense = self.output.column_stride() == 1 && self.gradient.column_stride() == 1;
        for (row, delta) in self.deltas.iter_mut().enumerate() {
            *delta = if dense {
                let output = self.output.dense_row(row, 0, columns);
                dot(simd, output, self.gradient.dense_row(row, 0, columns))
            } else {
                (0..columns)
                    .map(|column| self.output.get(row, column) * self.gradient.get(row, column))
                    .sum()
            };
        }
    }
}
