//! The loops around the register tile, and their division among threads.
//!
//! Every element of C is summed along the inner dimension in the same order however the work is divided, so results
//! do not depend on the number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::super::memory::with_scratch;
use super::super::simd::{Level, Simd, Task};
use super::tile::{Corner, Rows, tiles};
use super::{Columns, Matrix, PanelShape, Target};

/// What happens to a part of a row of C once its sums are complete.
pub(crate) trait Finish: Sync {
    /// `out` holds the columns of `row` from `first` on.
    fn finish(&self, level: Level, row: usize, first: usize, out: &mut [f32]);
}

/// `C = A · B`, or `C += A · B`.
pub(crate) struct Product<'a, B> {
    /// Left side.
    pub a: Matrix<'a>,
    /// Right side.
    pub b: &'a B,
    /// Result.
    pub c: Target<'a>,
    /// Whether the product is added to what `c` holds.
    pub add: bool,
    /// Applied to complete rows.
    pub finish: Option<&'a dyn Finish>,
}

/// Products below this many multiplications stay on their thread: waking another takes as long.
const WORTH_A_THREAD: usize = 1 << 19;
/// Numbers of B packed at a time: they stay in the outer cache.
const PACKED: usize = 1 << 20;
/// Numbers of B that one pass over A's rows reads: they stay in the middle cache.
const IN_CACHE: usize = 96 << 10;
/// Longest inner dimension of a pass: twelve rows of A stay in the inner cache.
const DEPTH: usize = 384;
/// Pieces of work for each thread, so that a delayed thread's pieces go to others.
const PIECES: usize = 3;

/// Multiplies on all threads, where that is worth it.
pub(crate) fn multiply<B: Columns>(product: &Product<B>) {
    let [inner, columns] = product.b.shape();
    let work = product.a.rows() * inner * columns;
    let threads = if work < WORTH_A_THREAD {
        1
    } else {
        rayon::current_num_threads()
    };
    multiply_on(Level::current(), product, threads);
}

/// Multiplies on this thread.
pub(crate) fn multiply_here<B: Columns>(level: Level, product: &Product<B>) {
    multiply_on(level, product, 1);
}

fn multiply_on<B: Columns>(level: Level, product: &Product<B>, threads: usize) {
    let [inner, columns] = product.b.shape();
    let rows = product.a.rows();
    assert_eq!(product.a.columns(), inner, "inner dimensions differ");
    assert_eq!([product.c.rows(), product.c.columns()], [rows, columns]);
    if rows == 0 || columns == 0 {
        return;
    }
    if inner == 0 {
        finish_empty(level, product);
        return;
    }
    let shape = PanelShape::new(level, columns);
    let passes = inner.div_ceil(DEPTH);
    let depth = inner.div_ceil(passes);
    let block = (PACKED / (columns * depth)).max(1) * depth;
    for start in (0..inner).step_by(block) {
        let range = start..inner.min(start + block);
        with_scratch(shape.length(range.len()), |packed| {
            pack(product.b, shape, range.clone(), packed, threads);
            let pass = Pass {
                level,
                a: product.a,
                c: product.c,
                packed,
                shape,
                inner: range.clone(),
                depth,
                add: product.add || start > 0,
                finish: product.finish.filter(|_| range.end == inner),
            };
            divide(&pass, threads);
        });
    }
}

fn finish_empty<B: Columns>(level: Level, product: &Product<B>) {
    for row in 0..product.c.rows() {
        // SAFETY: `product` is borrowed by this call alone, which is on one thread.
        let out = unsafe { product.c.row(row, 0, product.c.columns()) };
        if !product.add {
            out.fill(0.0);
        }
        if let Some(finish) = product.finish {
            finish.finish(level, row, 0, out);
        }
    }
}

fn pack<B: Columns>(
    b: &B,
    shape: PanelShape,
    inner: Range<usize>,
    packed: &mut [f32],
    threads: usize,
) {
    let pack_panel = |(panel, out): (usize, &mut [f32])| {
        b.pack(inner.clone(), shape.columns(panel), shape.width(panel), out);
    };
    let panels = packed.chunks_mut(shape.full() * inner.len()).enumerate();
    if threads == 1 || panels.len() == 1 || inner.len() * shape.columns(0).len() < 2048 {
        panels.for_each(pack_panel);
    } else {
        packed
            .par_chunks_mut(shape.full() * inner.len())
            .enumerate()
            .for_each(pack_panel);
    }
}

/// One pass over a packed part of B.
#[derive(Clone)]
struct Pass<'a> {
    level: Level,
    a: Matrix<'a>,
    c: Target<'a>,
    packed: &'a [f32],
    shape: PanelShape,
    /// The part of the inner dimension that is packed.
    inner: Range<usize>,
    depth: usize,
    add: bool,
    finish: Option<&'a dyn Finish>,
}

