//! The two parts of a query, added while they are multiplied.
//!
//! In: a column's part and a row's part, channel by channel. Out: the columns of a product, step by step; never stored.

use super::super::gemm::{Multiply, Steps};
use super::super::simd::Simd;

/// Sums of a column's and a row's part, channel by channel.
#[derive(Clone, Copy)]
pub(super) struct Sums<M> {
    pub(super) multiply: M,
    pub(super) parts: [*const f32; 2],
}

impl<S: Simd, M: Multiply<S>> Steps<S, 2> for Sums<M> {
    #[inline(always)]
    unsafe fn next(&mut self, simd: S) -> [S::Vector; 2] {
        let [column, row] = self.parts;
        let size = M::DEPTH * 2 * S::LANES;
        self.parts = [column.wrapping_add(size), row.wrapping_add(size)];
        let mut sums = [simd.splat(0.0); 2];
        for (n, out) in sums.iter_mut().enumerate() {
            let place = n * S::LANES;
            // SAFETY: the step's channels, one or two, lie in both parts.
            unsafe {
                *out = simd.add(
                    simd.load_at(column.add(place)),
                    simd.load_at(row.add(place)),
                );
                if M::DEPTH == 2 {
                    let place = place + 2 * S::LANES;
                    let second = simd.add(
                        simd.load_at(column.add(place)),
                        simd.load_at(row.add(place)),
                    );
                    *out = self.multiply.join(*out, second);
                }
            }
        }
        sums
    }
}
