//! Bilinear sampling at free places, from one map or from several with weights.
//!
//! In: maps, places. Out: samples. The gradients flow to maps, places and weights.

use burn::tensor::Tensor;

use crate::convolution::assert_pixels;
use crate::cpu::{Coordinates, DeformableSampling, PlaneSampling};
use crate::extension::{apply, is_fast};

/// How [`grid_sample`] reads places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridSampleOptions {
    /// −1 and 1 are the centres of the corner pixels; otherwise the map's edges (PyTorch's default).
    pub align_corners: bool,
    /// What lies outside the map.
    pub outside: Outside,
}

/// What lies outside a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Zero.
    #[default]
    Zero,
    /// The nearest pixel of the map.
    Nearest,
}

/// What [`deformable_attention`] looks at.
#[derive(Clone, Debug)]
pub struct DeformableAttention {
    /// Tokens of all maps, one map after the other: `[batch, tokens, heads, channels]`.
    pub values: Tensor<4>,
    /// Height and width of each map.
    pub maps: Vec<[usize; 2]>,
    /// x and y as fractions of the map: `[batch, queries, heads, maps · points, 2]`.
    pub places: Tensor<5>,
    /// How much each place counts: `[batch, queries, heads, maps · points]`.
    pub weights: Tensor<4>,
}

/// Samples a map bilinearly, as PyTorch's `grid_sample` with padding `zeros` or `border`.
///
/// # Shapes
/// - `input`: `[batch, channels, height, width]`
/// - `grid`: x and y from −1 to 1, `[batch, rows, columns, 2]`
/// - output: `[batch, channels, rows, columns]`
///
/// # Panics
/// Where the map has no pixels, or shapes do not fit together.
pub fn grid_sample(input: Tensor<4>, grid: Tensor<4>, options: GridSampleOptions) -> Tensor<4> {
    let [batch, channels, height, width] = input.dims();
    let [grids, rows, columns, axes] = grid.dims();
    assert_pixels([height, width]);
    let fits = grids == batch && axes == 2;
    let coordinates = Coordinates::Signed {
        align_corners: options.align_corners,
        clamped: options.outside == Outside::Nearest,
    };
    if fits && is_fast(&input) && is_fast(&grid) {
        let inputs = vec![input.into_dispatch(), grid.into_dispatch()];
        return apply(PlaneSampling(coordinates), inputs);
    }
    let tokens = input
        .reshape([batch, 1, channels, height * width])
        .swap_dims(2, 3);
    let coordinate = |axis: usize, size: usize| {
        let part = grid.clone().narrow(3, axis, 1);
        let part = part.reshape([batch, 1, rows * columns, 1]);
        pixels(coordinates, part, size)
    };
    let places = [coordinate(0, width), coordinate(1, height)];
    bilinear(tokens, places, [height, width])
        .reshape([batch, rows * columns, channels])
        .swap_dims(1, 2)
        .reshape([batch, channels, rows, columns])
}

/// Sums of weighted samples from several maps (Zhu et al. 2021, "Deformable DETR", equation 3, without its projections). Places
/// outside a map count nothing.
///
/// # Shapes
/// - output: `[batch, queries, heads · channels]`
pub fn deformable_attention(input: DeformableAttention) -> Tensor<3> {
    let DeformableAttention {
        values,
        maps,
        places,
        weights,
    } = input;
    let [batch, tokens, heads, _] = values.dims();
    let [_, queries, _, all, _] = places.dims();
    let fits = places.dims() == [batch, queries, heads, all, 2]
        && weights.dims() == [batch, queries, heads, all]
        && maps
            .iter()
            .map(|[height, width]| height * width)
            .sum::<usize>()
            == tokens
        && !maps.is_empty()
        && all % maps.len() == 0;
    if fits && is_fast(&values) && is_fast(&places) && is_fast(&weights) {
        let inputs = vec![
            values.into_dispatch(),
            places.into_dispatch(),
            weights.into_dispatch(),
        ];
        return apply(DeformableSampling { maps }, inputs);
    }
    plain(&maps, values, places, weights)
}

