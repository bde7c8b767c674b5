//! The gradient of one block of queries, from weights computed again.

use super::super::gemm::{Lines, Matrix, Packed, PanelShape, Pass, Piece, Target, pack_all};
use super::super::memory::with_scratch;
use super::super::simd::Level;
use super::forward::{copy_scaled, key_blocks};
use super::scores::{STRIDE, Sight, Slope, Weigh};

/// The keys and values of one head, packed for each product they are in.
#[derive(Clone, Copy)]
pub(super) struct PackedHead<'a> {
    /// Channels by keys.
    pub keys_across: Packed<'a>,
    /// Keys by channels.
    pub keys: Packed<'a>,
    /// Value channels by keys.
    pub values_across: Packed<'a>,
}

/// At most [`super::scores::QUERIES`] queries of one head.
pub(super) struct Block<'a> {
    pub level: Level,
    pub head: PackedHead<'a>,
    /// Queries by channels.
    pub query: Matrix<'a>,
    /// Queries by value channels.
    pub gradient: Matrix<'a>,
    pub scale: f32,
    pub sight: Sight,
    /// Logarithm of each query's sum of exponentials.
    pub logarithms: &'a [f32],
    /// For each query, the sum of its output times the output's gradient.
    pub deltas: &'a [f32],
    /// Written.
    pub query_gradient: Target<'a>,
    /// Added to: keys by channels.
    pub key_gradient: Target<'a>,
    /// Added to: keys by value channels.
    pub value_gradient: Target<'a>,
}

impl Block<'_> {
    /// Adds this block's part of the gradients.
    pub(super) fn differentiate(&self) {
        let queries = self.query.rows();
        let shapes = [
            PanelShape::new(self.level, self.query.columns()),
            PanelShape::new(self.level, self.gradient.columns()),
        ];
        let lengths = shapes.map(|shape| shape.length(queries));
        let numbers = queries * self.query.columns();
        let room = numbers + lengths[0] + lengths[1] + 2 * queries * STRIDE;
        with_scratch(room, |room| {
            let (query, room) = room.split_at_mut(numbers);
            let (query_room, room) = room.split_at_mut(lengths[0]);
            let (gradient_room, room) = room.split_at_mut(lengths[1]);
            let (weights, slopes) = room.split_at_mut(queries * STRIDE);
            copy_scaled(self.query, self.scale, query);
            let query = Matrix::dense(query, [queries, self.query.columns()]);
            let packed_query = pack_all(self.level, &query, query_room, 1);
            let packed_gradient = pack_all(self.level, &self.gradient, gradient_room, 1);
            for (panels, keys) in key_blocks(self.head.keys_across.shape()) {
                let count = keys.len();
                let shape = [queries, count];
                self.multiply(
                    &query,
                    self.head.keys_across,
                    panels.clone(),
                    Target::new(weights, shape, STRIDE),
                );
                self.level.run(Weigh {
                    scores: weights,
                    sight: self.sight,
                    keys: [keys.start, count],
                    logarithms: self.logarithms,
                });
                let values = self.head.values_across;
                self.multiply(
                    &self.gradient,
                    values,
                    panels.clone(),
                    Target::new(slopes, shape, STRIDE),
                );
                self.add(
                    &Matrix::new(weights, shape, [STRIDE, 1]).transposed(),
                    packed_gradient,
                    self.value_gradient,
                    keys.clone(),
                );
                self.level.run(Slope {
                    weights,
                    slopes,
                    keys: count,
                    deltas: self.deltas,
                });
                self.add(
                    &Matrix::new(slopes, shape, [STRIDE, 1]).transposed(),
                    packed_query,
                    self.key_gradient,
                    keys.clone(),
                );
                Piece {
                    pass: &Pass {
                        level: self.level,
                        a: &Matrix::new(slopes, shape, [STRIDE, 1]),
                        a_start: 0,
                        packed: self.head.keys,
                        steps: keys.clone(),
                        c: self.query_gradient,
                        origin: 0,
                        add: keys.start > 0,
                        finish: None,
                    },
                    rows: 0..queries,
                    panels: 0..self.head.keys.shape().count(),
                }
                .multiply();
            }
        });
        self.scale_query_gradient();
    }

    /// `c = a · packed`, for some panels.
    fn multiply(&self, a: &impl Lines, packed: Packed, panels: std::ops::Range<usize>, c: Target) {
        let [rows, inner] = a.shape();
        Piece {
            pass: &Pass {
                level: self.level,
                a,
                a_start: 0,
                packed,
                steps: 0..inner,
                c,
                origin: panels.start,
                add: false,
                finish: None,
            },
            rows: 0..rows,
            panels,
        }
        .multiply();
    }

    /// `c[keys] += a · packed`.
    fn add(&self, a: &impl Lines, packed: Packed, c: Target, keys: std::ops::Range<usize>) {
        let [rows, inner] = a.shape();
        Piece {
            pass: &Pass {
                level: self.level,
                a,
                a_start: 0,
                packed,
                steps: 0..inner,
                c: c.part(keys, 0..c.columns()),
                origin: 0,
                add: true,
                finish: None,
            },
            rows: 0..rows,
            panels: 0..packed.shape().count(),
        }
        .multiply();
    }

    fn scale_query_gradient(&self) {
        let target = self.query_gradient;
        let no_keys = self.head.keys_across.shape().count() == 0;
        for row in 0..target.rows() {
            // SAFETY: these rows belong to this block alone.
            let row = unsafe { target.row(row, 0, target.columns()) };
            if no_keys {
                row.fill(0.0);
            }
            for value in row {
                *value *= self.scale;
            }
        }
    }
}
