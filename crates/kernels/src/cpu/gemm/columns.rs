//! Packing of the product's right side into panels that the register tile reads from start to end.
//!
//! A panel holds one or two vectors of columns for the whole inner dimension, row by row, zeros beyond the last
//! column. The last panel is one vector wide where that suffices. At a level of half products a number of the panel
//! holds two rows, rounded to bfloat16; a zero fills up the last one.

use std::{iter::StepBy, ops::Range, slice::IterMut};

use super::super::memory::with_scratch;
use super::super::simd::{HalfSimd, HalfTask, Level, Simd};
use super::super::transpose::transpose;
use super::Matrix;

/// Rows of a panel that are transposed together: they stay in the inner cache.
pub(crate) const BLOCK: usize = 64;
/// Rows that are packed as they are before they are joined in pairs: with their panels they stay in the inner cache.
const JOINED: usize = 16;

/// The right side of a product, which may be computed while it is packed.
pub(crate) trait Columns: Sync {
    /// Inner dimension and columns.
    fn shape(&self) -> [usize; 2];
    /// Writes rows `inner` of some neighbouring panels, one panel after the other, zeros after the last column.
    fn pack(&self, inner: Range<usize>, panels: Panels, out: &mut [f32]);

    /// The same with the rows joined in pairs.
    fn pack_pairs(&self, level: Level, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        let (shape, rows) = (panels.shape, inner.len().div_ceil(2));
        let width: usize = panels.range.clone().map(|panel| shape.width(panel)).sum();
        with_scratch(width * JOINED, |single| {
            for start in inner.clone().step_by(JOINED) {
                let part = start..inner.end.min(start + JOINED);
                let single = &mut single[..width * part.len()];
                self.pack(part.clone(), panels.clone(), single);
                let first = (start - inner.start) / 2;
                let sources = single.chunks(shape.full() * part.len());
                for (source, out) in sources.zip(out.chunks_mut(shape.full() * rows)) {
                    let width = source.len() / part.len();
                    let out = &mut out[first * width..][..part.len().div_ceil(2) * width];
                    level.run_half(Join { source, width, out });
                }
            }
        });
    }
}

/// Joins neighbouring rows, each `width` numbers.
struct Join<'a> {
    source: &'a [f32],
    width: usize,
    out: &'a mut [f32],
}

impl HalfTask for Join<'_> {
    type Output = ();

    #[inline(always)]
    fn run<H: HalfSimd>(self, half: H) {
        let simd = half.full();
        let rows = self.source.chunks(2 * self.width);
        for (rows, out) in rows.zip(self.out.chunks_exact_mut(self.width)) {
            let (first, second) = rows.split_at(self.width);
            for (column, out) in out.chunks_exact_mut(H::Full::LANES).enumerate() {
                let column = column * H::Full::LANES;
                let second = if second.is_empty() {
                    simd.splat(0.0)
                } else {
                    simd.load(&second[column..])
                };
                simd.store(out, half.pair_rows(simd.load(&first[column..]), second));
            }
        }
    }
}

/// How columns divide into panels at one level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PanelShape {
    columns: usize,
    lanes: usize,
    /// Rows in a number.
    depth: usize,
}

impl PanelShape {
    /// For `columns` columns.
    pub(crate) fn new(level: Level, columns: usize) -> Self {
        Self {
            columns,
            lanes: level.lanes(),
            depth: if level.is_half() { 2 } else { 1 },
        }
    }

    /// For pairs in vectors of sixteen, whatever this processor has.
    #[cfg(test)]
    pub(super) fn of_tiles(columns: usize) -> Self {
        Self {
            columns,
            lanes: 16,
            depth: 2,
        }
    }

    /// Rows of a panel that hold `inner` rows.
    pub(crate) fn rows(self, inner: usize) -> usize {
        inner.div_ceil(self.depth)
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
        let rows = self.rows(inner);
        let start = panel * 2 * self.lanes * rows;
        start..start + self.width(panel) * rows
    }

    /// Numbers in all panels together.
    pub(crate) fn length(self, inner: usize) -> usize {
        match self.count() {
            0 => 0,
            count => self.place(count - 1, inner).end,
        }
    }
}

/// Neighbouring panels, packed together so that a row of theirs is read in one go.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    /// How columns divide into panels.
    pub shape: PanelShape,
    /// Which panels.
    pub range: Range<usize>,
}

impl Panels {
    /// Columns of all of them.
    pub(crate) fn columns(&self) -> Range<usize> {
        let end = self.shape.columns(self.range.end - 1).end;
        self.shape.columns(self.range.start).start..end
    }

    /// Distributes a row, `values`, over the panels' rows number `row` of `inner`.
    #[inline(always)]
    pub(crate) fn put(&self, row: usize, inner: usize, values: &[f32], out: &mut [f32]) {
        let full = self.shape.full();
        let panels = out.chunks_mut(full * inner);
        for (values, panel) in values.chunks(full).zip(panels) {
            if values.len() == full {
                panel[row * full..(row + 1) * full].copy_from_slice(values);
            } else {
                let width = panel.len() / inner;
                let (filled, empty) =
                    panel[row * width..(row + 1) * width].split_at_mut(values.len());
                filled.copy_from_slice(values);
                empty.fill(0.0);
            }
        }
    }
}

/// Lets `lane` write panels column by column, a block of rows at a time: it is given a column, rows, and the places of as
/// many numbers, each for `joined` of these rows.
pub(crate) fn pack_lanes(
    (inner, joined): (Range<usize>, usize),
    panels: Panels,
    out: &mut [f32],
    mut lane: impl FnMut(usize, Range<usize>, StepBy<IterMut<'_, f32>>),
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
            for (place, column) in columns.clone().enumerate() {
                lane(column, start..end, out[place..].iter_mut().step_by(width));
            }
        }
    }
}

impl Columns for Matrix<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.rows(), self.columns()]
    }

    fn pack(&self, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        let columns = panels.columns();
        if self.column_stride() == 1 {
            for (row, source) in inner.clone().enumerate() {
                let values = self.dense_row(source, columns.start, columns.len());
                panels.put(row, inner.len(), values, out);
            }
            return;
        }
        if self.row_stride() == 1 {
            let (level, rows) = (Level::current(), inner.len());
            let chunks = out.chunks_mut(panels.shape.full() * rows);
            for (panel, out) in panels.range.zip(chunks) {
                let (columns, width) = (panels.shape.columns(panel), panels.shape.width(panel));
                if columns.len() < width {
                    out.fill(0.0);
                }
                let source = self.transposed().across(columns, inner.clone());
                transpose(level, source, out, width);
            }
            return;
        }
        pack_lanes((inner, 1), panels, out, |column, rows, places| {
            for (out, row) in places.zip(rows) {
                *out = self.get(row, column);
            }
        });
    }
}
