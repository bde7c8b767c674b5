//! Perceptron of two or more layers with one activation between them.
//!
//! In: `[..., in]`. Out: `[..., out]`.

use burn::{module::Module, tensor::Device, tensor::Tensor};
use tubelet_kernels::Activation;

use super::linear::{Linear, LinearConfig};

/// Sizes of a [`FeedForward`].
#[derive(Clone, Copy, Debug)]
pub struct FeedForwardConfig {
    /// Channels in and out.
    pub channels: [usize; 2],
    /// Channels between the layers.
    pub hidden_channels: usize,
    /// Linear layers, at least two.
    pub layers: usize,
    /// Applied after every layer but the last.
    pub activation: Activation,
}

impl FeedForwardConfig {
    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> FeedForward {
        let last = self.layers - 1;
        let layers = (0..self.layers)
            .map(|index| {
                let input = if index == 0 {
                    self.channels[0]
                } else {
                    self.hidden_channels
                };
                let output = if index == last {
                    self.channels[1]
                } else {
                    self.hidden_channels
                };
                LinearConfig::new(input, output).init(device)
            })
            .collect();
        FeedForward {
            layers,
            activation: self.activation,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct FeedForward {
    /// In order of application.
    pub layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

impl FeedForward {
    /// # Shapes
    /// - `input`: `[..., in]`
    /// - output: `[..., out]`
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let last = self.layers.len().saturating_sub(1);
        self.layers
            .iter()
            .enumerate()
            .fold(input, |hidden, (index, layer)| {
                let activation = if index == last {
                    Activation::None
                } else {
                    self.activation
                };
                layer.forward_with(hidden, activation, None)
            })
    }
}
