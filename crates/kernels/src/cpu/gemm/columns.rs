//! Packing of the product's right side into panels that the register tile reads from start to end.
//!
//! A panel holds one or two vectors of columns for the whole inner dimension, row by row, zeros beyond the last
//! column. The last panel is one vector wide where that suffices.

use std::ops::Range;

use super::super::simd::Level;
use super::Matrix;

/// The right side of a product, which may be computed while it is packed.
pub(crate) trait Columns: Sync {
    /// Inner dimension and columns.
    fn shape(&self) -> [usize; 2];
    /// Writes rows `inner` of `columns` to `panel`, `width` numbers a row, zeros after the last column.
    fn pack(&self, inner: Range<usize>, columns: Range<usize>, width: usize, panel: &mut [f32]);
}

/// How columns divide into panels at one level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PanelShape {
    columns: usize,
    lanes: usize,
}

impl PanelShape {
    /// For `columns` columns.
    pub(crate) fn new(level: Level, columns: usize) -> Self {
        Self {
            columns,
            lanes: level.lanes(),
        }
    }

    /// Number of panels.
    pub(crate) fn count(self) -> usize {
        self.columns.div_ceil(2 * self.lanes)
    }

    /// Columns in a full panel.
    pub(crate) fn full(self) -> usize {
        2 * self.lanes
    }

    /// Columns of a panel.
    pub(crate) fn columns(self, panel: usize) -> Range<usize> {
        let start = panel * 2 * self.lanes;
        start..self.columns.min(start + 2 * self.lanes)
    }

    /// Numbers in a row of a panel.
    pub(crate) fn width(self, panel: usize) -> usize {
        if self.columns(panel).len() > self.lanes {
            2 * self.lanes
        } else {
            self.lanes
        }
    }

    /// Where a panel lies in a buffer of `inner` rows.
    pub(crate) fn place(self, panel: usize, inner: usize) -> Range<usize> {
        let start = panel * 2 * self.lanes * inner;
        start..start + self.width(panel) * inner
    }

    /// Numbers in all panels together.
    pub(crate) fn length(self, inner: usize) -> usize {
        match self.count() {
            0 => 0,
            count => self.place(count - 1, inner).end,
        }
    }
}

impl Columns for Matrix<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.rows(), self.columns()]
    }

    fn pack(&self, inner: Range<usize>, columns: Range<usize>, width: usize, panel: &mut [f32]) {
        let rows = panel.chunks_exact_mut(width).zip(inner.clone());
        if self.column_stride() == 1 {
            for (out, row) in rows {
                let (filled, empty) = out.split_at_mut(columns.len());
                filled.copy_from_slice(self.dense_row(row, columns.start, columns.len()));
                empty.fill(0.0);
            }
        } else if self.row_stride() == 1 {
            let transposed = self.transposed();
            if columns.len() < width {
                panel[..inner.len() * width].fill(0.0);
            }
            for (lane, column) in columns.enumerate() {
                let source = transposed.dense_row(column, inner.start, inner.len());
                for (out, value) in panel[lane..].iter_mut().step_by(width).zip(source) {
                    *out = *value;
                }
            }
        } else {
            for (out, row) in rows {
                let (filled, empty) = out.split_at_mut(columns.len());
                for (out, column) in filled.iter_mut().zip(columns.clone()) {
                    *out = self.get(row, column);
                }
                empty.fill(0.0);
            }
        }
    }
}
