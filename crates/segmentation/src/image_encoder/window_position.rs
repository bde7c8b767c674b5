//! Learned positions of Hiera: a coarse background over the image plus one window repeated all over it
//! (Bolya et al. 2023, "Window Attention is Bugged", absolute win).
//!
//! In: the size of a feature map. Out: `[height, width, channels]`.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use tubelet_kernels::matmul;

use crate::resample::Filter;

/// Sizes of a [`WindowPosition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowPositionConfig {
    /// Channels of the first stage.
    pub(crate) channels: usize,
    /// Height and width of the background.
    pub(crate) background: usize,
    /// Side of the window, that of the first stage.
    pub(crate) window: usize,
}

impl WindowPositionConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> WindowPosition {
        let (channels, background, window) = (self.channels, self.background, self.window);
        let draw = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        WindowPosition {
            background: draw.init([1, channels, background, background], device),
            window: draw.init([1, channels, window, window], device),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct WindowPosition {
    background: Param<Tensor<4>>,
    window: Param<Tensor<4>>,
}

impl WindowPosition {
    /// # Shapes
    /// - `size`: height and width, multiples of the window's side
    /// - output: `[1, height, width, channels]`
    pub(crate) fn forward(&self, size: [usize; 2]) -> Tensor<4> {
        let [height, width] = size;
        let background = self.background.val();
        let [_, channels, from_height, from_width] = background.dims();
        let rows = Filter::Bicubic.matrix([from_height, height], &background);
        let columns = Filter::Bicubic.matrix([from_width, width], &background);
        let background = background
            .permute([0, 2, 3, 1])
            .reshape([from_height, from_width * channels]);
        let background = matmul(rows, background).reshape([height, from_width, channels]);
        let background = matmul(columns.unsqueeze::<3>(), background);

        let window = self.window.val();
        let [_, _, window_height, window_width] = window.dims();
        let window =
            window
                .permute([0, 2, 3, 1])
                .reshape([1, window_height, 1, window_width, channels]);
        let tiled = background.reshape([
            height / window_height,
            window_height,
            width / window_width,
            window_width,
            channels,
        ]) + window;
        tiled.reshape([1, height, width, channels])
    }
}
