//! Elementwise sums and sums over rows.

use rayon::prelude::*;

use super::gemm::Matrix;
use super::memory::unwritten;
use super::simd::{Level, Simd, Task};

/// `values += added`.
pub(crate) fn add_in_place(level: Level, added: &[f32], values: &mut [f32]) {
    level.run(Add { added, values });
}

struct Add<'a> {
    added: &'a [f32],
    values: &'a mut [f32],
}

impl Task for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let mut added = self.added.chunks_exact(S::LANES);
        let mut values = self.values.chunks_exact_mut(S::LANES);
        for (value, added) in (&mut values).zip(&mut added) {
            let sum = simd.add(simd.load(value), simd.load(added));
            simd.store(value, sum);
        }
        for (value, added) in values.into_remainder().iter_mut().zip(added.remainder()) {
            *value += added;
        }
    }
}

/// Rows that one partial sum covers: a fixed number, so that the sum does not depend on the threads.
const ROWS: usize = 512;

/// Sum of every column.
pub(crate) fn column_sums(matrix: Matrix) -> Vec<f32> {
    let level = Level::current();
    let columns = matrix.columns();
    let pieces = matrix.rows().div_ceil(ROWS);
    let mut partial = unwritten(pieces * columns);
    partial
        .par_chunks_mut(columns.max(1))
        .enumerate()
        .for_each(|(piece, sums)| {
            let start = piece * ROWS;
            let rows = matrix.row_range(start, ROWS.min(matrix.rows() - start));
            sums.fill(0.0);
            if matrix.column_stride() == 1 {
                for row in 0..rows.rows() {
                    add_in_place(level, rows.dense_row(row, 0, columns), sums);
                }
            } else {
                for row in 0..rows.rows() {
                    for (column, sum) in sums.iter_mut().enumerate() {
                        *sum += rows.get(row, column);
                    }
                }
            }
        });
    let mut total = vec![0.0; columns];
    for sums in partial.chunks_exact(columns.max(1)) {
        add_in_place(level, sums, &mut total);
    }
    total
}
