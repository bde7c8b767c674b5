//! One layer of the two-way transformer: tokens look at themselves and at the image, then the image at the tokens.
//!
//! In and out: tokens and image, as sequences.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, add};
use tubelet_nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};

use super::two_way_attention::{TwoWayAttention, TwoWayAttentionConfig, TwoWayAttentionInput};

pub(crate) const EPSILON: f64 = 1e-5;

/// Sizes of a [`TwoWayBlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwoWayBlockConfig {
    /// Channels of tokens and image.
    pub(crate) channels: usize,
    /// Attention heads.
    pub(crate) heads: usize,
    /// Hidden channels of the perceptron.
    pub(crate) hidden_channels: usize,
    /// Whether tokens are new: then they look at themselves without positions, and forget what they were.
    pub(crate) first: bool,
}

impl TwoWayBlockConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> TwoWayBlock {
        let channels = self.channels;
        let attend = |inner_channels| {
            TwoWayAttentionConfig {
                channels,
                inner_channels,
                heads: self.heads,
            }
            .init(device)
        };
        let norm = || LayerNormConfig::new(channels, EPSILON).init(device);
        TwoWayBlock {
            token_to_token: attend(channels),
            token_to_token_norm: norm(),
            token_to_image: attend(channels / 2),
            token_to_image_norm: norm(),
            expand: LinearConfig::new(channels, self.hidden_channels).init(device),
            contract: LinearConfig::new(self.hidden_channels, channels).init(device),
            perceptron_norm: norm(),
            image_to_token: attend(channels / 2),
            image_to_token_norm: norm(),
            first: self.first,
        }
    }
}

/// Tokens and image between layers.
#[derive(Clone, Debug)]
pub(crate) struct TwoWayState {
    /// `[batch, tokens, channels]`.
    pub(crate) tokens: Tensor<3>,
    /// `[batch, pixels, channels]`.
    pub(crate) image: Tensor<3>,
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct TwoWayBlock {
    token_to_token: TwoWayAttention,
    token_to_token_norm: LayerNorm,
    token_to_image: TwoWayAttention,
    token_to_image_norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    perceptron_norm: LayerNorm,
    image_to_token: TwoWayAttention,
    image_to_token_norm: LayerNorm,
    #[module(skip)]
    first: bool,
}

impl TwoWayBlock {
    /// # Shapes
    /// - `positions`: of tokens, and of pixels with a batch of one or as many as the image
    pub(crate) fn forward(&self, state: TwoWayState, positions: &TwoWayState) -> TwoWayState {
        let TwoWayState { tokens, image } = state;
        let placed_image = add(image.clone(), positions.image.clone());

        let (query, residual) = if self.first {
            (tokens.clone(), None)
        } else {
            let placed = tokens.clone() + positions.tokens.clone();
            (placed, Some(tokens.clone()))
        };
        let tokens = self.token_to_token.forward(TwoWayAttentionInput {
            key: query.clone(),
            query,
            value: tokens,
            residual,
        });
        let tokens = self.token_to_token_norm.forward(tokens);

        let tokens = self.token_to_image.forward(TwoWayAttentionInput {
            query: tokens.clone() + positions.tokens.clone(),
            key: placed_image.clone(),
            value: image.clone(),
            residual: Some(tokens),
        });
        let tokens = self.token_to_image_norm.forward(tokens);

        let hidden = self
            .expand
            .forward_with(tokens.clone(), Activation::Relu, None);
        let tokens = self
            .contract
            .forward_with(hidden, Activation::None, Some(tokens));
        let tokens = self.perceptron_norm.forward(tokens);

        let image = self.image_to_token.forward(TwoWayAttentionInput {
            query: placed_image,
            key: tokens.clone() + positions.tokens.clone(),
            value: tokens.clone(),
            residual: Some(image),
        });
        let image = self.image_to_token_norm.forward(image);
        TwoWayState { tokens, image }
    }
}
