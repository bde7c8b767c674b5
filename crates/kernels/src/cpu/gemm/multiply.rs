//! How the register tile multiplies: single numbers, or pairs of bfloat16 that are summed in f32.
//!
//! In: rows of A. Out: rows whose numbers are what the right side's panels hold, one step or two of the inner dimension
//! in each.

use super::super::simd::{HalfSimd, HalfTask, Level, Simd, Task};
use super::pass::Joined;
use super::tile::Rows;

/// A kind of number and its product.
pub(crate) trait Multiply<S: Simd>: Copy {
    /// Steps of the inner dimension in a number.
    const DEPTH: usize;

    /// `a · b + sum`.
    fn add_product(self, simd: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector;

    /// A number of this kind from one step and, where it holds two, the next.
    fn join(self, first: S::Vector, second: S::Vector) -> S::Vector;

    /// The numbers of a row of A; a zero fills up the last one.
    fn join_row(self, simd: S, source: &[f32], out: &mut [f32]);

    /// Rows and steps, `shape`, of A as numbers of this kind: where they are or in the buffer.
    ///
    /// # Safety
    /// `a` is readable for `shape`.
    unsafe fn left(self, simd: S, a: Rows, shape: [usize; 2], buffer: &mut Joined) -> Rows;
}

/// Numbers are `f32`.
#[derive(Clone, Copy)]
pub(crate) struct Single;

impl<S: Simd> Multiply<S> for Single {
    const DEPTH: usize = 1;

    #[inline(always)]
    fn add_product(self, simd: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector {
        simd.mul_add(a, b, sum)
    }

    #[inline(always)]
    fn join(self, first: S::Vector, _: S::Vector) -> S::Vector {
        first
    }

    #[inline(always)]
    fn join_row(self, _: S, source: &[f32], out: &mut [f32]) {
        out.copy_from_slice(source);
    }

    #[inline(always)]
    unsafe fn left(self, _: S, a: Rows, _: [usize; 2], _: &mut Joined) -> Rows {
        a
    }
}

/// Numbers are two bfloat16.
#[derive(Clone, Copy)]
pub(crate) struct Paired<H>(pub H);

impl<S: Simd, H: HalfSimd<Full = S>> Multiply<S> for Paired<H> {
    const DEPTH: usize = 2;

    #[inline(always)]
    fn add_product(self, _: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector {
        self.0.dot_pairs(a, b, sum)
    }

    #[inline(always)]
    fn join(self, first: S::Vector, second: S::Vector) -> S::Vector {
        self.0.pair_rows(first, second)
    }

    #[inline(always)]
    fn join_row(self, simd: S, source: &[f32], out: &mut [f32]) {
        let mut whole = source.chunks_exact(2 * S::LANES);
        let mut outs = out.chunks_exact_mut(S::LANES);
        for (source, out) in (&mut whole).zip(&mut outs) {
            let (low, high) = source.split_at(S::LANES);
            simd.store(out, self.0.pair_neighbours(simd.load(low), simd.load(high)));
        }
        let rest = whole.remainder();
        if rest.is_empty() {
            return;
        }
        let (low, high) = rest.split_at(rest.len().min(S::LANES));
        let pairs = self.0.pair_neighbours(simd.read(low), simd.read(high));
        // A rest of 2 · LANES − 1 numbers fills a whole vector.
        match outs.next() {
            Some(out) => simd.store(out, pairs),
            None => simd.store_rest(outs.into_remainder(), pairs),
        }
    }

    #[inline(always)]
    unsafe fn left(self, simd: S, a: Rows, shape: [usize; 2], buffer: &mut Joined) -> Rows {
        let [rows, steps] = shape;
        let pairs = steps.div_ceil(2);
        assert!(rows * pairs <= buffer.len() && rows <= 12);
        if a.step == 1 {
            for (row, out) in buffer.chunks_exact_mut(pairs).take(rows).enumerate() {
                // SAFETY: the row's `steps` numbers are readable.
                let source = unsafe {
                    std::slice::from_raw_parts(a.data.wrapping_add(row * a.row_stride), steps)
                };
                self.join_row(simd, source, out);
            }
            return Rows {
                data: buffer.as_ptr(),
                row_stride: pairs,
                step: 1,
            };
        }
        for (pair, out) in buffer.chunks_exact_mut(rows).take(pairs).enumerate() {
            let mut columns = [[0.0; 16]; 2];
            for (step, column) in (2 * pair..steps).zip(&mut columns) {
                for (row, number) in column[..rows].iter_mut().enumerate() {
                    let place = row * a.row_stride + step * a.step;
                    // SAFETY: this row and this step are readable.
                    *number = unsafe { *a.data.wrapping_add(place) };
                }
            }
            for (start, out) in out.chunks_mut(S::LANES).enumerate() {
                let first = simd.read(&columns[0][start * S::LANES..][..out.len()]);
                let second = simd.read(&columns[1][start * S::LANES..][..out.len()]);
                simd.write(out, self.0.pair_rows(first, second));
            }
        }
        Rows {
            data: buffer.as_ptr(),
            row_stride: 1,
            step: rows,
        }
    }
}

/// A kernel that multiplies numbers of either kind.
pub(crate) trait ProductTask {
    /// The kernel, as [`Task::run`].
    fn run<S: Simd, M: Multiply<S>>(self, simd: S, multiply: M);
}

/// Runs a kernel with the numbers of a level.
pub(crate) fn run_products(level: Level, task: impl ProductTask) {
    if level.is_half() {
        level.run_half(Products(task));
    } else {
        level.run(Products(task));
    }
}

struct Products<T>(T);

impl<T: ProductTask> Task for Products<T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.0.run(simd, Single);
    }
}

impl<T: ProductTask> HalfTask for Products<T> {
    type Output = ();

    #[inline(always)]
    fn run<H: HalfSimd>(self, half: H) {
        self.0.run(half.full(), Paired(half));
    }
}
