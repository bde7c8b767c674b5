//! The loops around products on tile registers: some rows of A times some packed panels of B, on one thread.
//!
//! In: what [`Piece`] takes, at a level whose panels hold pairs in vectors of sixteen. Out: its rectangle of C. A panel's row is
//! one or two tiles' as it is; rows of A are joined in pairs and laid out tile by tile. What lies beyond the last row, column
//! or step is zero there, and is not written to C.

use std::ops::Range;

use super::super::memory::with_scratch;
use super::super::simd::tiles::{Blocks, SIDE, STEPS, TILE, TileProduct, TileTask, TileUnit};
use super::pass::{DEPTH, Lines, Pass, Piece, Sliver};

/// Numbers of B, pairs each, that one pass over A's rows reads: they stay in the middle cache, which is larger where there are
/// tile registers, and rows of A are joined anew for each such part.
const IN_CACHE: usize = 256 << 10;
/// Rows that are multiplied together: two tiles.
const ROWS: usize = 2 * SIDE;
/// Rows that are read together.
const READ: usize = 12;

/// A piece, to be multiplied on tile registers.
pub(super) struct Tiled<'a, A> {
    piece: Piece<'a, A>,
    division: Division,
    room: &'a mut [f32],
}

/// How a piece is divided.
#[derive(Clone, Copy)]
struct Division {
    /// Steps that are multiplied at a time, whole tiles of them.
    depth: usize,
    /// Panels that are multiplied with each row.
    group: usize,
}

/// Computes a piece's rectangle by `run`, which runs the task on a unit.
pub(super) fn multiply<A: Lines>(piece: Piece<A>, run: impl FnOnce(Tiled<A>)) {
    let total = piece.pass.steps.len();
    let full = piece.pass.packed.shape().full();
    let depth = total.div_ceil(total.div_ceil(DEPTH).max(1)).max(1);
    let depth = depth.next_multiple_of(STEPS);
    let group = (IN_CACHE / (depth / 2 * full)).clamp(1, piece.panels.len().max(1));
    let division = Division { depth, group };
    let room = division.left() + division.rests(full) + ROWS * ROWS;
    with_scratch(room, |room| {
        run(Tiled {
            piece,
            division,
            room,
        });
    });
}

impl Division {
    /// Room for rows of A.
    fn left(self) -> usize {
        self.depth / STEPS * 2 * TILE
    }

    /// Room for the last steps of panels of so many columns.
    fn rests(self, full: usize) -> usize {
        self.group * SIDE * full
    }
}

impl<A: Lines> TileTask for Tiled<'_, A> {
    #[expect(
        clippy::large_stack_arrays,
        reason = "slivers of the left matrix, read at once: the stack is warm, and no thread's is that small"
    )]
    #[inline(always)]
    fn run<U: TileUnit>(self, unit: U) {
        let Piece { pass, rows, panels } = self.piece;
        let Division { depth, group } = self.division;
        let total = pass.steps.len();
        let full = pass.packed.shape().full();
        let (left, room) = self.room.split_at_mut(self.division.left());
        let (rests, edge) = room.split_at_mut(self.division.rests(full));
        let mut buffer: Sliver = [0.0; READ * DEPTH];
        for first in panels.clone().step_by(group) {
            for start in (0..total).step_by(depth) {
                let slab = Slab {
                    pass,
                    panels: first..panels.end.min(first + group),
                    steps: start..total.min(start + depth),
                };
                slab.copy_rests(rests);
                for row in rows.clone().step_by(ROWS) {
                    let rows = row..rows.end.min(row + ROWS);
                    slab.join_rows(unit, rows.clone(), left, &mut buffer);
                    slab.multiply_rows(unit, &rows, (left, rests), edge);
                    slab.finish_rows(rows);
                }
            }
        }
    }
}

/// Some panels of B, in some of their steps.
struct Slab<'a, A> {
    pass: &'a Pass<'a, A>,
    panels: Range<usize>,
    /// Counted from the first of the pass.
    steps: Range<usize>,
}

