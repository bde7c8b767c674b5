//! One block of the vision tower: attention among the patches of a frame, and a feed-forward layer.
//!
//! In and out: patches `[frames · patches, channels]`.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, AttentionOptions, attention, layer_norm, rotate_halves};
use tubelet_nn::{LayerNorm, LayerNormConfig};

use crate::{
    adapter::usage::AdapterUse,
    config::VisionConfig,
    language::rotary::RotaryTables,
    projection::{After, Projection, ProjectionConfig, beside},
};

/// Added to the variance in every norm of the tower.
pub(crate) const EPSILON: f64 = 1e-6;

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct VisionBlock {
    attention_norm: LayerNorm,
    attention_input: Projection,
    attention_output: Projection,
    feed_forward_norm: LayerNorm,
    expand: Projection,
    contract: Projection,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    activation: Activation,
}

/// What a block needs beside its patches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VisionPass<'a> {
    /// Of the patches of one frame.
    pub rotary: &'a RotaryTables,
    /// Low-rank additions.
    pub adapter: Option<AdapterUse<'a>>,
}

impl VisionBlock {
    pub(crate) fn new(config: &VisionConfig, name: &str, device: &Device) -> Self {
        let projection = |field: &str, in_channels: usize, out_channels: usize| {
            ProjectionConfig {
                name: format!("{name}.{field}"),
                in_channels,
                out_channels,
                bias: true,
            }
            .init(device)
        };
        let norm = || LayerNormConfig::new(config.channels, EPSILON).init(device);
        Self {
            attention_norm: norm(),
            attention_input: projection("attention_input", config.channels, 3 * config.channels),
            attention_output: projection("attention_output", config.channels, config.channels),
            feed_forward_norm: norm(),
            expand: projection("expand", config.channels, config.hidden_channels),
            contract: projection("contract", config.hidden_channels, config.channels),
            heads: config.heads,
            activation: if config.tanh_gelu {
                Activation::GeluTanh
            } else {
                Activation::Gelu
            },
        }
    }

    /// # Shapes
    /// - `patches`, output: `[frames · frame patches, channels]`
    pub(crate) fn forward(&self, patches: Tensor<2>, pass: VisionPass) -> Tensor<2> {
        let normalised = normalise(&self.attention_norm, patches.clone());
        let attended = self.attend(normalised, pass);
        let patches = self
            .attention_output
            .forward(attended, After::plus(pass.adapter, patches));
        let normalised = normalise(&self.feed_forward_norm, patches.clone());
        let wide = self
            .expand
            .forward(normalised, After::then(pass.adapter, self.activation));
        self.contract
            .forward(wide, After::plus(pass.adapter, patches))
    }

    fn attend(&self, patches: Tensor<2>, pass: VisionPass) -> Tensor<2> {
        let [count, width] = patches.dims();
        let [in_frame, _] = pass.rotary.cosines.dims();
        let (frames, channels) = (count / in_frame, width / self.heads);
        let packed = self
            .attention_input
            .forward(patches, After::plain(pass.adapter))
            .reshape([frames, in_frame, 3 * self.heads, channels]);
        let turned = rotate_halves(
            packed.clone().narrow(2, 0, 2 * self.heads),
            beside(pass.rotary.cosines.clone(), &packed),
            beside(pass.rotary.sines.clone(), &packed),
        );
        let heads =
            |tensor: Tensor<4>, start: usize| tensor.narrow(2, start, self.heads).swap_dims(1, 2);
        let options = AttentionOptions {
            precision: self.attention_input.precision(),
            ..AttentionOptions::default()
        };
        attention(
            heads(turned.clone(), 0),
            heads(turned, self.heads),
            heads(packed, 2 * self.heads),
            options,
        )
        .swap_dims(1, 2)
        .reshape([count, width])
    }
}

/// A norm whose weights are not part of the input's graph yet.
pub(crate) fn normalise(norm: &LayerNorm, input: Tensor<2>) -> Tensor<2> {
    let weight = beside(norm.weight.val(), &input);
    let bias = beside(norm.bias.val(), &input);
    layer_norm(input, weight, bias, EPSILON)
}
