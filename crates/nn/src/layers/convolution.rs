//! Two-dimensional convolution and its transpose.
//!
//! In and out: `[batch, channels, height, width]`.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use tubelet_kernels::{
    Activation, Conv2dOptions, ConvTranspose2dOptions, conv_transpose2d, conv2d,
};

use super::initialise::uniform_by_fan_in;

/// Sizes of a [`Conv2d`].
#[derive(Clone, Copy, Debug)]
pub struct Conv2dConfig {
    /// Channels in and out.
    pub channels: [usize; 2],
    /// Height and width of the window.
    pub kernel_size: [usize; 2],
    /// Rows and columns between windows.
    pub stride: [usize; 2],
    /// Zeros on each side.
    pub padding: [usize; 2],
    /// Channel groups.
    pub groups: usize,
    /// Whether a bias is added.
    pub bias: bool,
}

impl Conv2dConfig {
    /// A dense convolution with a square window, stride 1, no padding and a bias.
    pub fn new(channels: [usize; 2], kernel_size: usize) -> Self {
        Self {
            channels,
            kernel_size: [kernel_size; 2],
            stride: [1, 1],
            padding: [0, 0],
            groups: 1,
            bias: true,
        }
    }

    /// The same stride for rows and columns.
    pub fn with_stride(self, stride: usize) -> Self {
        Self {
            stride: [stride; 2],
            ..self
        }
    }

    /// The same padding on all sides.
    pub fn with_padding(self, padding: usize) -> Self {
        Self {
            padding: [padding; 2],
            ..self
        }
    }

    /// One group for each channel in.
    pub fn depthwise(self) -> Self {
        Self {
            groups: self.channels[0],
            ..self
        }
    }

    /// Builds the layer with fresh weights.
    pub fn init(&self, device: &Device) -> Conv2d {
        let [in_channels, out_channels] = self.channels;
        let [height, width] = self.kernel_size;
        let group_channels = in_channels / self.groups;
        let fan_in = group_channels * height * width;
        Conv2d {
            weight: uniform_by_fan_in(
                [out_channels, group_channels, height, width],
                fan_in,
                device,
            ),
            bias: self
                .bias
                .then(|| uniform_by_fan_in([out_channels], fan_in, device)),
            stride: self.stride,
            padding: self.padding,
            groups: self.groups,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct Conv2d {
    /// `[out, in / groups, kernel_height, kernel_width]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    stride: [usize; 2],
    #[module(skip)]
    padding: [usize; 2],
    #[module(skip)]
    groups: usize,
}

impl Conv2d {
    /// # Shapes
    /// - `input`: `[batch, in, height, width]`
    /// - output: `[batch, out, (height + 2·padding − kernel) / stride + 1, …]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.forward_with(input, Activation::None)
    }

    /// [`Conv2d::forward`] followed by `activation`, in one pass.
    ///
    /// # Shapes
    /// As [`Conv2d::forward`].
    pub fn forward_with(&self, input: Tensor<4>, activation: Activation) -> Tensor<4> {
        let options = Conv2dOptions {
            bias: self.bias.as_ref().map(Param::val),
            stride: self.stride,
            padding: self.padding,
            groups: self.groups,
            activation,
        };
        conv2d(input, self.weight.val(), options)
    }
}

/// Sizes of a [`ConvTranspose2d`].
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose2dConfig {
    /// Channels in and out.
    pub channels: [usize; 2],
    /// Side of the window.
    pub kernel_size: usize,
    /// Factor by which the image grows.
    pub stride: usize,
}

impl ConvTranspose2dConfig {
    /// Builds the layer with fresh weights.
    pub fn init(&self, device: &Device) -> ConvTranspose2d {
        let [in_channels, out_channels] = self.channels;
        let side = self.kernel_size;
        // PyTorch counts the fan of a transposed weight by its second dimension.
        let fan_in = out_channels * side * side;
        ConvTranspose2d {
            weight: uniform_by_fan_in([in_channels, out_channels, side, side], fan_in, device),
            bias: Some(uniform_by_fan_in([out_channels], fan_in, device)),
            stride: self.stride,
        }
    }
}

/// Transposed convolution without padding.
#[derive(Module, Debug)]
pub struct ConvTranspose2d {
    /// `[in, out, kernel_height, kernel_width]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    stride: usize,
}

impl ConvTranspose2d {
    /// # Shapes
    /// - `input`: `[batch, in, height, width]`
    /// - output: `[batch, out, (height − 1)·stride + kernel, …]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let options = ConvTranspose2dOptions {
            bias: self.bias.as_ref().map(Param::val),
            stride: [self.stride; 2],
        };
        conv_transpose2d(input, self.weight.val(), options)
    }
}
