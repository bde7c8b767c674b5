//! All objects: their tokens packed, then their blocks of queries on all threads.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::super::gemm::{Matrix, Target, run_products};
use super::super::memory::{tensor, unwritten, with_scratch};
use super::super::simd::Level;
use super::super::view::{dense, dimensions, numbers};
use super::block::{Block, Shared, scratch_size};
use super::packed::{pack, room};
use super::tables::{JoinRows, Rotations, Sizes, joined};
use crate::Precision;

/// Tensors of [`grid_attention`](crate::grid_attention()), f32 on the CPU backend.
pub(crate) struct GridInputs {
    /// `[batch or 1, queries, 1, channels]`.
    pub query: FlexTensor,
    /// `[batch, tokens, token_channels]`.
    pub tokens: FlexTensor,
    /// `[channels, token_channels]`.
    pub weight: FlexTensor,
    /// `[channels]`.
    pub bias: Option<FlexTensor>,
    /// `[1, places, 1, channels]`.
    pub cosines: FlexTensor,
    /// Likewise.
    pub sines: FlexTensor,
    /// `[batch, tokens, 1, value_channels]`.
    pub value: FlexTensor,
}

/// Attends with one head; `width` is that of the grid, `placeless` the number of tokens without a place.
pub(crate) fn grid_attention(
    inputs: &GridInputs,
    width: usize,
    placeless: usize,
    precision: Precision,
) -> FlexTensor {
    let [query, tokens, value] = [&inputs.query, &inputs.tokens, &inputs.value].map(dense);
    let [weight, cosines, sines] = [&inputs.weight, &inputs.cosines, &inputs.sines].map(dense);
    let (query_sizes, token_sizes) = (dimensions(&query), dimensions(&tokens));
    let (queries, channels) = (query_sizes[1], query_sizes[3]);
    let (batch, count, token_channels) = (token_sizes[0], token_sizes[1], token_sizes[2]);
    // Channels are joined in pairs.
    let level = if token_channels.is_multiple_of(2) {
        Level::of(precision)
    } else {
        Level::current()
    };
    let places = dimensions(&cosines)[1];
    let value_channels = dimensions(&value)[3];
    let sizes = Sizes {
        grid: [places / width, width],
        grids: (count - placeless) / places,
        placeless,
        channels,
        token_channels,
        value_channels,
    };
    let bias = match &inputs.bias {
        Some(bias) => numbers(&dense(bias)).to_vec(),
        None => vec![0.0; channels],
    };
    let halves = numbers(&weight).split_at(channels / 2 * token_channels);
    let weight = [halves.0, halves.1].map(|rows| {
        let mut out = vec![0.0; joined(level, channels / 2) * token_channels];
        let join = JoinRows {
            rows,
            width: token_channels,
            out: &mut out,
        };
        run_products(level, join);
        out
    });
    let shared = Shared {
        sizes,
        rotations: &Rotations::new([numbers(&cosines), numbers(&sines)], width, channels),
        weight: weight.each_ref().map(Vec::as_slice),
        bias: &bias,
        scale: 1.0 / (channels as f32).sqrt(),
    };
    let mut output = unwritten(batch * queries * value_channels);
    let target = Target::dense(&mut output, [batch * queries, value_channels]);
    let query_rows = Matrix::dense(numbers(&query), [query_sizes[0] * queries, channels]);
    for object in 0..batch {
        let rows = |tensor, columns| {
            let all = Matrix::dense(numbers(tensor), [batch * count, columns]);
            all.row_range(object * count, count)
        };
        let sources = [rows(&tokens, token_channels), rows(&value, value_channels)];
        let rooms = room(level, &sizes);
        with_scratch(rooms.iter().sum(), |data| {
            let (token_room, value_room) = data.split_at_mut(rooms[0]);
            let packed = pack(level, &sizes, sources, [token_room, value_room]);
            let lanes = 2 * level.lanes();
            (0..queries.div_ceil(lanes))
                .into_par_iter()
                .for_each(|block| {
                    let (start, end) = (block * lanes, queries.min((block + 1) * lanes));
                    let first = if query_sizes[0] == 1 {
                        0
                    } else {
                        object * queries
                    };
                    with_scratch(scratch_size(level, &sizes), |scratch| {
                        let block = Block {
                            shared: &shared,
                            packed,
                            query: query_rows.row_range(first + start, end - start),
                            output: target.part(
                                object * queries + start..object * queries + end,
                                0..value_channels,
                            ),
                            scratch,
                        };
                        run_products(level, block);
                    });
                });
        });
    }
    tensor(output, [batch, queries, 1, value_channels])
}
