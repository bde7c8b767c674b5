//! Merges squares of patches to tokens of the decoder.
//!
//! In: `[patches, channels]`, those of a square one after the other. Out: `[tokens, decoder channels]`.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::Activation;
use tubelet_nn::{LayerNorm, LayerNormConfig};

use super::block::{EPSILON, normalise};
use crate::{
    adapter::usage::AdapterUse,
    config::VisionConfig,
    projection::{After, Projection, ProjectionConfig},
};

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct Merger {
    norm: LayerNorm,
    expand: Projection,
    contract: Projection,
    /// Whether the norm is over whole squares rather than patches, as for DeepStack's taps.
    #[module(skip)]
    norm_squares: bool,
}

impl Merger {
    /// The merger at the tower's end.
    pub(crate) fn last(config: &VisionConfig, device: &Device) -> Self {
        Self::new(config, ("vision.merger", false), device)
    }

    /// The merger of one of DeepStack's taps.
    pub(crate) fn tap(config: &VisionConfig, index: usize, device: &Device) -> Self {
        Self::new(config, (&format!("vision.taps.{index}"), true), device)
    }

    fn new(config: &VisionConfig, (name, norm_squares): (&str, bool), device: &Device) -> Self {
        let square = config.channels * config.merge * config.merge;
        let normalised = if norm_squares {
            square
        } else {
            config.channels
        };
        let projection = |field: &str, out_channels: usize| {
            ProjectionConfig {
                name: format!("{name}.{field}"),
                in_channels: square,
                out_channels,
                bias: true,
            }
            .init(device)
        };
        Self {
            norm: LayerNormConfig::new(normalised, EPSILON).init(device),
            expand: projection("expand", square),
            contract: projection("contract", config.output_channels),
            norm_squares,
        }
    }

    /// # Shapes
    /// - `patches`: `[patches, channels]`
    /// - output: `[tokens, decoder channels]`
    pub(crate) fn forward(&self, patches: Tensor<2>, adapter: Option<AdapterUse>) -> Tensor<2> {
        let [count, channels] = patches.dims();
        let [_, square] = self.expand.weight.dims();
        let tokens = count * channels / square;
        let normalised = if self.norm_squares {
            normalise(&self.norm, patches.reshape([tokens, square]))
        } else {
            normalise(&self.norm, patches).reshape([tokens, square])
        };
        let wide = self
            .expand
            .forward(normalised, After::then(adapter, Activation::Gelu));
        self.contract.forward(wide, After::plain(adapter))
    }
}
