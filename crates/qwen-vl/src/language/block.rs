//! One block of the decoder: attention and a gated feed-forward layer (SwiGLU), each behind a norm.
//!
//! In and out: tokens `[batch, tokens, channels]`.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Compression, gated_silu};

use super::{
    attention::{LayerPass, TextAttention},
    norm::RmsNorm,
};
use crate::{
    adapter::usage::AdapterUse,
    config::TextConfig,
    projection::{After, Projection, ProjectionConfig},
};

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct TextBlock {
    attention_norm: RmsNorm,
    attention: TextAttention,
    feed_forward_norm: RmsNorm,
    feed_forward: GatedFeedForward,
}

impl TextBlock {
    pub(crate) fn new(config: &TextConfig, name: &str, device: &Device) -> Self {
        let norm = || RmsNorm::new(config.channels, config.norm_epsilon, device);
        Self {
            attention_norm: norm(),
            attention: TextAttention::new(config, &format!("{name}.attention"), device),
            feed_forward_norm: norm(),
            feed_forward: GatedFeedForward::new(config, &format!("{name}.feed_forward"), device),
        }
    }

    pub(crate) fn compressed(self, compression: Compression) -> Self {
        let GatedFeedForward { gate, up, down } = self.feed_forward;
        Self {
            attention: self.attention.compressed(compression),
            feed_forward: GatedFeedForward {
                gate: gate.compressed(compression),
                up: up.compressed(compression),
                down: down.compressed(compression),
            },
            ..self
        }
    }

    /// # Shapes
    /// - `tokens`, output: `[batch, tokens, channels]`
    pub(crate) fn forward(&self, tokens: Tensor<3>, pass: LayerPass) -> Tensor<3> {
        let adapter = pass.adapter;
        let normalised = self.attention_norm.forward(tokens.clone());
        let tokens = self.attention.forward(normalised, tokens, pass);
        let normalised = self.feed_forward_norm.forward(tokens.clone());
        self.feed_forward.forward(normalised, tokens, adapter)
    }
}

/// `down(silu(gate(x)) · up(x))`.
#[derive(Module, Debug)]
struct GatedFeedForward {
    gate: Projection,
    up: Projection,
    down: Projection,
}

impl GatedFeedForward {
    fn new(config: &TextConfig, name: &str, device: &Device) -> Self {
        let projection = |field: &str, in_channels: usize, out_channels: usize| {
            ProjectionConfig {
                name: format!("{name}.{field}"),
                in_channels,
                out_channels,
                bias: false,
            }
            .init(device)
        };
        let (narrow, wide) = (config.channels, config.hidden_channels);
        Self {
            gate: projection("gate", narrow, wide),
            up: projection("up", narrow, wide),
            down: projection("down", wide, narrow),
        }
    }

    fn forward(
        &self,
        tokens: Tensor<3>,
        residual: Tensor<3>,
        adapter: Option<AdapterUse>,
    ) -> Tensor<3> {
        let gate = self.gate.forward(tokens.clone(), After::plain(adapter));
        let up = self.up.forward(tokens, After::plain(adapter));
        self.down
            .forward(gated_silu(gate, up), After::plus(adapter, residual))
    }
}
