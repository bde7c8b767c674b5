//! What all blocks of queries share: sizes, rotations by column and by row, the projection.

use super::super::gemm::{Multiply, ProductTask};
use super::super::simd::{Level, Simd};

/// Tokens whose scores are in memory at a time: with their scores they stay near the inner cache.
const CHUNK: usize = 256;

/// Sizes of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Rows and columns of a grid.
    pub grid: [usize; 2],
    /// Grids, which all tokens at a place come from.
    pub grids: usize,
    /// Tokens without a place.
    pub placeless: usize,
    /// Of a query.
    pub channels: usize,
    /// Of a token.
    pub token_channels: usize,
    /// Of a value.
    pub value_channels: usize,
}

impl Sizes {
    /// Tokens of a row of the grid.
    pub(super) fn row_tokens(&self) -> usize {
        self.grid[1] * self.grids
    }

    /// Tokens in all.
    pub(super) fn tokens(&self) -> usize {
        self.grid[0] * self.row_tokens() + self.placeless
    }

    /// Places of a row that are looked at together.
    pub(super) fn chunk_places(&self) -> usize {
        // Even, so that pairs of tokens do not cross into the next chunk.
        (CHUNK / self.grids.max(1)).next_multiple_of(2)
    }

    /// Tokens in the largest chunk.
    pub(super) fn chunk_tokens(&self) -> usize {
        let placed = self.chunk_places().min(self.grid[1].next_multiple_of(2)) * self.grids;
        placed.max(self.placeless.min(CHUNK)).next_multiple_of(2)
    }

    /// Tokens without a place, `(start, count)` of those that are looked at together.
    pub(super) fn placeless_chunks(&self) -> impl Iterator<Item = (usize, usize)> {
        let count = self.placeless;
        let chunk = move |start: usize| (start, CHUNK.min(count - start));
        (0..count).step_by(CHUNK).map(chunk)
    }
}

/// A rotation of half a query's channels, `[channels / 2]` each.
#[derive(Clone, Copy)]
pub(super) struct Rotation<'a> {
    pub cosines: &'a [f32],
    pub sines: &'a [f32],
}

/// Rotations by the grid's places, `[places, channels]`, and what stands for none.
pub(super) struct Rotations<'a> {
    cosines: &'a [f32],
    sines: &'a [f32],
    width: usize,
    channels: usize,
    ones: Vec<f32>,
    zeros: Vec<f32>,
}

impl<'a> Rotations<'a> {
    pub(super) fn new([cosines, sines]: [&'a [f32]; 2], width: usize, channels: usize) -> Self {
        Self {
            cosines,
            sines,
            width,
            channels,
            ones: vec![1.0; channels / 2],
            zeros: vec![0.0; channels / 2],
        }
    }

    fn at(&self, place: usize, half: usize) -> Rotation<'_> {
        let start = place * self.channels + half * self.channels / 2;
        let range = start..start + self.channels / 2;
        Rotation {
            cosines: &self.cosines[range.clone()],
            sines: &self.sines[range],
        }
    }

    /// Of the first half of the channels in a column.
    pub(super) fn column(&self, column: usize) -> Rotation<'_> {
        self.at(column, 0)
    }

    /// Of the second half in a row.
    pub(super) fn row(&self, row: usize) -> Rotation<'_> {
        self.at(row * self.width, 1)
    }

    /// Of neither.
    pub(super) fn none(&self) -> Rotation<'_> {
        Rotation {
            cosines: &self.ones,
            sines: &self.zeros,
        }
    }
}

/// Numbers that hold `steps` at a level.
pub(super) fn joined(level: Level, steps: usize) -> usize {
    if level.is_half() {
        steps.div_ceil(2)
    } else {
        steps
    }
}

/// Joins rows, `width` numbers each, as the left side of a product that steps from row to row.
pub(super) struct JoinRows<'a> {
    pub rows: &'a [f32],
    pub width: usize,
    pub out: &'a mut [f32],
}

impl ProductTask for JoinRows<'_> {
    #[inline(always)]
    fn run<S: Simd, M: Multiply<S>>(self, simd: S, multiply: M) {
        let rows = self.rows.chunks(M::DEPTH * self.width);
        for (rows, out) in rows.zip(self.out.chunks_exact_mut(self.width)) {
            let (first, second) = rows.split_at(self.width);
            for (column, out) in out.chunks_mut(S::LANES).enumerate() {
                let columns = column * S::LANES..column * S::LANES + out.len();
                let first = simd.read(&first[columns.clone()]);
                let second = if second.is_empty() {
                    simd.splat(0.0)
                } else {
                    simd.read(&second[columns])
                };
                simd.write(out, multiply.join(first, second));
            }
        }
    }
}
