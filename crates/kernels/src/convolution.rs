//! Two-dimensional convolution and its transpose.
//!
//! In and out: images `[batch, channels, height, width]`; weights in PyTorch's layouts.

use burn::tensor::{
    Tensor, module,
    ops::{ConvOptions, ConvTransposeOptions},
};

use crate::extension::{apply, is_fast};
use crate::linear::of_length;
use crate::{Activation, activate, cpu};

/// Geometry of a [`conv2d`] and what follows it.
#[derive(Clone, Debug)]
pub struct Conv2dOptions {
    /// `[out]`, added to every pixel.
    pub bias: Option<Tensor<1>>,
    /// Rows and columns between two windows.
    pub stride: [usize; 2],
    /// Zeros added on each side, rows and columns.
    pub padding: [usize; 2],
    /// Channel groups, at least one; `in` for a depthwise convolution.
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
///
/// # Panics
/// Where the image has no pixels, or shapes do not fit together.
pub fn conv2d(input: Tensor<4>, weight: Tensor<4>, options: Conv2dOptions) -> Tensor<4> {
    let [_, channels, height, width] = input.dims();
    assert_pixels([height, width]);
    let [out_channels, group_channels, kernel_height, kernel_width] = weight.dims();
    let depthwise = options.groups > 1
        && options.groups == channels
        && options.groups == out_channels
        && options.stride == [1, 1]
        && options.padding[0] < kernel_height
        && options.padding[1] < kernel_width;
    let fits = height + 2 * options.padding[0] >= kernel_height
        && width + 2 * options.padding[1] >= kernel_width
        && channels > 0
        && channels == group_channels * options.groups
        && of_length(options.bias.as_ref(), out_channels);
    if fits
        && (options.groups == 1 || depthwise)
        && is_fast(&input)
        && is_fast(&weight)
        && options.bias.as_ref().is_none_or(is_fast)
    {
        let kernel = cpu::Convolution {
            bias: options.bias.is_some(),
            stride: options.stride,
            padding: options.padding,
            depthwise,
            activation: options.activation,
        };
        let mut inputs = vec![input.into_dispatch(), weight.into_dispatch()];
        inputs.extend(options.bias.map(Tensor::into_dispatch));
        return apply(kernel, inputs);
    }
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
///
/// # Panics
/// Where the image has no pixels, or shapes do not fit together.
pub fn conv_transpose2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    options: ConvTranspose2dOptions,
) -> Tensor<4> {
    let [_, channels, height, width] = input.dims();
    assert_pixels([height, width]);
    let [in_channels, out_channels, ..] = weight.dims();
    let fits = in_channels > 0
        && channels == in_channels
        && of_length(options.bias.as_ref(), out_channels);
    if fits && is_fast(&input) && is_fast(&weight) && options.bias.as_ref().is_none_or(is_fast) {
        let kernel = cpu::Transposed {
            bias: options.bias.is_some(),
            stride: options.stride,
        };
        let mut inputs = vec![input.into_dispatch(), weight.into_dispatch()];
        inputs.extend(options.bias.map(Tensor::into_dispatch));
        return apply(kernel, inputs);
    }
    let geometry = ConvTransposeOptions::new(options.stride, [0, 0], [0, 0], [1, 1], 1);
    module::conv_transpose2d(input, weight, options.bias, geometry)
}

/// Stops where a picture has no pixels, which nothing can be made of.
pub(crate) fn assert_pixels([height, width]: [usize; 2]) {
    assert!(
        height * width > 0,
        "a picture of {height}×{width} has no pixels"
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reference::{assert_matches_plain, cases};

    /// Image, output channels, kernel, stride, padding; channels of the image are its second number.
    type Case = ([usize; 4], usize, [usize; 2], [usize; 2], [usize; 2]);

    fn check((shape, channels, kernel, stride, padding): Case, groups: usize) {
        let weight = [channels, shape[1] / groups, kernel[0], kernel[1]];
        let lengths = [shape.iter().product(), weight.iter().product(), channels];
        for (activation, bias) in [(Activation::None, true), (Activation::Gelu, false)] {
            let name =
                format!("{shape:?} {weight:?} {stride:?} {padding:?} {groups} {activation:?}");
            assert_matches_plain(&name, &lengths, |x| {
                let options = Conv2dOptions {
                    bias: bias.then(|| x[2].clone()),
                    stride,
                    padding,
                    groups,
                    activation,
                };
                let output = conv2d(
                    x[0].clone().reshape(shape),
                    x[1].clone().reshape(weight),
                    options,
                );
                // An input that takes no part has no gradient; a little of it, for what it adds to every number is summed with all their
                // rounding.
                output + x[2].clone().sum().mul_scalar(1e-3).reshape([1, 1, 1, 1])
            });
        }
    }

    #[test]
    fn convolutions_match_their_plain_bodies() {
        for case in [
            ([1, 1, 1, 1], 1, [1, 1], [1, 1], [0, 0]),
            ([2, 5, 7, 9], 17, [1, 1], [1, 1], [0, 0]),
            ([2, 3, 9, 11], 20, [3, 3], [1, 1], [1, 1]),
            ([3, 4, 13, 10], 7, [3, 3], [2, 2], [1, 1]),
            ([1, 3, 33, 40], 12, [7, 7], [4, 4], [3, 3]),
            ([1, 2, 6, 20], 3, [2, 2], [2, 2], [0, 0]),
            ([2, 16, 17, 35], 33, [3, 3], [1, 1], [1, 1]),
            ([1, 2, 5, 6], 3, [1, 3], [1, 2], [1, 0]),
            ([1, 2, 8, 8], 4, [3, 3], [3, 1], [0, 2]),
            ([1, 2, 4, 4], 2, [4, 4], [1, 1], [3, 3]),
            // Several blocks of elements, tiles that are not full, rows that end in part of a vector.
            ([1, 40, 5, 31], 13, [3, 3], [1, 1], [1, 1]),
            ([3, 2, 40, 62], 5, [3, 3], [1, 1], [1, 1]),
            // Every phase of a stride, borders wider than the stride, rows and columns that no window meets.
            ([1, 3, 50, 99], 26, [5, 5], [3, 2], [2, 4]),
            ([2, 1, 4, 64], 2, [1, 7], [2, 4], [0, 5]),
            ([1, 2, 9, 49], 3, [2, 2], [3, 3], [1, 0]),
        ] {
            check(case, 1);
        }
    }

    proptest! {
        #![proptest_config(cases(12))]

        #[test]
        fn convolutions_of_any_shape_match_their_plain_bodies(
            (batch, channels, out) in (1..3usize, 1..8usize, 1..27usize),
            size in prop::array::uniform2(1..40usize),
            kernel in prop::array::uniform2(1..6usize),
            stride in prop::array::uniform2(1..5usize),
            padding in prop::array::uniform2(0..6usize),
        ) {
            let fits = (0..2).all(|axis| size[axis] + 2 * padding[axis] >= kernel[axis]);
            prop_assume!(fits);
            check(([batch, channels, size[0], size[1]], out, kernel, stride, padding), 1);
        }
    }

    #[test]
    fn depthwise_convolutions_match_their_plain_bodies() {
        for case in [
            ([2, 3, 9, 11], 3, [7, 7], [1, 1], [3, 3]),
            ([1, 5, 16, 32], 5, [3, 3], [1, 1], [1, 1]),
            ([1, 2, 5, 40], 2, [3, 5], [1, 1], [0, 2]),
            ([1, 4, 8, 8], 4, [3, 3], [2, 2], [1, 1]),
        ] {
            check(case, case.0[1]);
        }
    }

    #[test]
    fn transposed_convolutions_match_their_plain_bodies() {
        for (shape, channels, kernel, stride) in [
            ([1, 1, 1, 1], 1, [1, 1], [1, 1]),
            ([2, 5, 7, 9], 4, [2, 2], [2, 2]),
            ([1, 33, 16, 16], 8, [2, 2], [2, 2]),
            ([1, 3, 5, 4], 2, [3, 3], [2, 1]),
        ] {
            let weight = [shape[1], channels, kernel[0], kernel[1]];
            let lengths = [shape.iter().product(), weight.iter().product(), channels];
            assert_matches_plain(&format!("{shape:?} {weight:?}"), &lengths, |x| {
                let options = ConvTranspose2dOptions {
                    bias: Some(x[2].clone()),
                    stride,
                };
                conv_transpose2d(
                    x[0].clone().reshape(shape),
                    x[1].clone().reshape(weight),
                    options,
                )
            });
        }
    }
}
