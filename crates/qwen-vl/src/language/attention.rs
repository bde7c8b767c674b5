//! Attention of tokens with those before them: grouped heads, normalised queries and keys, rotary positions.
//!
//! In and out: tokens `[batch, tokens, channels]`.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{AttentionOptions, Compression, attention, rotate_halves};

use super::{cache::LayerCache, norm::RmsNorm, rotary::RotaryTables};
use crate::{
    adapter::usage::AdapterUse,
    config::TextConfig,
    projection::{After, Projection, ProjectionConfig, beside},
};

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct TextAttention {
    query: Projection,
    key: Projection,
    value: Projection,
    output: Projection,
    query_norm: RmsNorm,
    key_norm: RmsNorm,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    key_heads: usize,
}

/// What a layer needs beside its tokens.
#[derive(Debug)]
pub(crate) struct LayerPass<'a> {
    /// Of the new tokens.
    pub rotary: &'a RotaryTables,
    /// Tokens before the new ones; `None` where nothing is remembered.
    pub cache: Option<&'a mut LayerCache>,
    /// Low-rank additions.
    pub adapter: Option<AdapterUse<'a>>,
}

impl TextAttention {
    pub(crate) fn new(config: &TextConfig, name: &str, device: &Device) -> Self {
        let wide = config.heads * config.head_channels;
        let narrow = config.key_heads * config.head_channels;
        let projection = |field: &str, in_channels: usize, out_channels: usize| {
            ProjectionConfig {
                name: format!("{name}.{field}"),
                in_channels,
                out_channels,
                bias: config.attention_bias,
            }
            .init(device)
        };
        let norm = || RmsNorm::new(config.head_channels, config.norm_epsilon, device);
        Self {
            query: projection("query", config.channels, wide),
            key: projection("key", config.channels, narrow),
            value: projection("value", config.channels, narrow),
            output: projection("output", wide, config.channels),
            query_norm: norm(),
            key_norm: norm(),
            heads: config.heads,
            key_heads: config.key_heads,
        }
    }

    pub(crate) fn compressed(self, compression: Compression) -> Self {
        Self {
            query: self.query.compressed(compression),
            key: self.key.compressed(compression),
            value: self.value.compressed(compression),
            output: self.output.compressed(compression),
            ..self
        }
    }

    /// # Shapes
    /// - `tokens`: `[batch, tokens, channels]`, normalised
    /// - `residual`, output: `[batch, tokens, channels]`
    pub(crate) fn forward(
        &self,
        tokens: Tensor<3>,
        residual: Tensor<3>,
        pass: LayerPass,
    ) -> Tensor<3> {
        let [batch, count, _] = tokens.dims();
        let project = |layer: &Projection, heads: usize| {
            let all = layer.forward(tokens.clone(), After::plain(pass.adapter));
            let channels = all.dims()[2] / heads;
            all.reshape([batch, count, heads, channels])
        };
        let turn = |heads: Tensor<4>| {
            let cosines = beside(pass.rotary.cosines.clone(), &heads);
            let sines = beside(pass.rotary.sines.clone(), &heads);
            rotate_halves(heads, cosines, sines).swap_dims(1, 2)
        };
        let query = turn(self.query_norm.forward(project(&self.query, self.heads)));
        let key = turn(self.key_norm.forward(project(&self.key, self.key_heads)));
        let value = project(&self.value, self.key_heads).swap_dims(1, 2);
        let [key, value] = match pass.cache {
            Some(cache) => cache.extend([key, value]),
            None => [key, value],
        };
        let options = AttentionOptions {
            causal: true,
            precision: self.query.precision(),
            ..AttentionOptions::default()
        };
        let attended = attention(query, key, value, options).swap_dims(1, 2);
        let [_, _, heads, channels] = attended.dims();
        let attended = attended.reshape([batch, count, heads * channels]);
        self.output
            .forward(attended, After::plus(pass.adapter, residual))
    }
}
