//! Bilinear resizing of images in both corner conventions.

use burn::tensor::{
    Tensor, module,
    ops::{InterpolateMode, InterpolateOptions},
};

use crate::convolution::assert_pixels;
use crate::cpu;
use crate::extension::{apply, is_fast};

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
///
/// # Panics
/// Where the image has no pixels.
pub fn resize_bilinear(input: Tensor<4>, options: ResizeOptions) -> Tensor<4> {
    let [_, _, height, width] = input.dims();
    assert_pixels([height, width]);
    if [height, width] == options.size {
        return input;
    }
    if is_fast(&input) {
        let kernel = cpu::Resize {
            size: options.size,
            align_corners: options.align_corners,
        };
        return apply(kernel, vec![input.into_dispatch()]);
    }
    module::interpolate(
        input,
        InterpolateOptions::new(InterpolateMode::Bilinear)
            .with_align_corners(options.align_corners)
            .with_output_size(options.size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::assert_matches_plain;

    #[test]
    fn resizing_matches_its_plain_body() {
        for (shape, size) in [
            ([1, 1, 1, 1], [3, 2]),
            ([2, 3, 5, 7], [10, 14]),
            ([1, 2, 16, 16], [7, 40]),
            ([1, 1, 9, 12], [4, 3]),
            ([1, 2, 6, 6], [1, 6]),
        ] {
            for align_corners in [false, true] {
                let name = format!("{shape:?} {size:?} {align_corners}");
                assert_matches_plain(&name, &[shape.iter().product()], |x| {
                    let options = ResizeOptions {
                        size,
                        align_corners,
                    };
                    resize_bilinear(x[0].clone().reshape(shape), options)
                });
            }
        }
    }
}
