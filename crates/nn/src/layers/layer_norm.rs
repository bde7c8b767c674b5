//! Layer norm over the last dimension, and over the channels of an image.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{layer_norm, layer_norm_2d};

/// Size of a [`LayerNorm`] or [`LayerNorm2d`].
#[derive(Clone, Copy, Debug)]
pub struct LayerNormConfig {
    /// Channels normalised together.
    pub channels: usize,
    /// Added to the variance.
    pub epsilon: f64,
}

impl LayerNormConfig {
    /// PyTorch's epsilon is 1e-5; SAM 2's models use 1e-6 in most places, so it is always named.
    pub fn new(channels: usize, epsilon: f64) -> Self {
        Self { channels, epsilon }
    }

    /// Builds a norm over the last dimension.
    pub fn init(&self, device: &Device) -> LayerNorm {
        LayerNorm {
            weight: Initializer::Ones.init([self.channels], device),
            bias: Initializer::Zeros.init([self.channels], device),
            epsilon: self.epsilon,
        }
    }

    /// Builds a norm over the channels of `[batch, channels, height, width]`.
    pub fn init_2d(&self, device: &Device) -> LayerNorm2d {
        LayerNorm2d {
            weight: Initializer::Ones.init([self.channels], device),
            bias: Initializer::Zeros.init([self.channels], device),
            epsilon: self.epsilon,
        }
    }
}

/// Normalises the last dimension.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[channels]`.
    pub weight: Param<Tensor<1>>,
    /// `[channels]`.
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

impl LayerNorm {
    /// # Shapes
    /// - `input`, output: `[..., channels]`
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        layer_norm(input, self.weight.val(), self.bias.val(), self.epsilon)
    }
}

/// Normalises the channels of every pixel.
#[derive(Module, Debug)]
pub struct LayerNorm2d {
    /// `[channels]`.
    pub weight: Param<Tensor<1>>,
    /// `[channels]`.
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

impl LayerNorm2d {
    /// # Shapes
    /// - `input`, output: `[batch, channels, height, width]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        layer_norm_2d(input, self.weight.val(), self.bias.val(), self.epsilon)
    }
}
