//! From the transformer's tokens and image to mask logits.
//!
//! In: mask tokens, image at stride 16, fine maps. Out: logits at stride 4.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, activate, add, matmul};
use tubelet_nn::{
    ConvTranspose2d, ConvTranspose2dConfig, FeedForward, FeedForwardConfig, LayerNorm2d,
    LayerNormConfig,
};

const EPSILON: f64 = 1e-6;

/// Sizes of a [`MaskHeads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaskHeadsConfig {
    /// Channels of tokens and image.
    pub(crate) channels: usize,
    /// Mask tokens.
    pub(crate) masks: usize,
}

impl MaskHeadsConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> MaskHeads {
        let channels = self.channels;
        let double = |from, to| {
            ConvTranspose2dConfig {
                channels: [from, to],
                kernel_size: 2,
                stride: 2,
            }
            .init(device)
        };
        let perceptron = FeedForwardConfig {
            channels: [channels, channels / 8],
            hidden_channels: channels,
            layers: 3,
            activation: Activation::Relu,
        };
        MaskHeads {
            doublings: [
                double(channels, channels / 4),
                double(channels / 4, channels / 8),
            ],
            norm: LayerNormConfig::new(channels / 4, EPSILON).init_2d(device),
            filters: (0..self.masks).map(|_| perceptron.init(device)).collect(),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct MaskHeads {
    doublings: [ConvTranspose2d; 2],
    norm: LayerNorm2d,
    filters: Vec<FeedForward>,
}

impl MaskHeads {
    /// # Shapes
    /// - `tokens`: `[objects, masks, channels]`
    /// - `image`: `[objects, channels, height, width]`
    /// - `high_resolution`: `[objects or 1, channels / 8, 4·height, 4·width]`, `[objects or 1, channels / 4, 2·height, 2·width]`
    /// - output: `[objects, masks, 4·height, 4·width]`
    pub(crate) fn forward(
        &self,
        tokens: Tensor<3>,
        image: Tensor<4>,
        high_resolution: [Tensor<4>; 2],
    ) -> Tensor<4> {
        let [stride_4, stride_8] = high_resolution;
        let [to_8, to_4] = &self.doublings;
        let image = self.norm.forward(add(to_8.forward(image), stride_8));
        let image = activate(image, Activation::Gelu);
        let image = activate(add(to_4.forward(image), stride_4), Activation::Gelu);

        let filters = self
            .filters
            .iter()
            .enumerate()
            .map(|(index, filter)| filter.forward(tokens.clone().narrow(1, index, 1)))
            .collect();
        let filters = Tensor::cat(filters, 1);
        let [objects, masks, _] = filters.dims();
        let [_, channels, height, width] = image.dims();
        matmul(filters, image.reshape([objects, channels, height * width]))
            .reshape([objects, masks, height, width])
    }
}
