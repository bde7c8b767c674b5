//! Resizing as two matrix products, so that any filter has gradients and runs wherever a product runs.
//!
//! In: a filter and two lengths. Out: one matrix for each axis. Knows no model.

use burn::tensor::{Tensor, TensorData};
use tubelet_kernels::matmul;

/// How new pixels are made of old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// PyTorch's `bicubic` (Keys, a = -0.75), without antialiasing.
    Bicubic,
    /// PyTorch's antialiased `bilinear`: a triangle as wide as the new pixel.
    Triangle,
}

impl Filter {
    /// Weights of old places in new places: `[to, from]`.
    ///
    /// `like` gives device and element type.
    pub(crate) fn matrix<const D: usize>(
        self,
        [from, to]: [usize; 2],
        like: &Tensor<D>,
    ) -> Tensor<2> {
        let scale = from as f64 / to as f64;
        let values = (0..to)
            .flat_map(|place| match self {
                Self::Bicubic => bicubic_row(from, (place as f64 + 0.5) * scale - 0.5),
                Self::Triangle => triangle_row(from, (place as f64 + 0.5) * scale, scale.max(1.0)),
            })
            .collect::<Vec<_>>();
        Tensor::from_data(
            TensorData::new(values, [to, from]),
            (&like.device(), like.dtype()),
        )
    }
}

/// Resizes images to `size` (height, width).
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: `[batch, channels, size[0], size[1]]`
pub(crate) fn resample(images: Tensor<4>, size: [usize; 2], filter: Filter) -> Tensor<4> {
    let [_, _, height, width] = images.dims();
    if [height, width] == size {
        return images;
    }
    let rows = filter.matrix([height, size[0]], &images).unsqueeze();
    let columns = filter
        .matrix([width, size[1]], &images)
        .transpose()
        .unsqueeze();
    matmul(rows, matmul(images, columns))
}

/// Weights of the four places around `centre`; places outside count as the nearest one inside.
fn bicubic_row(from: usize, centre: f64) -> Vec<f32> {
    const SHARPNESS: f64 = -0.75;
    let near = |x: f64| ((SHARPNESS + 2.0) * x - (SHARPNESS + 3.0)) * x * x + 1.0;
    let far =
        |x: f64| ((SHARPNESS * x - 5.0 * SHARPNESS) * x + 8.0 * SHARPNESS) * x - 4.0 * SHARPNESS;
    let first = centre.floor();
    let offset = centre - first;
    let weights = [
        far(offset + 1.0),
        near(offset),
        near(1.0 - offset),
        far(2.0 - offset),
    ];
    let mut row = vec![0.0_f64; from];
    for (index, weight) in weights.into_iter().enumerate() {
        let place = (first as i64 - 1 + index as i64).clamp(0, from as i64 - 1);
        row[place as usize] += weight;
    }
    row.into_iter().map(|weight| weight as f32).collect()
}

/// Weights that fall off linearly from `centre` to zero at `radius`, of sum one.
fn triangle_row(from: usize, centre: f64, radius: f64) -> Vec<f32> {
    let row: Vec<_> = (0..from)
        .map(|place| (1.0 - (place as f64 + 0.5 - centre).abs() / radius).max(0.0))
        .collect();
    let sum = row.iter().sum::<f64>();
    row.into_iter()
        .map(|weight| (weight / sum) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_weights_sum_to_one() {
        for filter in [Filter::Bicubic, Filter::Triangle] {
            for [from, to] in [[7, 256], [14, 32], [64, 16], [10, 3]] {
                for place in 0..to {
                    let scale = from as f64 / to as f64;
                    let row = match filter {
                        Filter::Bicubic => bicubic_row(from, (place as f64 + 0.5) * scale - 0.5),
                        Filter::Triangle => {
                            triangle_row(from, (place as f64 + 0.5) * scale, scale.max(1.0))
                        }
                    };
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                }
            }
        }
    }
}
