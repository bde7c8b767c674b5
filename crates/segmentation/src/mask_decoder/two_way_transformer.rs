//! The two-way transformer: prompt and output tokens exchange with the image.
//!
//! In and out: tokens and image, as sequences.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::add;
use tubelet_nn::{LayerNorm, LayerNormConfig};

use super::{
    two_way_attention::{TwoWayAttention, TwoWayAttentionConfig, TwoWayAttentionInput},
    two_way_block::{EPSILON, TwoWayBlock, TwoWayBlockConfig, TwoWayState},
};

/// Sizes of a [`TwoWayTransformer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwoWayTransformerConfig {
    /// Channels of tokens and image.
    pub(crate) channels: usize,
    /// Attention heads.
    pub(crate) heads: usize,
    /// Layers before the last attention.
    pub(crate) layers: usize,
    /// Hidden channels of the perceptrons.
    pub(crate) hidden_channels: usize,
}

impl TwoWayTransformerConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> TwoWayTransformer {
        let &Self {
            channels,
            heads,
            layers,
            hidden_channels,
        } = self;
        TwoWayTransformer {
            layers: (0..layers)
                .map(|layer| {
                    TwoWayBlockConfig {
                        channels,
                        heads,
                        hidden_channels,
                        first: layer == 0,
                    }
                    .init(device)
                })
                .collect(),
            last_attention: TwoWayAttentionConfig {
                channels,
                inner_channels: channels / 2,
                heads,
            }
            .init(device),
            last_norm: LayerNormConfig::new(channels, EPSILON).init(device),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct TwoWayTransformer {
    layers: Vec<TwoWayBlock>,
    last_attention: TwoWayAttention,
    last_norm: LayerNorm,
}

impl TwoWayTransformer {
    /// # Shapes
    /// - `state.tokens`: `[batch, tokens, channels]`, which are their own positions
    /// - `state.image`: `[batch, pixels, channels]`
    /// - `image_position`: `[1, pixels, channels]`
    pub(crate) fn forward(&self, state: TwoWayState, image_position: Tensor<3>) -> TwoWayState {
        let positions = TwoWayState {
            tokens: state.tokens.clone(),
            image: image_position,
        };
        let TwoWayState { tokens, image } = self
            .layers
            .iter()
            .fold(state, |state, layer| layer.forward(state, &positions));
        let tokens = self.last_attention.forward(TwoWayAttentionInput {
            query: tokens.clone() + positions.tokens,
            key: add(image.clone(), positions.image),
            value: image.clone(),
            residual: Some(tokens),
        });
        TwoWayState {
            tokens: self.last_norm.forward(tokens),
            image,
        }
    }
}