/// In operations of every backend.
fn plain(
    maps: &[[usize; 2]],
    values: Tensor<4>,
    places: Tensor<5>,
    weights: Tensor<4>,
) -> Tensor<3> {
    let [batch, _, heads, channels] = values.dims();
    let [_, queries, _, all, _] = places.dims();
    let points = all / maps.len().max(1);
    let values = values.swap_dims(1, 2);
    let mut start = 0;
    let mut sum: Option<Tensor<4>> = None;
    for (index, &[height, width]) in maps.iter().enumerate() {
        let tokens = values.clone().narrow(2, start, height * width);
        start += height * width;
        let coordinate = |axis: usize, size: usize| {
            let part = places
                .clone()
                .narrow(3, index * points, points)
                .narrow(4, axis, 1);
            let part = part
                .reshape([batch, queries, heads, points])
                .swap_dims(1, 2);
            pixels(Coordinates::Fractions, part, size)
        };
        let (x, y) = (coordinate(0, width), coordinate(1, height));
        let samples = bilinear(tokens, [x, y], [height, width]);
        let weights = weights.clone().narrow(3, index * points, points);
        let samples = samples * weights.swap_dims(1, 2).unsqueeze_dim::<5>(4);
        let samples = samples
            .sum_dim(3)
            .reshape([batch, heads, queries, channels]);
        sum = Some(match sum {
            Some(sum) => sum + samples,
            None => samples,
        });
    }
    let shape = [batch, queries, heads * channels];
    match sum {
        Some(sum) => sum.swap_dims(1, 2).reshape(shape),
        None => Tensor::zeros(shape, (&values.device(), values.dtype())),
    }
}

/// From the caller's coordinates to pixels.
fn pixels(coordinates: Coordinates, given: Tensor<4>, size: usize) -> Tensor<4> {
    let size = size as f64;
    match coordinates {
        Coordinates::Fractions => given.mul_scalar(size).sub_scalar(0.5),
        Coordinates::Signed {
            align_corners,
            clamped,
        } => {
            let half = given.add_scalar(1.0).mul_scalar(0.5);
            let place = if align_corners {
                half.mul_scalar(size - 1.0)
            } else {
                half.mul_scalar(size).sub_scalar(0.5)
            };
            if clamped {
                place.clamp(0.0, size - 1.0)
            } else {
                place
            }
        }
    }
}

