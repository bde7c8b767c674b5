//! The loops around the register tile: some rows of A times some packed panels of B, on one thread.

use std::ops::Range;

use super::super::simd::{Level, Simd};
use super::multiply::{Multiply, ProductTask, run_products};
use super::tile::{Corner, Rows, tiles};
#[cfg(target_arch = "x86_64")]
use super::tiled;
use super::{PanelShape, Target};

/// Numbers of B that one pass over A's rows reads: they stay in the middle cache.
const IN_CACHE: usize = 128 << 10;
/// Longest inner dimension of a pass: twelve rows of A stay in the inner cache.
pub(super) const DEPTH: usize = 384;

/// Room for the rows of A that a tile reads.
pub(crate) type Sliver = [f32; 12 * DEPTH];
/// Room for the same with steps joined in pairs.
pub(super) type Joined = [f32; 6 * DEPTH];

/// The left side of a product, which may be computed while it is read.
///
/// # Safety
/// What `sliver` returns is readable for the rows and steps it was asked for, while the matrix and the buffer live.
pub(crate) unsafe trait Lines: Sync {
    /// Rows and inner dimension.
    fn shape(&self) -> [usize; 2];
    /// At most twelve rows by at most 384 steps, where they are or in the buffer, for a product with `panels` panels.
    fn sliver(
        &self,
        rows: Range<usize>,
        inner: Range<usize>,
        panels: usize,
        buffer: &mut Sliver,
    ) -> Rows;
}

/// What happens to a part of a row of C once its sums are complete.
pub(crate) trait Finish: Sync {
    /// `out` holds the columns of `row` from `first` on.
    fn finish(&self, level: Level, row: usize, first: usize, out: &mut [f32]);
}

/// The right side of a product, packed, or some neighbouring panels of it.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    data: &'a [f32],
    shape: PanelShape,
    inner: usize,
    /// The first of the panels that are there.
    first: usize,
}

impl<'a> Packed<'a> {
    /// Panels of `inner` rows, one after the other.
    pub(crate) fn new(data: &'a [f32], shape: PanelShape, inner: usize) -> Self {
        assert!(data.len() >= shape.length(inner));
        Self::part(data, shape, inner, 0)
    }

    /// Panels of `inner` rows from number `first` on.
    pub(super) fn part(data: &'a [f32], shape: PanelShape, inner: usize, first: usize) -> Self {
        Self {
            data,
            shape,
            inner,
            first,
        }
    }

    /// How columns divide into panels.
    pub(crate) fn shape(&self) -> PanelShape {
        self.shape
    }

    #[inline(always)]
    pub(super) fn panel(&self, panel: usize, steps: Range<usize>) -> &'a [f32] {
        let before = self.shape.place(self.first, self.inner).start;
        let start = self.shape.place(panel, self.inner).start - before;
        let width = self.shape.width(panel);
        let rows = self.shape.rows(steps.start)..self.shape.rows(steps.end);
        &self.data[start + rows.start * width..start + rows.end * width]
    }
}

/// One pass over rows of a packed B.
pub(crate) struct Pass<'a, A> {
    /// The level that B was packed for.
    pub level: Level,
    /// Left side.
    pub a: &'a A,
    /// The column of A that meets the first of `steps`.
    pub a_start: usize,
    /// Right side.
    pub packed: Packed<'a>,
    /// Rows of the right side that take part; at a level of half products the first is even.
    pub steps: Range<usize>,
    /// Result.
    pub c: Target<'a>,
    /// The panel whose columns are the first of C.
    pub origin: usize,
    /// Whether the product is added to what `c` holds.
    pub add: bool,
    /// Applied to complete rows.
    pub finish: Option<&'a dyn Finish>,
}

/// A rectangle of C that one thread computes; no other touches it meanwhile.
pub(crate) struct Piece<'a, A> {
    /// What is multiplied.
    pub pass: &'a Pass<'a, A>,
    /// Rows of A and C.
    pub rows: Range<usize>,
    /// Panels of B.
    pub panels: Range<usize>,
}

impl<A: Lines> Piece<'_, A> {
    /// Computes the rectangle, at the level that B was packed for.
    pub(crate) fn multiply(self) {
        #[cfg(target_arch = "x86_64")]
        if let Some(unit) = self.pass.level.tiles() {
            tiled::multiply(self, |task| unit.run(task));
            return;
        }
        run_products(self.pass.level, self);
    }
}

impl<A: Lines> ProductTask for Piece<'_, A> {
    #[expect(
        clippy::large_stack_arrays,
        reason = "slivers of the left matrix, read at once: the stack is warm, and no thread's is that small"
    )]
    #[inline(always)]
    fn run<S: Simd, M: Multiply<S>>(self, simd: S, multiply: M) {
        let pass = self.pass;
        let total = pass.steps.len();
        let shape = pass.packed.shape;
        let depth = total.div_ceil(total.div_ceil(DEPTH).max(1)).max(1);
        let depth = depth.next_multiple_of(M::DEPTH);
        let group = (IN_CACHE / (shape.rows(depth) * shape.full())).max(1);
        let base = shape.columns(pass.origin).start;
        let mut buffer: Sliver = [0.0; 12 * DEPTH];
        let mut joined: Joined = [0.0; 6 * DEPTH];
        for first in self.panels.clone().step_by(group) {
            let panels = first..self.panels.end.min(first + group);
            for start in (0..total).step_by(depth) {
                let end = total.min(start + depth);
                let inner = shape.rows(end) - shape.rows(start);
                for row in self.rows.clone().step_by(S::TILE_ROWS) {
                    let rows = row..self.rows.end.min(row + S::TILE_ROWS);
                    let steps = pass.a_start + start..pass.a_start + end;
                    let a = pass
                        .a
                        .sliver(rows.clone(), steps, panels.len(), &mut buffer);
                    // SAFETY: `sliver` covers these rows and steps.
                    let a =
                        unsafe { multiply.left(simd, a, [rows.len(), end - start], &mut joined) };
                    for panel in panels.clone() {
                        let columns = shape.columns(panel);
                        let corner = Corner {
                            data: pass.c.at(rows.start, columns.start - base),
                            row_stride: pass.c.row_stride(),
                            columns: columns.len(),
                            add: pass.add || start > 0,
                        };
                        let steps = pass.steps.start + start..pass.steps.start + end;
                        let panel = pass.packed.panel(panel, steps);
                        // SAFETY: `a` covers these rows and steps; the corner lies in this piece's rectangle of C,
                        // which no other piece touches.
                        unsafe { tiles((simd, multiply), rows.len(), a, panel, inner, corner) };
                    }
                    if end == total
                        && let Some(finish) = pass.finish
                    {
                        let first = shape.columns(panels.start).start - base;
                        let last = shape.columns(panels.end - 1).end - base;
                        for row in rows {
                            // SAFETY: inside this piece's rectangle, as above.
                            let out = unsafe { pass.c.row(row, first, last - first) };
                            finish.finish(pass.level, row, first, out);
                        }
                    }
                }
            }
        }
    }
}
