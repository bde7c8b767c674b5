//! A right side that is stored as bfloat16, its columns one after the other: a layer's weight.
//!
//! In: numbers in memory. Out: panels of f32, or of pairs that need no rounding.

use std::ops::Range;

use burn::tensor::bf16;

use super::super::simd::Level;
use super::{Columns, Panels};

/// Steps that are transposed together: with their panel they stay in the inner cache.
const BLOCK: usize = 64;

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
        let rows = inner.len().div_ceil(joined);
        let chunks = out.chunks_mut(panels.shape.full() * rows);
        for (panel, out) in panels.range.zip(chunks) {
            let (columns, width) = (panels.shape.columns(panel), panels.shape.width(panel));
            if columns.len() < width {
                out.fill(0.0);
            }
            for (block, out) in out.chunks_mut(BLOCK * width).enumerate() {
                let start = inner.start + block * BLOCK * joined;
                let end = inner.end.min(start + BLOCK * joined);
                for (lane, column) in columns.clone().enumerate() {
                    let column = column * self.shape[0];
                    let source = self.data[column + start..column + end].chunks(joined);
                    for (out, steps) in out[lane..].iter_mut().step_by(width).zip(source) {
                        *out = join(steps);
                    }
                }
            }
        }
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
