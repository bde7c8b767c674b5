//! Bilinear resizing of images in both corner conventions.

use burn::tensor::{
    Tensor, module,
    ops::{InterpolateMode, InterpolateOptions},
};

/// Target of [`resize_bilinear`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResizeOptions {
    /// Output height and width.
    pub size: [usize; 2],
    /// Corner pixels of input and output coincide; otherwise pixel areas do (PyTorch's default).
    pub align_corners: bool,
}

/// Resizes without antialiasing, as PyTorch's `interpolate(mode="bilinear")`.
///
/// # Shapes
/// - `input`: `[batch, channels, height, width]`
/// - output: `[batch, channels, size[0], size[1]]`
pub fn resize_bilinear(input: Tensor<4>, options: ResizeOptions) -> Tensor<4> {
    let [_, _, height, width] = input.dims();
    if [height, width] == options.size {
        return input;
    }
    module::interpolate(
        input,
        InterpolateOptions::new(InterpolateMode::Bilinear)
            .with_align_corners(options.align_corners)
            .with_output_size(options.size),
    )
}
