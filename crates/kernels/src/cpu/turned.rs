//! Products of rather few rows with a large weight: the rows are packed, not the weight, and the result is turned.
//!
//! In: rows, and a weight of any strides. Out: `rows · weightᵀ`, row by row, finished.

use rayon::prelude::*;

use super::gemm::{Finish, Matrix, Product, Target, multiply};
use super::memory::{unwritten, with_scratch};
use super::simd::Level;
use super::transpose::{Across, transpose};

/// Rows that are turned together: a line of memory holds one number of each.
const TOGETHER: usize = 16;
/// Fewer numbers than this are turned on one thread.
const WORTH_A_THREAD: usize = 1 << 15;

/// Whether packing and turning touch at most half as many numbers as the weight has, at a level of products in f32.
pub(crate) fn fits(level: Level, rows: Matrix, columns: usize) -> bool {
    !level.is_half() && 2 * rows.rows() * (rows.columns() + columns) <= rows.columns() * columns
}

/// `rows · weightᵀ`, then `finish`.
pub(crate) fn multiply_turned(
    level: Level,
    rows: Matrix,
    weight: Matrix,
    finish: &impl Finish,
) -> Vec<f32> {
    let (count, columns) = (rows.rows(), weight.rows());
    let mut output = unwritten(count * columns);
    with_scratch(columns * count, |turned| {
        multiply(
            level,
            &Product {
                a: weight,
                b: &rows.transposed(),
                c: Target::dense(turned, [columns, count]),
                add: false,
                finish: None,
            },
        );
        let turned = &*turned;
        let part = |(index, out): (usize, &mut [f32])| {
            let first = index * TOGETHER;
            let source = Across {
                numbers: &turned[first..],
                stride: count,
                shape: [columns, out.len() / columns],
            };
            transpose(level, source, out, columns);
            for (row, out) in out.chunks_exact_mut(columns).enumerate() {
                finish.finish(level, first + row, 0, out);
            }
        };
        let size = (TOGETHER * columns).max(1);
        if output.len() < WORTH_A_THREAD {
            output.chunks_mut(size).enumerate().for_each(part);
        } else {
            output.par_chunks_mut(size).enumerate().for_each(part);
        }
    });
    output
}
