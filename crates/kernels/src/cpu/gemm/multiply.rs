//! How the register tile multiplies: single numbers, or pairs of bfloat16 that are summed in f32.
//!
//! In: rows of A. Out: rows whose numbers are what the right side's panels hold, one step or two of the inner dimension
//! in each.

use super::super::simd::{HalfSimd, Simd};
use super::pass::Joined;
use super::tile::Rows;

/// A kind of number and its product.
pub(super) trait Multiply<S: Simd>: Copy {
    /// Steps of the inner dimension in a number.
    const DEPTH: usize;

    /// `a · b + sum`.
    fn add_product(self, simd: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector;

    /// Rows and steps, `shape`, of A as numbers of this kind: where they are or in the buffer.
    ///
    /// # Safety
    /// `a` is readable for `shape`.
    unsafe fn left(self, simd: S, a: Rows, shape: [usize; 2], buffer: &mut Joined) -> Rows;
}

/// Numbers are `f32`.
#[derive(Clone, Copy)]
pub(super) struct Single;

impl<S: Simd> Multiply<S> for Single {
    const DEPTH: usize = 1;

    #[inline(always)]
    fn add_product(self, simd: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector {
        simd.mul_add(a, b, sum)
    }

    #[inline(always)]
    unsafe fn left(self, _: S, a: Rows, _: [usize; 2], _: &mut Joined) -> Rows {
        a
    }
}

/// Numbers are two bfloat16.
#[derive(Clone, Copy)]
pub(super) struct Paired<H>(pub H);

impl<S: Simd, H: HalfSimd<Full = S>> Multiply<S> for Paired<H> {
    const DEPTH: usize = 2;

    #[inline(always)]
    fn add_product(self, _: S, a: S::Vector, b: S::Vector, sum: S::Vector) -> S::Vector {
        self.0.dot_pairs(a, b, sum)
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
                self.join(simd, source, out);
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
                let [first, second] = columns
                    .each_ref()
                    .map(|column| simd.read(&column[start * S::LANES..][..out.len()]));
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

impl<H: HalfSimd> Paired<H> {
    /// Joins neighbours; a zero fills up the last pair.
    #[inline(always)]
    fn join(self, simd: H::Full, source: &[f32], out: &mut [f32]) {
        let mut whole = source.chunks_exact(2 * H::Full::LANES);
        let mut outs = out.chunks_exact_mut(H::Full::LANES);
        for (source, out) in (&mut whole).zip(&mut outs) {
            let (low, high) = source.split_at(H::Full::LANES);
            simd.store(out, self.0.pair_neighbours(simd.load(low), simd.load(high)));
        }
        let rest = whole.remainder();
        if rest.is_empty() {
            return;
        }
        let (low, high) = rest.split_at(rest.len().min(H::Full::LANES));
        let pairs = self.0.pair_neighbours(simd.read(low), simd.read(high));
        // The slots of a rest of more than 30 numbers are a whole vector.
        match outs.next() {
            Some(out) => simd.store(out, pairs),
            None => simd.store_rest(outs.into_remainder(), pairs),
        }
    }
}
