//! A mask prompt to the size and channels of the image embedding.
//!
//! In: mask logits. Out: a dense prompt.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, activate};
use tubelet_nn::{Conv2d, Conv2dConfig, LayerNorm2d, LayerNormConfig};

const EPSILON: f64 = 1e-6;

/// Sizes of a [`MaskDownscaling`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaskDownscalingConfig {
    /// Channels before the last layer; a quarter of them after the first.
    pub(crate) hidden_channels: usize,
    /// Channels out.
    pub(crate) channels: usize,
}

impl MaskDownscalingConfig {
    /// Builds the module with fresh weights.
    pub(crate) fn init(&self, device: &Device) -> MaskDownscaling {
        let (hidden, quarter) = (self.hidden_channels, self.hidden_channels / 4);
        let halve = |from, to| Conv2dConfig::new([from, to], 2).with_stride(2).init(device);
        let norm = |channels| LayerNormConfig::new(channels, EPSILON).init_2d(device);
        MaskDownscaling {
            halvings: [halve(1, quarter), halve(quarter, hidden)],
            norms: [norm(quarter), norm(hidden)],
            output: Conv2dConfig::new([hidden, self.channels], 1).init(device),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct MaskDownscaling {
    halvings: [Conv2d; 2],
    norms: [LayerNorm2d; 2],
    output: Conv2d,
}

impl MaskDownscaling {
    /// # Shapes
    /// - `masks`: `[objects, 1, 4·height, 4·width]`
    /// - output: `[objects, channels, height, width]`
    pub(crate) fn forward(&self, masks: Tensor<4>) -> Tensor<4> {
        let hidden =
            self.halvings
                .iter()
                .zip(&self.norms)
                .fold(masks, |hidden, (halving, norm)| {
                    activate(norm.forward(halving.forward(hidden)), Activation::Gelu)
                });
        self.output.forward(hidden)
    }
}
