//! The division of a product among threads.
//!
//! Every element of C is summed along the inner dimension in the same order however the work is divided, so results
//! do not depend on the number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::super::memory::with_scratch;
use super::super::simd::Level;
use super::pass::{DEPTH, Finish, Packed, Pass, Piece};
use super::{Columns, Lines, PanelShape, Panels, Target};

/// `C = A · B`, or `C += A · B`.
pub(crate) struct Product<'a, A, B> {
    /// Left side.
    pub a: A,
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
/// Columns of B that are packed together.
const GROUP: usize = 256;
/// Fewer numbers of B than this are packed on one thread.
const WORTH_PACKING: usize = 1 << 16;
/// Pieces of work for each thread, so that a delayed thread's pieces go to others.
const PIECES: usize = 3;
/// A left side of at most so many numbers stays in the middle cache beside some panels of the right side.
const SMALL: usize = 1 << 18;
/// Numbers of those panels.
const BESIDE: usize = 1 << 17;

/// Multiplies on all threads, where that is worth it.
pub(crate) fn multiply<A: Lines, B: Columns>(level: Level, product: &Product<A, B>) {
    let [inner, columns] = product.b.shape();
    let work = product.a.shape()[0] * inner * columns;
    let threads = if work < WORTH_A_THREAD {
        1
    } else {
        rayon::current_num_threads()
    };
    multiply_on(level, product, threads);
}

/// Multiplies on this thread.
pub(crate) fn multiply_here<A: Lines, B: Columns>(level: Level, product: &Product<A, B>) {
    multiply_on(level, product, 1);
}

fn multiply_on<A: Lines, B: Columns>(level: Level, product: &Product<A, B>, threads: usize) {
    let [inner, columns] = product.b.shape();
    let rows = product.a.shape()[0];
    assert_eq!(product.a.shape()[1], inner, "inner dimensions differ");
    assert_eq!([product.c.rows(), product.c.columns()], [rows, columns]);
    if rows == 0 || columns == 0 {
        return;
    }
    if inner == 0 {
        finish_empty(level, product);
        return;
    }
    let shape = PanelShape::new(level, columns);
    let group = (BESIDE / (inner * shape.full())).max(1);
    if rows * inner <= SMALL && shape.count() >= 2 * threads * group {
        multiply_by_columns(level, product, (threads, group));
        return;
    }
    let block = (PACKED / columns).max(DEPTH).next_multiple_of(2);
    for start in (0..inner).step_by(block) {
        let range = start..inner.min(start + block);
        with_scratch(shape.length(range.len()), |data| {
            pack(level, product.b, range.clone(), data, threads);
            let packed = Packed::new(data, shape, range.len());
            let pass = Pass {
                level,
                a: &product.a,
                a_start: start,
                packed,
                steps: 0..range.len(),
                c: product.c,
                origin: 0,
                add: product.add || start > 0,
                finish: product.finish.filter(|_| range.end == inner),
            };
            divide(&pass, rows, threads);
        });
    }
}

/// Packs `group` panels of B and multiplies them with all of A, group after group: for a small A and many columns.
fn multiply_by_columns<A: Lines, B: Columns>(
    level: Level,
    product: &Product<A, B>,
    (threads, group): (usize, usize),
) {
    let [inner, columns] = product.b.shape();
    let shape = PanelShape::new(level, columns);
    let one = |first: usize| {
        let panels = first..shape.count().min(first + group);
        let start = shape.place(first, inner).start;
        let length = shape.place(panels.end - 1, inner).end - start;
        with_scratch(length, |data| {
            pack_panels(level, product.b, 0..inner, (shape, panels.clone()), data);
            let pass = Pass {
                level,
                a: &product.a,
                a_start: 0,
                packed: Packed::part(data, shape, inner, first),
                steps: 0..inner,
                c: product.c,
                origin: 0,
                add: product.add,
                finish: product.finish,
            };
            Piece {
                pass: &pass,
                rows: 0..product.a.shape()[0],
                panels,
            }
            .multiply();
        });
    };
    let groups = shape.count().div_ceil(group);
    if threads == 1 {
        (0..groups).for_each(|index| one(index * group));
    } else {
        (0..groups)
            .into_par_iter()
            .for_each(|index| one(index * group));
    }
}

fn pack_panels<B: Columns>(
    level: Level,
    b: &B,
    inner: Range<usize>,
    (shape, range): (PanelShape, Range<usize>),
    out: &mut [f32],
) {
    let panels = Panels { shape, range };
    if level.is_half() {
        b.pack_pairs(level, inner, panels, out);
    } else {
        b.pack(inner, panels, out);
    }
}

fn finish_empty<A: Lines, B: Columns>(level: Level, product: &Product<A, B>) {
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

/// Packs all of B on this many threads; `data` holds [`PanelShape::length`] numbers.
pub(crate) fn pack_all<'a, B: Columns>(
    level: Level,
    b: &B,
    data: &'a mut [f32],
    threads: usize,
) -> Packed<'a> {
    let [inner, columns] = b.shape();
    let shape = PanelShape::new(level, columns);
    pack(level, b, 0..inner, data, threads);
    Packed::new(data, shape, inner)
}

fn pack<B: Columns>(level: Level, b: &B, inner: Range<usize>, packed: &mut [f32], threads: usize) {
    if packed.is_empty() {
        return;
    }
    let shape = PanelShape::new(level, b.shape()[1]);
    let size = GROUP.div_ceil(shape.full());
    let pack_group = |(group, out): (usize, &mut [f32])| {
        let first = group * size;
        let range = first..shape.count().min(first + size);
        pack_panels(level, b, inner.clone(), (shape, range), out);
    };
    let chunk = size * shape.full() * shape.rows(inner.len());
    if threads == 1 || packed.len() < WORTH_PACKING {
        packed.chunks_mut(chunk).enumerate().for_each(pack_group);
    } else {
        packed
            .par_chunks_mut(chunk)
            .enumerate()
            .for_each(pack_group);
    }
}

/// Cuts C into pieces of whole slivers of rows and, where rows are few, groups of panels.
fn divide<A: Lines>(pass: &Pass<A>, rows: usize, threads: usize) {
    let panels = pass.packed.shape().count();
    if threads == 1 {
        Piece {
            pass,
            rows: 0..rows,
            panels: 0..panels,
        }
        .multiply();
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
            Piece {
                pass,
                rows: row.start * sliver..rows.min(row.end * sliver),
                panels,
            }
            .multiply();
        });
}

/// The `index`-th of `pieces` nearly equal parts of `0..total`.
fn cut(total: usize, pieces: usize, index: usize) -> Range<usize> {
    total * index / pieces..total * (index + 1) / pieces
}
