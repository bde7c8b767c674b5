//! Matrix products: batched, and against a layer's weight with bias, activation and residual.
//!
//! In and out: tensors; weights in PyTorch's `[out, in]` layout.

use burn::tensor::Tensor;

use crate::{Activation, activate};

/// What [`linear`] does after the product.
#[derive(Clone, Debug)]
pub struct LinearOptions<const D: usize> {
    /// `[out]`, added to every row.
    pub bias: Option<Tensor<1>>,
    /// Applied after the bias.
    pub activation: Activation,
    /// Added last; the output's shape.
    pub residual: Option<Tensor<D>>,
}

impl<const D: usize> Default for LinearOptions<D> {
    fn default() -> Self {
        Self {
            bias: None,
            activation: Activation::None,
            residual: None,
        }
    }
}

/// `activation(input · weightᵀ + bias) + residual`.
///
/// # Shapes
/// - `input`: `[..., in]`
/// - `weight`: `[out, in]`
/// - output: `[..., out]`
pub fn linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    options: LinearOptions<D>,
) -> Tensor<D> {
    let mut shape = input.dims();
    let in_channels = shape[D - 1];
    let [out_channels, _] = weight.dims();
    let rows = shape[..D - 1].iter().product::<usize>();
    let mut output = input
        .reshape([rows, in_channels])
        .matmul(weight.transpose());
    if let Some(bias) = options.bias {
        output = output + bias.unsqueeze::<2>();
    }
    shape[D - 1] = out_channels;
    let output = activate(output.reshape(shape), options.activation);
    match options.residual {
        Some(residual) => output + residual,
        None => output,
    }
}

/// Batched matrix product; leading dimensions of size one are broadcast.
///
/// # Shapes
/// - `left`: `[..., rows, inner]`
/// - `right`: `[..., inner, columns]`
/// - output: `[..., rows, columns]`
pub fn matmul<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
    left.matmul(right)
}
