//! Multi-head self-attention within windows; queries may be pooled, which halves the window's side.
//!
//! In: `[windows, side, side, channels]`. Out: attended values before the output projection.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, AttentionOptions, attention, max_pool_by_two, self_attention};
use tubelet_nn::{Linear, LinearConfig};

use crate::half_products::precision_of;

/// Sizes of a [`HieraAttention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HieraAttentionConfig {
    /// Channels in and out.
    pub(crate) channels: [usize; 2],
    /// Attention heads.
    pub(crate) heads: usize,
    /// Whether queries are pooled by two.
    pub(crate) pools: bool,
}

impl HieraAttentionConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> HieraAttention {
        let [in_channels, out_channels] = self.channels;
        HieraAttention {
            query_key_value: LinearConfig::new(in_channels, 3 * out_channels).init(device),
            output: LinearConfig::new(out_channels, out_channels).init(device),
            heads: self.heads,
            pools: self.pools,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct HieraAttention {
    query_key_value: Linear,
    output: Linear,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    pools: bool,
}

impl HieraAttention {
    /// # Shapes
    /// - `windows`: `[windows, height, width, in_channels]`
    /// - output: `[windows, height, width, out_channels]`, halved where queries are pooled
    pub(crate) fn forward(&self, windows: Tensor<4>) -> Tensor<4> {
        let [count, height, width, _] = windows.dims();
        let mixed = self.query_key_value.forward(windows);
        let channels = mixed.dims()[3] / 3;
        let options = AttentionOptions {
            precision: precision_of(&self.query_key_value),
            ..AttentionOptions::default()
        };
        if !self.pools {
            let packed = mixed.reshape([count, height * width, 3 * channels]);
            return self_attention(packed, self.heads, options)
                .reshape([count, height, width, channels]);
        }
        let head_channels = channels / self.heads;
        let query = max_pool_by_two(mixed.clone().narrow(3, 0, channels))
            .reshape([count, height * width / 4, self.heads, head_channels])
            .swap_dims(1, 2);
        // Cut after the heads are apart, so that nothing is copied.
        let by_head = mixed.reshape([count, height * width, 3 * self.heads, head_channels]);
        let part = |index: usize| {
            let heads = by_head.clone().narrow(2, index * self.heads, self.heads);
            heads.swap_dims(1, 2)
        };
        attention(query, part(1), part(2), options)
            .swap_dims(1, 2)
            .reshape([count, height / 2, width / 2, channels])
    }

    /// Mixes the heads of attended values and adds `residual`.
    ///
    /// # Shapes
    /// - `attended`, `residual`, output: `[batch, height, width, out_channels]`
    pub(crate) fn project(&self, attended: Tensor<4>, residual: Tensor<4>) -> Tensor<4> {
        self.output
            .forward_with(attended, Activation::None, Some(residual))
    }
}
