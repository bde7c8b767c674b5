//! One transformer block of Hiera: attention in windows or over the whole map, then a perceptron.
//!
//! In and out: `[batch, height, width, channels]`; the first block of a stage halves the sides.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, max_pool_by_two};
use tubelet_nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};

use super::{
    hiera_attention::{HieraAttention, HieraAttentionConfig},
    window::WindowGrid,
};

const EPSILON: f64 = 1e-6;
const HIDDEN_RATIO: usize = 4;

/// Sizes of a [`HieraBlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HieraBlockConfig {
    /// Sizes of the attention.
    pub(crate) attention: HieraAttentionConfig,
    /// Side of the windows; the whole map when absent.
    pub(crate) window: Option<usize>,
}

impl HieraBlockConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> HieraBlock {
        let [in_channels, out_channels] = self.attention.channels;
        let hidden_channels = HIDDEN_RATIO * out_channels;
        HieraBlock {
            attention_norm: LayerNormConfig::new(in_channels, EPSILON).init(device),
            attention: self.attention.init(device),
            shortcut: (in_channels != out_channels)
                .then(|| LinearConfig::new(in_channels, out_channels).init(device)),
            perceptron_norm: LayerNormConfig::new(out_channels, EPSILON).init(device),
            expand: LinearConfig::new(out_channels, hidden_channels).init(device),
            contract: LinearConfig::new(hidden_channels, out_channels).init(device),
            window: self.window,
            pools: self.attention.pools,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct HieraBlock {
    attention_norm: LayerNorm,
    attention: HieraAttention,
    shortcut: Option<Linear>,
    perceptron_norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    #[module(skip)]
    window: Option<usize>,
    #[module(skip)]
    pools: bool,
}

impl HieraBlock {
    /// # Shapes
    /// - `map`: `[batch, height, width, in_channels]`
    /// - output: `[batch, height, width, out_channels]`, halved by the first block of a stage
    pub(crate) fn forward(&self, map: Tensor<4>) -> Tensor<4> {
        let normed = self.attention_norm.forward(map.clone());
        let residual = match &self.shortcut {
            None => map,
            Some(shortcut) => shortcut.forward(normed.clone()),
        };
        let residual = if self.pools {
            max_pool_by_two(residual)
        } else {
            residual
        };
        let attended = self.attend(normed);
        let map = self.attention.project(attended, residual);
        let hidden = self.expand.forward_with(
            self.perceptron_norm.forward(map.clone()),
            Activation::Gelu,
            None,
        );
        self.contract
            .forward_with(hidden, Activation::None, Some(map))
    }

    fn attend(&self, map: Tensor<4>) -> Tensor<4> {
        let Some(side) = self.window else {
            return self.attention.forward(map);
        };
        let [_, height, width, _] = map.dims();
        let grid = WindowGrid {
            size: [height, width],
            side,
        };
        let attended = self.attention.forward(grid.cut(map));
        let joined = if self.pools {
            WindowGrid {
                size: [height / 2, width / 2],
                side: side / 2,
            }
        } else {
            grid
        };
        joined.join(attended)
    }
}