/// `tokens` `[batch, heads, height · width, channels]` at pixels `[batch, heads, queries, points]`: with channels last.
fn bilinear(tokens: Tensor<4>, places: [Tensor<4>; 2], size: [usize; 2]) -> Tensor<5> {
    let [batch, heads, queries, points] = places[0].dims();
    let [_, _, _, channels] = tokens.dims();
    let dtype = tokens.dtype();
    let [height, width] = size.map(|side| side as f64);
    let firsts = places.clone().map(|place| place.detach().floor());
    let shares: [Tensor<4>; 2] =
        std::array::from_fn(|axis| places[axis].clone() - firsts[axis].clone());
    let corner =
        |right: f64, down: f64| {
            let [x, y] = firsts.clone();
            let (x, y) = (x.add_scalar(right), y.add_scalar(down));
            let within = |place: &Tensor<4>, side: f64| {
                let low = place.clone().greater_equal_elem(0.0);
                low.bool_and(place.clone().lower_elem(side))
            };
            let inside = within(&x, width)
                .bool_and(within(&y, height))
                .float()
                .cast(dtype);
            let index = y.clamp(0.0, height - 1.0).mul_scalar(width) + x.clamp(0.0, width - 1.0);
            let index = index
                .int()
                .reshape([batch, heads, queries * points, 1])
                .repeat_dim(3, channels);
            let weight = shares.clone().into_iter().zip([right, down]).fold(
                inside,
                |weight, (share, side)| {
                    let share = if side > 0.0 {
                        share
                    } else {
                        share.neg().add_scalar(1.0)
                    };
                    weight * share
                },
            );
            let values = tokens.clone().gather(2, index);
            values.reshape([batch, heads, queries, points, channels]) * weight.unsqueeze_dim::<5>(4)
        };
    corner(0.0, 0.0) + corner(1.0, 0.0) + corner(0.0, 1.0) + corner(1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_matches_plain, numbers};
    use burn::tensor::{Device, TensorData};

    /// `torch.nn.functional.grid_sample` of `arange(6)` in two rows at the places of the test below.
    const PYTORCH: [(GridSampleOptions, [f32; 4]); 4] = {
        const fn options(align_corners: bool, outside: Outside) -> GridSampleOptions {
            GridSampleOptions {
                align_corners,
                outside,
            }
        }
        [
            (options(false, Outside::Zero), [0.0, 2.5, 1.375, 0.6]),
            (options(false, Outside::Nearest), [0.0, 2.5, 1.375, 5.0]),
            (options(true, Outside::Zero), [0.0, 2.5, 2.0, 3.88]),
            (options(true, Outside::Nearest), [0.0, 2.5, 2.0, 4.85]),
        ]
    };

    #[test]
    fn grid_samples_match_their_plain_body() {
        for ([batch, channels, height, width], [rows, columns]) in [
            ([1, 1, 1, 1], [1, 1]),
            ([2, 3, 5, 7], [4, 3]),
            ([1, 32, 6, 4], [9, 11]),
            ([1, 70, 3, 8], [2, 5]),
        ] {
            for (align_corners, outside) in [
                (false, Outside::Zero),
                (true, Outside::Zero),
                (false, Outside::Nearest),
                (true, Outside::Nearest),
            ] {
                let options = GridSampleOptions {
                    align_corners,
                    outside,
                };
                let lengths = [
                    batch * channels * height * width,
                    batch * rows * columns * 2,
                ];
                let name = format!("{channels} {height} {width} {options:?}");
                assert_matches_plain(&name, &lengths, |x| {
                    let input = x[0].clone().reshape([batch, channels, height, width]);
                    // Some places lie outside.
                    let grid = x[1].clone().mul_scalar(1.3);
                    grid_sample(input, grid.reshape([batch, rows, columns, 2]), options)
                });
            }
        }
    }

    #[test]
    fn deformable_attention_matches_its_plain_body() {
        for (batch, queries, heads, channels, points, maps) in [
            (1, 1, 1, 1, 1, vec![[1, 1]]),
            (2, 5, 3, 7, 2, vec![[4, 6], [2, 3]]),
            (1, 70, 2, 16, 4, vec![[8, 5], [4, 3], [2, 2]]),
            (1, 3, 8, 32, 4, vec![[5, 5], [3, 3], [2, 2], [1, 1]]),
        ] {
            let tokens: usize = maps.iter().map(|[height, width]| height * width).sum();
            let all = maps.len() * points;
            let lengths = [
                batch * tokens * heads * channels,
                batch * queries * heads * all * 2,
                batch * queries * heads * all,
            ];
            assert_matches_plain(&format!("{queries} {heads} {maps:?}"), &lengths, |x| {
                deformable_attention(DeformableAttention {
                    values: x[0].clone().reshape([batch, tokens, heads, channels]),
                    maps: maps.clone(),
                    places: x[1]
                        .clone()
                        .mul_scalar(0.6)
                        .add_scalar(0.5)
                        .reshape([batch, queries, heads, all, 2]),
                    weights: x[2].clone().reshape([batch, queries, heads, all]),
                })
            });
        }
    }

    #[test]
    fn grid_samples_equal_pytorch() {
        let device = Device::default();
        let input: Vec<f32> = (0..6).map(|x| x as f32).collect();
        let input = Tensor::from_data(TensorData::new(input, [1, 1, 2, 3]), &device);
        let grid = vec![-1.0f32, -1.0, 0.0, 0.0, 0.25, -0.5, 1.2, 0.9];
        let grid = Tensor::from_data(TensorData::new(grid, [1, 1, 4, 2]), &device);
        for (options, expected) in PYTORCH {
            let found = grid_sample(Tensor::clone(&input), Tensor::clone(&grid), options);
            let found: Vec<f32> = found.into_data().iter::<f32>().collect();
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-5,
                    "{options:?}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_a_number_lies_outside() {
        let device = Device::default();
        let input = numbers(4, 1).into_iter().map(|x| x as f32).collect();
        let input = Tensor::from_data(TensorData::new::<f32, _>(input, [1, 1, 2, 2]), &device);
        let grid = vec![f32::NAN, 0.0, f32::INFINITY, 0.0];
        let grid = Tensor::from_data(TensorData::new(grid, [1, 1, 2, 2]), &device);
        let found = grid_sample(input, grid, GridSampleOptions::default());
        let found: Vec<f32> = found.into_data().iter::<f32>().collect();
        assert_eq!(found, [0.0, 0.0]);
    }
}
