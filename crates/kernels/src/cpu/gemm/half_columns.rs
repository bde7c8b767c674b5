//! A right side that is stored as bfloat16, its columns one after the other: a layer's weight.
//!
//! In: numbers in memory. Out: panels of f32, or of pairs that need no rounding.

use std::ops::Range;

use burn::tensor::bf16;

use super::super::simd::Level;
use super::{Columns, Panels, pack_lanes};

/// See the module docs.
pub(crate) struct HalfColumns<'a> {
    data: &'a [bf16],
    shape: [usize; 2],
}

impl<'a> HalfColumns<'a> {
    /// `shape` is that of rows and columns.
    pub(crate) fn new(data: &'a [bf16], shape: [usize; 2]) -> Self {
        assert_eq!(data.len(), shape[0] * shape[1]);
        Self { data, shape }
    }

    /// Writes `joined` steps to a number, which `join` makes of them; the last number may be made of fewer.
    fn pack_with(
        &self,
        inner: Range<usize>,
        panels: Panels,
        out: &mut [f32],
        (joined, join): (usize, impl Fn(&[bf16]) -> f32),
    ) {
        pack_lanes((inner, joined), panels, out, |column, rows, places| {
            let column = column * self.shape[0];
            let source = self.data[column + rows.start..column + rows.end].chunks(joined);
            for (out, steps) in places.zip(source) {
                *out = join(steps);
            }
        });
    }
}

impl Columns for HalfColumns<'_> {
    fn shape(&self) -> [usize; 2] {
        self.shape
    }

    fn pack(&self, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        self.pack_with(inner, panels, out, (1, |steps| steps[0].to_f32()));
    }

    fn pack_pairs(&self, _: Level, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        let join = |steps: &[bf16]| {
            let second = steps.get(1).map_or(0, |half| half.to_bits());
            f32::from_bits(u32::from(steps[0].to_bits()) | u32::from(second) << 16)
        };
        self.pack_with(inner, panels, out, (2, join));
    }
}
