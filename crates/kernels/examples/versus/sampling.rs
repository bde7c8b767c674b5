//! Samples at free places: sizes of a DETR-like decoder's, and of a warped picture.

use burn::tensor::{
    Tensor,
    ops::{GridSampleOptions as PlainOptions, GridSamplePaddingMode, InterpolateMode},
};
use tubelet_kernels::{DeformableAttention, GridSampleOptions, deformable_attention, grid_sample};

use super::cases::Side;

/// Maps of a deformable attention.
const LEVELS: usize = 3;

/// Shapes of the inputs of a case.
pub(crate) fn shapes(kind: &str, n: &[usize]) -> Option<Vec<[usize; 4]>> {
    match (kind, n) {
        ("grid_sample", &[batch, channels, size, samples]) => {
            Some(vec![[batch, channels, size, size], [batch, samples, 1, 2]])
        }
        ("deformable", &[batch, queries, heads, channels, size, points]) => Some(vec![
            [batch, tokens(size), heads, channels],
            [batch, queries, heads, LEVELS * points * 2],
            [batch, queries, heads, LEVELS * points],
        ]),
        _ => None,
    }
}

fn maps(size: usize) -> Vec<[usize; 2]> {
    (0..LEVELS).map(|level| [size >> level; 2]).collect()
}

fn tokens(size: usize) -> usize {
    maps(size)
        .iter()
        .map(|[height, width]| height * width)
        .sum()
}

/// Runs a case on its inputs, numbers between −0.5 and 0.5.
pub(crate) fn run(n: &[usize], side: Side, inputs: &[Tensor<4>]) -> Tensor<4> {
    let plain = PlainOptions::new(InterpolateMode::Bilinear)
        .with_padding_mode(GridSamplePaddingMode::Zeros)
        .with_align_corners(false);
    match (n, inputs) {
        (&[batch, queries, heads, channels, size, points], [values, places, weights]) => {
            let all = LEVELS * points;
            let places = places
                .clone()
                .add_scalar(0.5)
                .reshape([batch, queries, heads, all, 2]);
            if side == Side::Ours {
                return deformable_attention(DeformableAttention {
                    values: values.clone(),
                    maps: maps(size),
                    places,
                    weights: weights.clone(),
                })
                .unsqueeze();
            }
            let mut start = 0;
            let levels = maps(size).into_iter().enumerate();
            let sampled = levels.map(|(level, [height, width])| {
                let map = values
                    .clone()
                    .narrow(1, start, height * width)
                    .permute([0, 2, 3, 1])
                    .reshape([batch * heads, channels, height, width]);
                start += height * width;
                let grid = places
                    .clone()
                    .narrow(3, level * points, points)
                    .swap_dims(1, 2)
                    .reshape([batch * heads, queries, points, 2])
                    .mul_scalar(2.0)
                    .sub_scalar(1.0);
                map.grid_sample_2d(grid, plain.clone())
            });
            let sampled = Tensor::cat(sampled.collect(), 3);
            let weights = weights
                .clone()
                .swap_dims(1, 2)
                .reshape([batch * heads, 1, queries, all]);
            (sampled * weights).sum_dim(3)
        }
        (_, [input, grid, ..]) => {
            let grid = grid.clone().mul_scalar(2.0);
            match side {
                Side::Ours => grid_sample(input.clone(), grid, GridSampleOptions::default()),
                Side::Plain => input.clone().grid_sample_2d(grid, plain),
            }
        }
        _ => unreachable!("cases have their inputs"),
    }
}
