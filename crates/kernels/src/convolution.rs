//! Two-dimensional convolution and its transpose.
//!
//! In and out: images `[batch, channels, height, width]`; weights in PyTorch's layouts.

use burn::tensor::{
    Tensor, module,
    ops::{ConvOptions, ConvTransposeOptions},
};

use crate::{Activation, activate};

/// Geometry of a [`conv2d`] and what follows it.
#[derive(Clone, Debug)]
pub struct Conv2dOptions {
    /// `[out]`, added to every pixel.
    pub bias: Option<Tensor<1>>,
    /// Rows and columns between two windows.
    pub stride: [usize; 2],
    /// Zeros added on each side, rows and columns.
    pub padding: [usize; 2],
    /// Channel groups; `in` for a depthwise convolution.
    pub groups: usize,
    /// Applied after the bias.
    pub activation: Activation,
}

impl Default for Conv2dOptions {
    fn default() -> Self {
        Self {
            bias: None,
            stride: [1, 1],
            padding: [0, 0],
            groups: 1,
            activation: Activation::None,
        }
    }
}

/// Cross-correlates `input` with `weight`.
///
/// # Shapes
/// - `input`: `[batch, in, height, width]`
/// - `weight`: `[out, in / groups, kernel_height, kernel_width]`
/// - output: `[batch, out, (height + 2·padding − kernel) / stride + 1, …]`
pub fn conv2d(input: Tensor<4>, weight: Tensor<4>, options: Conv2dOptions) -> Tensor<4> {
    let geometry = ConvOptions::new(options.stride, options.padding, [1, 1], options.groups);
    let output = module::conv2d(input, weight, options.bias, geometry);
    activate(output, options.activation)
}

/// Geometry of a [`conv_transpose2d`].
#[derive(Clone, Debug)]
pub struct ConvTranspose2dOptions {
    /// `[out]`, added to every pixel.
    pub bias: Option<Tensor<1>>,
    /// Factor by which the image grows, rows and columns.
    pub stride: [usize; 2],
}

/// Transposed convolution without padding.
///
/// # Shapes
/// - `input`: `[batch, in, height, width]`
/// - `weight`: `[in, out, kernel_height, kernel_width]`
/// - output: `[batch, out, (height − 1)·stride + kernel, …]`
pub fn conv_transpose2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    options: ConvTranspose2dOptions,
) -> Tensor<4> {
    let geometry = ConvTransposeOptions::new(options.stride, [0, 0], [0, 0], [1, 1], 1);
    module::conv_transpose2d(input, weight, options.bias, geometry)
}
