//! Memory encoder: an image's features and one object's mask become a spatial memory.
//!
//! In: features at stride 16 and a mask at full size. Out: memory tokens. Does not know which frame it is
//! (SAM 2, section 4, "memory encoder").

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, add};
use tubelet_nn::{
    Conv2d, Conv2dConfig, LayerNorm, LayerNorm2d, LayerNormConfig, Linear, LinearConfig,
};

use super::object_pointer::embedding;
use crate::config::{Generation, STRIDE, SegmenterConfig};

/// Layer norms' epsilon.
const EPSILON: f64 = 1e-6;
/// Initial weight of a block's correction, as in ConvNeXt.
const INITIAL_SCALE: f64 = 1e-6;

/// Builds the module with fresh weights.
pub(crate) fn init(config: &SegmenterConfig, device: &Device) -> MemoryEncoder {
    let channels = config.channels();
    let pixelwise = |from, to| Conv2dConfig::new([from, to], 1).init(device);
    MemoryEncoder {
        mask_reduction: MaskReduction::init(config, device),
        feature_projection: pixelwise(channels, channels),
        blocks: (0..config.memory.encoder.layers)
            .map(|_| MixingBlock::init(config, device))
            .collect(),
        projection: pixelwise(channels, config.memory.channels),
        absence: match config.generation {
            Generation::Sam2 => None,
            Generation::Sam21 => Some(embedding([1, config.memory.channels], device)),
        },
        mask_scale: config.memory.encoder.mask_scale,
        mask_bias: config.memory.encoder.mask_bias,
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct MemoryEncoder {
    mask_reduction: MaskReduction,
    feature_projection: Conv2d,
    blocks: Vec<MixingBlock>,
    projection: Conv2d,
    /// `[1, memory channels]`: added everywhere where the object is not in the frame (2.1).
    absence: Option<Param<Tensor<2>>>,
    #[module(skip)]
    mask_scale: f64,
    #[module(skip)]
    mask_bias: f64,
}

impl MemoryEncoder {
    /// # Shapes
    /// - `features`: `[objects or 1, channels, height, width]`
    /// - `masks`: `[objects, 1, stride · height, stride · width]`, 0 to 1
    /// - `presence`: `[objects, 1]`, one where the object is in the frame and zero elsewhere
    /// - output: `[objects, memory channels, height, width]`
    pub(crate) fn forward(
        &self,
        features: Tensor<4>,
        masks: Tensor<4>,
        presence: Tensor<2>,
    ) -> Tensor<4> {
        let masks = masks.mul_scalar(self.mask_scale).add_scalar(self.mask_bias);
        let masks = self.mask_reduction.forward(masks);
        let mixed = add(self.feature_projection.forward(features), masks);
        let mixed = self
            .blocks
            .iter()
            .fold(mixed, |mixed, block| block.forward(mixed));
        let memory = self.projection.forward(mixed);
        match &self.absence {
            None => memory,
            Some(mark) => {
                let [objects, channels, _, _] = memory.dims();
                let absence = presence.neg().add_scalar(1.0);
                memory + (absence * mark.val()).reshape([objects, channels, 1, 1])
            }
        }
    }
}

/// Halves a mask and quadruples its channels until it has the size of the features.
#[derive(Module, Debug)]
pub(crate) struct MaskReduction {
    stages: Vec<ReductionStage>,
    projection: Conv2d,
}

/// One halving.
#[derive(Module, Debug)]
pub(crate) struct ReductionStage {
    convolution: Conv2d,
    norm: LayerNorm2d,
}

impl MaskReduction {
    fn init(config: &SegmenterConfig, device: &Device) -> Self {
        let halvings = STRIDE.ilog2();
        let stages = (0..halvings)
            .map(|halving| {
                let [from, to] = [4_usize.pow(halving), 4_usize.pow(halving + 1)];
                ReductionStage {
                    convolution: Conv2dConfig::new([from, to], 3)
                        .with_stride(2)
                        .with_padding(1)
                        .init(device),
                    norm: LayerNormConfig::new(to, EPSILON).init_2d(device),
                }
            })
            .collect();
        let channels = [4_usize.pow(halvings), config.channels()];
        Self {
            stages,
            projection: Conv2dConfig::new(channels, 1).init(device),
        }
    }

    fn forward(&self, masks: Tensor<4>) -> Tensor<4> {
        let reduced = self.stages.iter().fold(masks, |masks, stage| {
            let normed = stage.norm.forward(stage.convolution.forward(masks));
            tubelet_kernels::activate(normed, Activation::Gelu)
        });
        self.projection.forward(reduced)
    }
}

/// A ConvNeXt block: depthwise window, then a perceptron on every pixel, added with a learned weight.
#[derive(Module, Debug)]
pub(crate) struct MixingBlock {
    depthwise: Conv2d,
    norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    /// `[channels]`.
    scale: Param<Tensor<1>>,
}

impl MixingBlock {
    fn init(config: &SegmenterConfig, device: &Device) -> Self {
        let (channels, sizes) = (config.channels(), &config.memory.encoder);
        let window = Conv2dConfig::new([channels, channels], sizes.kernel_size)
            .with_padding(sizes.kernel_size / 2)
            .depthwise();
        let scale = Initializer::Constant {
            value: INITIAL_SCALE,
        };
        Self {
            depthwise: window.init(device),
            norm: LayerNormConfig::new(channels, EPSILON).init(device),
            expand: LinearConfig::new(channels, sizes.hidden_channels).init(device),
            contract: LinearConfig::new(sizes.hidden_channels, channels).init(device),
            scale: scale.init([channels], device),
        }
    }

    fn forward(&self, image: Tensor<4>) -> Tensor<4> {
        let pixels = self.depthwise.forward(image.clone()).permute([0, 2, 3, 1]);
        let hidden = self.norm.forward(pixels);
        let hidden = self.expand.forward_with(hidden, Activation::Gelu, None);
        let correction = self.contract.forward(hidden) * self.scale.val().unsqueeze();
        add(image, correction.permute([0, 3, 1, 2]))
    }
}
