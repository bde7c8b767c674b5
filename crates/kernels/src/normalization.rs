//! Layer norm over the last dimension, over the channels of an image, and root-mean-square norm.
//!
//! In and out: tensors of the same shape.

use burn::tensor::Tensor;

use crate::cpu;
use crate::extension::{apply, is_fast};

/// Normalises the last dimension to zero mean and unit variance, then scales and shifts.
///
/// # Shapes
/// - `input`, output: `[..., channels]`
/// - `weight`, `bias`: `[channels]`
pub fn layer_norm<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    let of_a_row = [input.dims()[D - 1]];
    let fits = weight.dims() == of_a_row && bias.dims() == of_a_row;
    if fits && is_fast(&input) && is_fast(&weight) && is_fast(&bias) {
        let kernel = cpu::RowNorm {
            centred: true,
            epsilon: epsilon as f32,
        };
        let inputs = vec![
            input.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
        ];
        return apply(kernel, inputs);
    }
    let mean = input.clone().mean_dim(D - 1);
    let centred = input - mean;
    let variance = centred.clone().square().mean_dim(D - 1);
    centred / variance.add_scalar(epsilon).sqrt() * weight.unsqueeze() + bias.unsqueeze()
}

/// [`layer_norm`] over the channel dimension of `[batch, channels, height, width]`.
///
/// # Shapes
/// - `input`, output: `[batch, channels, height, width]`
/// - `weight`, `bias`: `[channels]`
pub fn layer_norm_2d(
    input: Tensor<4>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    epsilon: f64,
) -> Tensor<4> {
    let of_a_pixel = [input.dims()[1]];
    let fits = weight.dims() == of_a_pixel && bias.dims() == of_a_pixel;
    if fits && is_fast(&input) && is_fast(&weight) && is_fast(&bias) {
        let kernel = cpu::ChannelNorm {
            epsilon: epsilon as f32,
        };
        let inputs = vec![
            input.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
        ];
        return apply(kernel, inputs);
    }
    let [channels] = weight.dims();
    let mean = input.clone().mean_dim(1);
    let centred = input - mean;
    let variance = centred.clone().square().mean_dim(1);
    centred / variance.add_scalar(epsilon).sqrt() * weight.reshape([1, channels, 1, 1])
        + bias.reshape([1, channels, 1, 1])
}

/// Divides the last dimension by its root mean square, then scales.
///
/// # Shapes
/// - `input`, output: `[..., channels]`
/// - `weight`: `[channels]`
pub fn rms_norm<const D: usize>(input: Tensor<D>, weight: Tensor<1>, epsilon: f64) -> Tensor<D> {
    let fits = weight.dims() == [input.dims()[D - 1]];
    if fits && is_fast(&input) && is_fast(&weight) {
        let kernel = cpu::RowNorm {
            centred: false,
            epsilon: epsilon as f32,
        };
        return apply(kernel, vec![input.into_dispatch(), weight.into_dispatch()]);
    }
    let variance = input.clone().square().mean_dim(D - 1);
    input / variance.add_scalar(epsilon).sqrt() * weight.unsqueeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::assert_matches_plain;

    #[test]
    fn row_norms_match_their_plain_bodies() {
        for (rows, columns) in [(1, 5), (3, 7), (70, 16), (5, 48), (130, 33), (2, 1000)] {
            let name = format!("{rows}×{columns}");
            assert_matches_plain(&name, &[rows * columns, columns, columns], |x| {
                let input = x[0].clone().add_scalar(3.0).reshape([rows, columns]);
                layer_norm(input, x[1].clone(), x[2].clone(), 1e-6)
            });
            assert_matches_plain(&name, &[rows * columns, columns], |x| {
                rms_norm(x[0].clone().reshape([1, rows, columns]), x[1].clone(), 1e-6)
            });
        }
    }

    #[test]
    fn the_norm_over_channels_matches_its_plain_body() {
        for shape in [[1, 3, 1, 1], [2, 5, 7, 9], [1, 48, 16, 16], [3, 17, 11, 13]] {
            let lengths = [shape.iter().product(), shape[1], shape[1]];
            assert_matches_plain(&format!("{shape:?}"), &lengths, |x| {
                let input = x[0].clone().add_scalar(2.0).reshape(shape);
                layer_norm_2d(input, x[1].clone(), x[2].clone(), 1e-6)
            });
        }
    }
}