/// Cuts C into pieces of whole slivers of rows and, where rows are few, groups of panels.
fn divide(pass: &Pass, threads: usize) {
    let (rows, panels) = (pass.a.rows(), pass.shape.count());
    if threads == 1 {
        pass.level.run(Piece {
            pass,
            rows: 0..rows,
            panels: 0..panels,
        });
        return;
    }
    let sliver = 12;
    let slivers = rows.div_ceil(sliver);
    let wanted = threads * PIECES;
    let row_pieces = wanted.min(slivers.div_ceil(2)).max(1);
    let panel_pieces = wanted.div_ceil(row_pieces).min(panels);
    (0..row_pieces * panel_pieces)
        .into_par_iter()
        .for_each(|piece| {
            let row = cut(slivers, row_pieces, piece / panel_pieces);
            let panels = cut(panels, panel_pieces, piece % panel_pieces);
            pass.level.run(Piece {
                pass,
                rows: row.start * sliver..rows.min(row.end * sliver),
                panels,
            });
        });
}

/// The `index`-th of `pieces` nearly equal parts of `0..total`.
fn cut(total: usize, pieces: usize, index: usize) -> Range<usize> {
    total * index / pieces..total * (index + 1) / pieces
}

/// A rectangle of C that one thread computes.
struct Piece<'a> {
    pass: &'a Pass<'a>,
    rows: Range<usize>,
    panels: Range<usize>,
}

impl Task for Piece<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let pass = self.pass;
        let packed_rows = pass.inner.len();
        let group = (IN_CACHE / (pass.depth * pass.shape.full())).max(1);
        let mut sliver_buffer = [0.0f32; 12 * DEPTH];
        for first in self.panels.clone().step_by(group) {
            let panels = first..self.panels.end.min(first + group);
            for start in (0..packed_rows).step_by(pass.depth) {
                let steps = start..packed_rows.min(start + pass.depth);
                for row in self.rows.clone().step_by(S::TILE_ROWS) {
                    let rows = row..self.rows.end.min(row + S::TILE_ROWS);
                    let inner = pass.inner.start + steps.start..pass.inner.start + steps.end;
                    let a = sliver(
                        pass.a,
                        rows.clone(),
                        inner,
                        panels.len(),
                        &mut sliver_buffer,
                    );
                    for panel in panels.clone() {
                        let columns = pass.shape.columns(panel);
                        let width = pass.shape.width(panel);
                        let place = pass.shape.place(panel, packed_rows).start;
                        let corner = Corner {
                            data: pass.c.at(rows.start, columns.start),
                            row_stride: pass.c.row_stride(),
                            columns: columns.len(),
                            add: pass.add || steps.start > 0,
                        };
                        let panel =
                            &pass.packed[place + steps.start * width..place + steps.end * width];
                        // SAFETY: `sliver` covers these rows and steps; the corner lies in this piece's rectangle of
                        // C, which no other piece touches.
                        unsafe { tiles(simd, rows.len(), a, panel, steps.len(), corner) };
                    }
                    if steps.end == packed_rows
                        && let Some(finish) = pass.finish
                    {
                        let start = pass.shape.columns(panels.start).start;
                        let end = pass.shape.columns(panels.end - 1).end;
                        for row in rows {
                            // SAFETY: inside this piece's rectangle, as above.
                            let out = unsafe { pass.c.row(row, start, end - start) };
                            finish.finish(pass.level, row, start, out);
                        }
                    }
                }
            }
        }
    }
}

/// Rows of A for the register tile: where they are, or copied together where their addresses would collide in the
/// cache or lie across the inner dimension.
#[inline(always)]
fn sliver(
    a: Matrix,
    rows: Range<usize>,
    inner: Range<usize>,
    panels: usize,
    buffer: &mut [f32; 12 * DEPTH],
) -> Rows {
    let collide = a.row_stride() % 512 == 0 && rows.len() > 4;
    if panels < 2 || (a.column_stride() == 1 && !collide) {
        return Rows {
            data: a.at(rows.start, inner.start),
            row_stride: a.row_stride(),
            step: a.column_stride(),
        };
    }
    let width = rows.len();
    let steps = buffer.chunks_exact_mut(width).zip(inner);
    if a.row_stride() == 1 {
        let across = a.transposed();
        for (out, column) in steps {
            out.copy_from_slice(across.dense_row(column, rows.start, width));
        }
    } else {
        for (out, column) in steps {
            for (out, row) in out.iter_mut().zip(rows.clone()) {
                *out = a.get(row, column);
            }
        }
    }
    Rows {
        data: buffer.as_ptr(),
        row_stride: 1,
        step: width,
    }
}
