//! Tokens and values of one object in the order in which they are read: place by place, at each place one grid's after
//! the other's, then those without a place.

use rayon::prelude::*;

use super::super::gemm::{Matrix, Multiply, ProductTask, run_products};
use super::super::simd::{Level, Simd};
use super::tables::{JoinRows, Sizes, joined};

/// Tokens and values as numbers of a level.
#[derive(Clone, Copy)]
pub(super) struct PackedTokens<'a> {
    /// Token after token.
    pub tokens: &'a [f32],
    /// Tokens by value channels, joined from token to token within a chunk.
    pub values: &'a [f32],
}

/// Numbers that the two parts need.
pub(super) fn room(level: Level, sizes: &Sizes) -> [usize; 2] {
    let tokens = sizes.tokens() * joined(level, sizes.token_channels);
    let values = sizes.grid[0] * row_values(level, sizes)
        + sizes
            .placeless_chunks()
            .map(|(_, count)| joined(level, count))
            .sum::<usize>();
    [tokens, values * sizes.value_channels]
}

fn row_values(level: Level, sizes: &Sizes) -> usize {
    let (places, width) = (sizes.chunk_places(), sizes.grid[1]);
    let chunk = |start: usize| joined(level, places.min(width - start) * sizes.grids);
    (0..width).step_by(places).map(chunk).sum()
}

/// Packs `tokens` and `values`, each a row for each token, on all threads.
pub(super) fn pack<'a>(
    level: Level,
    sizes: &Sizes,
    [tokens, values]: [Matrix; 2],
    [token_room, value_room]: [&'a mut [f32]; 2],
) -> PackedTokens<'a> {
    let token_size = joined(level, sizes.token_channels);
    let row_values = row_values(level, sizes);
    let placed = sizes.grid[0] * sizes.grids > 0;
    let split = if placed {
        [
            sizes.grid[0] * sizes.row_tokens() * token_size,
            sizes.grid[0] * row_values * sizes.value_channels,
        ]
    } else {
        [0, 0]
    };
    let (placed_tokens, other_tokens) = token_room.split_at_mut(split[0]);
    let (placed_values, other_values) = value_room.split_at_mut(split[1]);
    let chunk_places = sizes.chunk_places();
    let [height, width] = sizes.grid;
    let source = |row: usize, place: usize, grid: usize| (grid * height + row) * width + place;
    placed_tokens
        .par_chunks_mut((sizes.row_tokens() * token_size).max(1))
        .zip(placed_values.par_chunks_mut((row_values * sizes.value_channels).max(1)))
        .enumerate()
        .for_each(|(row, (token_out, value_out))| {
            let places =
                (0..width).flat_map(|place| (0..sizes.grids).map(move |grid| (place, grid)));
            let order = places.map(|(place, grid)| source(row, place, grid));
            pack_rows(level, tokens, order, token_out);
            let mut value_out = value_out;
            for start in (0..width).step_by(chunk_places) {
                let places = start..width.min(start + chunk_places);
                let rows = joined(level, places.len() * sizes.grids);
                let (out, rest) = value_out.split_at_mut(rows * sizes.value_channels);
                let places =
                    places.flat_map(|place| (0..sizes.grids).map(move |grid| (place, grid)));
                let order = places.map(|(place, grid)| source(row, place, grid));
                join_rows(level, values, order.collect(), out);
                value_out = rest;
            }
        });
    let first = height * sizes.row_tokens();
    pack_rows(level, tokens, first..first + sizes.placeless, other_tokens);
    let mut other_values = other_values;
    for (start, count) in sizes.placeless_chunks() {
        let rows = joined(level, count);
        let (out, rest) = other_values.split_at_mut(rows * sizes.value_channels);
        join_rows(
            level,
            values,
            (first + start..first + start + count).collect(),
            out,
        );
        other_values = rest;
    }
    PackedTokens {
        tokens: token_room,
        values: value_room,
    }
}

/// Rows of `source` in this order, each joined along itself.
fn pack_rows(level: Level, source: Matrix, order: impl Iterator<Item = usize>, out: &mut [f32]) {
    struct Pack<'a, I> {
        source: Matrix<'a>,
        order: I,
        out: &'a mut [f32],
    }
    impl<I: Iterator<Item = usize>> ProductTask for Pack<'_, I> {
        #[inline(always)]
        fn run<S: Simd, M: Multiply<S>>(self, simd: S, multiply: M) {
            let columns = self.source.columns();
            let size = columns.div_ceil(M::DEPTH);
            for (row, out) in self.order.zip(self.out.chunks_exact_mut(size.max(1))) {
                multiply.join_row(simd, self.source.dense_row(row, 0, columns), out);
            }
        }
    }
    run_products(level, Pack { source, order, out });
}

/// Rows of `source` in this order, joined from row to row.
fn join_rows(level: Level, source: Matrix, order: Vec<usize>, out: &mut [f32]) {
    let columns = source.columns();
    let depth = if level.is_half() { 2 } else { 1 };
    let mut rows = Vec::with_capacity(depth * columns);
    for (pair, out) in order
        .chunks(depth)
        .zip(out.chunks_exact_mut(columns.max(1)))
    {
        rows.clear();
        for &row in pair {
            rows.extend_from_slice(source.dense_row(row, 0, columns));
        }
        let join = JoinRows {
            rows: &rows,
            width: columns,
            out,
        };
        run_products(level, join);
    }
}