impl<A: Lines> Slab<'_, A> {
    /// Rows of pairs in each panel.
    fn pairs(&self) -> usize {
        self.steps.len().div_ceil(2)
    }

    fn panel(&self, panel: usize) -> &[f32] {
        let before = self.pass.steps.start;
        let steps = before + self.steps.start..before + self.steps.end;
        self.pass.packed.panel(panel, steps)
    }

    /// Copies what fills no whole tile at the end of each panel, and fills it up with zeros: what follows it in memory may
    /// be no number, which no zero in A takes out of a sum.
    #[inline(always)]
    fn copy_rests(&self, rests: &mut [f32]) {
        let shape = self.pass.packed.shape();
        let (whole, rest) = (self.pairs() / SIDE * SIDE, self.pairs() % SIDE);
        if rest == 0 {
            return;
        }
        let rests = rests.chunks_exact_mut(SIDE * shape.full());
        for (panel, out) in self.panels.clone().zip(rests) {
            let width = shape.width(panel);
            let (filled, empty) = out[..SIDE * width].split_at_mut(rest * width);
            filled.copy_from_slice(&self.panel(panel)[whole * width..]);
            empty.fill(0.0);
        }
    }

    /// Rounds these rows of A and lays them out in tiles: for each sixteen pairs of steps, the tiles of its rows.
    #[inline(always)]
    fn join_rows<U: TileUnit>(
        &self,
        unit: U,
        rows: Range<usize>,
        left: &mut [f32],
        buffer: &mut Sliver,
    ) {
        let tiles = rows.len().div_ceil(SIDE);
        let blocks = self.pairs().div_ceil(SIDE);
        let before = self.pass.a_start;
        let steps = before + self.steps.start..before + self.steps.end;
        let (left, _) = left.as_chunks_mut::<SIDE>();
        for first in rows.clone().step_by(READ) {
            let part = first..rows.end.min(first + READ);
            let a = self
                .pass
                .a
                .sliver(part.clone(), steps.clone(), self.panels.len(), buffer);
            for (index, row) in part.enumerate() {
                let data = a.data.wrapping_add(index * a.row_stride);
                let place = row - rows.start;
                for block in 0..blocks {
                    let out = &mut left[(block * tiles + place / SIDE) * SIDE + place % SIDE];
                    let from = block * STEPS;
                    let count = STEPS.min(steps.len() - from);
                    let data = data.wrapping_add(from * a.step);
                    if a.step == 1 {
                        // SAFETY: `sliver` covers this row and these steps.
                        unit.join(unsafe { std::slice::from_raw_parts(data, count) }, out);
                    } else {
                        let mut numbers = [0.0; STEPS];
                        for (step, number) in numbers[..count].iter_mut().enumerate() {
                            // SAFETY: as above.
                            *number = unsafe { *data.wrapping_add(step * a.step) };
                        }
                        unit.join(&numbers[..count], out);
                    }
                }
            }
        }
        for block in left.chunks_exact_mut(tiles * SIDE).take(blocks) {
            block[rows.len()..].fill([0.0; SIDE]);
        }
    }

    /// Multiplies these rows, joined, with each panel.
    #[inline(always)]
    fn multiply_rows<U: TileUnit>(
        &self,
        unit: U,
        rows: &Range<usize>,
        (left, rests): (&[f32], &[f32]),
        edge: &mut [f32],
    ) {
        let pass = self.pass;
        let shape = pass.packed.shape();
        let (whole, rest) = (self.pairs() / SIDE, self.pairs() % SIDE);
        let base = shape.columns(pass.origin).start;
        let add = pass.add || self.steps.start > 0;
        let tiles = rows.len().div_ceil(SIDE);
        assert!(left.len() >= (whole + usize::from(rest > 0)) * tiles * TILE);
        let _in_use = unit.configure();
        let rests = rests.chunks_exact(SIDE * shape.full());
        for (panel, rest_block) in self.panels.clone().zip(rests) {
            let (columns, width) = (shape.columns(panel), shape.width(panel));
            let data = self.panel(panel);
            assert!(data.len() >= whole * SIDE * width);
            let first = columns.start - base;
            let product = TileProduct {
                tiles: [tiles, width / SIDE],
                a: left.as_ptr(),
                b: [
                    Blocks {
                        data: data.as_ptr(),
                        count: whole,
                    },
                    Blocks {
                        data: rest_block.as_ptr(),
                        count: usize::from(rest > 0),
                    },
                ],
                b_stride: width,
                c: pass.c.at(rows.start, first),
                c_stride: pass.c.row_stride(),
                add,
            };
            if rows.len() == tiles * SIDE && columns.len() == width {
                // SAFETY: all rows and columns of the tiles lie in this piece's rectangle of C, which no other piece touches;
                // A and B were checked.
                unsafe { unit.add_products(&product) };
                continue;
            }
            let inside = |row| {
                // SAFETY: this part of a row lies in the same rectangle.
                unsafe { pass.c.row(row, first, columns.len()) }
            };
            if add {
                for (row, out) in rows.clone().zip(edge.chunks_exact_mut(ROWS)) {
                    out[..columns.len()].copy_from_slice(inside(row));
                }
            }
            let product = TileProduct {
                c: edge.as_mut_ptr(),
                c_stride: ROWS,
                ..product
            };
            assert!(edge.len() >= ROWS * ROWS);
            // SAFETY: the buffer holds two by two tiles; A and B were checked.
            unsafe { unit.add_products(&product) };
            for (row, sums) in rows.clone().zip(edge.chunks_exact(ROWS)) {
                inside(row).copy_from_slice(&sums[..columns.len()]);
            }
        }
    }

    /// Finishes these rows, where their sums are complete.
    #[inline(always)]
    fn finish_rows(&self, rows: Range<usize>) {
        let pass = self.pass;
        let Some(finish) = pass.finish.filter(|_| self.steps.end == pass.steps.len()) else {
            return;
        };
        let shape = pass.packed.shape();
        let base = shape.columns(pass.origin).start;
        let first = shape.columns(self.panels.start).start - base;
        let last = shape.columns(self.panels.end - 1).end - base;
        for row in rows {
            // SAFETY: inside this piece's rectangle of C, which no other piece touches.
            let out = unsafe { pass.c.row(row, first, last - first) };
            finish.finish(pass.level, row, first, out);
        }
    }
}
