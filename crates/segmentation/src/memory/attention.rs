//! Memory attention: image features look at themselves, then at the memories of each object.
//!
//! In: tokens of one frame, memory tokens of every object. Out: the frame's tokens as each object's past sees them.
//! Does not know which frames the memories come from (SAM 2, section 4, "memory attention").

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, GridKeys, add, grid_attention};
use tubelet_nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};

use super::rotary::{AxialRotary, AxialRotaryConfig};
use crate::config::SegmenterConfig;

/// Weight of the image's positional encoding at the input of [`MemoryAttention`].
const POSITION_WEIGHT: f64 = 0.1;
/// Layer norms' epsilon.
const EPSILON: f64 = 1e-5;

/// Memory tokens of every object, ready to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct MemoryTokens {
    /// `[objects, tokens, memory channels]`: spatial memories, each a whole grid, then pointers.
    pub(crate) values: Tensor<3>,
    /// Positional encodings in space and time, likewise.
    pub(crate) positions: Tensor<3>,
    /// How many tokens at the end are pointers, which have no place in the grid.
    pub(crate) pointer_tokens: usize,
}

/// Builds the module with fresh weights.
pub(crate) fn init(config: &SegmenterConfig, device: &Device) -> MemoryAttention {
    let channels = config.channels();
    let sizes = &config.memory.attention;
    let rotary = AxialRotaryConfig {
        grid: config.embedding_size(),
        head_channels: channels / sizes.heads,
        base: sizes.rotary_base,
    };
    let linear = |from, to| LinearConfig::new(from, to).init(device);
    let attention = |key_channels| RotaryAttention {
        query: linear(channels, channels),
        key: linear(key_channels, channels),
        value: linear(key_channels, channels),
        output: linear(channels, channels),
        heads: sizes.heads,
    };
    let norm = || LayerNormConfig::new(channels, EPSILON).init(device);
    MemoryAttention {
        layers: (0..sizes.layers)
            .map(|_| MemoryAttentionLayer {
                self_attention: attention(channels),
                cross_attention: attention(config.memory.channels),
                expand: linear(channels, sizes.hidden_channels),
                contract: linear(sizes.hidden_channels, channels),
                self_norm: norm(),
                cross_norm: norm(),
                feed_forward_norm: norm(),
            })
            .collect(),
        norm: norm(),
        rotary: rotary.init(device),
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct MemoryAttention {
    layers: Vec<MemoryAttentionLayer>,
    norm: LayerNorm,
    rotary: AxialRotary,
}

impl MemoryAttention {
    /// The first self-attention is the same for all objects; it is done once if the frame comes once.
    ///
    /// # Shapes
    /// - `tokens`: `[objects or 1, tokens, channels]`
    /// - `positions`: `[1, tokens, channels]`
    /// - output: `[objects, tokens, channels]`
    pub(crate) fn forward(
        &self,
        tokens: Tensor<3>,
        positions: Tensor<3>,
        memory: MemoryTokens,
    ) -> Tensor<3> {
        let keys = add(memory.values.clone(), memory.positions);
        let looked_at = LookedAt {
            keys,
            values: memory.values,
            pointer_tokens: memory.pointer_tokens,
        };
        let tokens = tokens + positions.mul_scalar(POSITION_WEIGHT);
        let tokens = self.layers.iter().fold(tokens, |tokens, layer| {
            layer.forward(tokens, &looked_at, &self.rotary)
        });
        self.norm.forward(tokens)
    }
}

/// What a layer's cross-attention looks at; the same for every layer.
#[derive(Debug)]
struct LookedAt {
    keys: Tensor<3>,
    values: Tensor<3>,
    pointer_tokens: usize,
}

/// Self-attention, attention to memories, perceptron; each normed before and added after.
#[derive(Module, Debug)]
pub(crate) struct MemoryAttentionLayer {
    self_attention: RotaryAttention,
    cross_attention: RotaryAttention,
    expand: Linear,
    contract: Linear,
    self_norm: LayerNorm,
    cross_norm: LayerNorm,
    feed_forward_norm: LayerNorm,
}

impl MemoryAttentionLayer {
    fn forward(&self, tokens: Tensor<3>, memory: &LookedAt, rotary: &AxialRotary) -> Tensor<3> {
        let normed = self.self_norm.forward(tokens.clone());
        let own = LookedAt {
            keys: normed.clone(),
            values: normed.clone(),
            pointer_tokens: 0,
        };
        let tokens = tokens + self.self_attention.forward(normed, &own, rotary);
        let normed = self.cross_norm.forward(tokens.clone());
        let tokens = tokens + self.cross_attention.forward(normed, memory, rotary);
        let normed = self.feed_forward_norm.forward(tokens.clone());
        let hidden = self.expand.forward_with(normed, Activation::Relu, None);
        self.contract
            .forward_with(hidden, Activation::None, Some(tokens))
    }
}

/// Attention whose queries and keys turn with their place in the grid.
#[derive(Module, Debug)]
pub(crate) struct RotaryAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    #[module(skip)]
    heads: usize,
}

impl RotaryAttention {
    /// # Shapes
    /// - `queries`: `[objects or 1, tokens, channels]`
    /// - output: `[objects, tokens, channels]`
    fn forward(&self, queries: Tensor<3>, memory: &LookedAt, rotary: &AxialRotary) -> Tensor<3> {
        let keys = GridKeys {
            tokens: memory.keys.clone(),
            weight: self.key.weight.val(),
            bias: self.key.bias.as_ref().map(Param::val),
            turn: rotary.turns(),
            placeless: memory.pointer_tokens,
        };
        let query = rotary.turn(self.by_head(self.query.forward(queries)));
        let value = self.attended_values(memory.values.clone());
        let attended = grid_attention(query, keys, value);
        let [objects, tokens, heads, channels] = attended.dims();
        let attended = attended.reshape([objects, tokens, heads * channels]);
        self.output.forward(self.projected_values(attended))
    }

    fn by_head(&self, tokens: Tensor<3>) -> Tensor<4> {
        let [batch, count, channels] = tokens.dims();
        tokens.reshape([batch, count, self.heads, channels / self.heads])
    }

    /// Whether values are projected after they were attended to rather than before. The weights of one query
    /// sum to one, so with a single head the projection can wait, and a memory's values have fewer channels.
    fn projects_late(&self) -> bool {
        let [channels, value_channels] = self.value.weight.dims();
        self.heads == 1 && value_channels < channels
    }

    fn attended_values(&self, values: Tensor<3>) -> Tensor<4> {
        if self.projects_late() {
            values.unsqueeze_dim(2)
        } else {
            self.by_head(self.value.forward(values))
        }
    }

    fn projected_values(&self, attended: Tensor<3>) -> Tensor<3> {
        if self.projects_late() {
            self.value.forward(attended)
        } else {
            attended
        }
    }
}
