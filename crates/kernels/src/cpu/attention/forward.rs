//! One block of queries against all keys of its head.

use super::super::gemm::{Matrix, Packed, PanelShape, Pass, Piece, Target};
use super::super::memory::with_scratch;
use super::super::simd::Level;
use super::scores::{Divide, Exponentiate, KEYS, QUERIES, Running, STRIDE, Sight};

/// At most [`QUERIES`] queries of one head.
pub(super) struct Block<'a> {
    pub level: Level,
    /// Queries by channels.
    pub query: Matrix<'a>,
    /// Channels by keys.
    pub keys: Packed<'a>,
    /// Keys by value channels.
    pub values: Packed<'a>,
    pub scale: f32,
    pub sight: Sight,
    /// Queries by value channels.
    pub output: Target<'a>,
    /// Logarithm of each query's sum of exponentials, one row.
    pub logarithms: &'a mut [f32],
}

impl Block<'_> {
    /// Writes the output and the logarithms.
    pub(super) fn attend(self) {
        let (queries, channels) = (self.query.rows(), self.query.columns());
        with_scratch(queries * channels, |scaled| {
            copy_scaled(self.query, self.scale, scaled);
            with_scratch(queries * STRIDE, |scores| self.attend_with(scaled, scores));
        });
    }

    fn attend_with(self, query: &[f32], scores: &mut [f32]) {
        let (queries, channels) = (self.query.rows(), self.query.columns());
        let mut running = Running {
            most: [f32::NEG_INFINITY; QUERIES],
            total: [0.0; QUERIES],
        };
        for (panels, keys) in key_blocks(self.keys.shape()) {
            let count = keys.len();
            Piece {
                pass: &Pass {
                    level: self.level,
                    a: &Matrix::dense(query, [queries, channels]),
                    a_start: 0,
                    packed: self.keys,
                    steps: 0..channels,
                    c: Target::new(scores, [queries, count], STRIDE),
                    origin: panels.start,
                    add: false,
                    finish: None,
                },
                rows: 0..queries,
                panels,
            }
            .multiply();
            self.level.run(Exponentiate {
                scores,
                sight: self.sight,
                keys: [keys.start, count],
                running: &mut running,
                output: self.output,
            });
            Piece {
                pass: &Pass {
                    level: self.level,
                    a: &Matrix::new(scores, [queries, count], [STRIDE, 1]),
                    a_start: 0,
                    packed: self.values,
                    steps: keys.clone(),
                    c: self.output,
                    origin: 0,
                    add: keys.start > 0,
                    finish: None,
                },
                rows: 0..queries,
                panels: 0..self.values.shape().count(),
            }
            .multiply();
        }
        self.level.run(Divide {
            running: &running,
            output: self.output,
        });
        for (row, logarithm) in self.logarithms.iter_mut().enumerate() {
            *logarithm = running.most[row] + running.total[row].ln();
        }
    }
}

/// Blocks of keys: their panels, and the keys in these.
pub(super) fn key_blocks(
    shape: PanelShape,
) -> impl Iterator<Item = (std::ops::Range<usize>, std::ops::Range<usize>)> {
    let step = KEYS / shape.full();
    (0..shape.count()).step_by(step).map(move |first| {
        let panels = first..shape.count().min(first + step);
        let keys = shape.columns(first).start..shape.columns(panels.end - 1).end;
        (panels, keys)
    })
}

/// `target = scale · matrix`, its rows one after the other.
pub(super) fn copy_scaled(matrix: Matrix, scale: f32, target: &mut [f32]) {
    let columns = matrix.columns();
    for (row, out) in target.chunks_exact_mut(columns.max(1)).enumerate() {
        if matrix.column_stride() == 1 {
            for (out, value) in out.iter_mut().zip(matrix.dense_row(row, 0, columns)) {
                *out = value * scale;
            }
        } else {
            for (column, out) in out.iter_mut().enumerate() {
                *out = matrix.get(row, column) * scale;
            }
        }
    }
}
