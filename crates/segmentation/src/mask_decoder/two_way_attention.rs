//! Multi-head attention that may work in fewer channels than it takes and gives.
//!
//! In: queries, keys, values, and what is added to the result. Out: the queries' shape.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, AttentionOptions, attention};
use tubelet_nn::{Linear, LinearConfig};

/// Sizes of a [`TwoWayAttention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwoWayAttentionConfig {
    /// Channels in and out.
    pub(crate) channels: usize,
    /// Channels of all heads together.
    pub(crate) inner_channels: usize,
    /// Attention heads.
    pub(crate) heads: usize,
}

impl TwoWayAttentionConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> TwoWayAttention {
        let inward = || LinearConfig::new(self.channels, self.inner_channels).init(device);
        TwoWayAttention {
            query: inward(),
            key: inward(),
            value: inward(),
            output: LinearConfig::new(self.inner_channels, self.channels).init(device),
            heads: self.heads,
        }
    }
}

/// Tokens that ask, and tokens that are looked at.
#[derive(Clone, Debug)]
pub(crate) struct TwoWayAttentionInput {
    /// `[batch, queries, channels]`.
    pub(crate) query: Tensor<3>,
    /// `[batch, keys, channels]`.
    pub(crate) key: Tensor<3>,
    /// `[batch, keys, channels]`.
    pub(crate) value: Tensor<3>,
    /// Added to the result: `[batch, queries, channels]`.
    pub(crate) residual: Option<Tensor<3>>,
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct TwoWayAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    #[module(skip)]
    heads: usize,
}

impl TwoWayAttention {
    /// # Shapes
    /// - output: `[batch, queries, channels]`
    pub(crate) fn forward(&self, input: TwoWayAttentionInput) -> Tensor<3> {
        let attended = attention(
            self.by_head(self.query.forward(input.query)),
            self.by_head(self.key.forward(input.key)),
            self.by_head(self.value.forward(input.value)),
            AttentionOptions::default(),
        );
        let [batch, heads, queries, head_channels] = attended.dims();
        let attended = attended
            .swap_dims(1, 2)
            .reshape([batch, queries, heads * head_channels]);
        self.output
            .forward_with(attended, Activation::None, input.residual)
    }

    fn by_head(&self, tokens: Tensor<3>) -> Tensor<4> {
        let [batch, count, channels] = tokens.dims();
        tokens
            .reshape([batch, count, self.heads, channels / self.heads])
            .swap_dims(1, 2)
    }
}
