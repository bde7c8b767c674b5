//! Layer norm over the last dimension, over the channels of an image, and root-mean-square norm.
//!
//! In and out: tensors of the same shape.

use burn::tensor::Tensor;

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
    let variance = input.clone().square().mean_dim(D - 1);
    input / variance.add_scalar(epsilon).sqrt() * weight.unsqueeze()
}
