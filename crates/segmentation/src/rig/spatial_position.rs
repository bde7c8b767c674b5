//! Spatio-positional augmentation: what is added to a token's position because of where it may lie in space.
//!
//! In: lifted points. Out: encodings for image tokens and for memory tokens (*MST-SAM*, equations 3 to 5). Both come from one
//! hidden layer. The last layers start at zero, so that a fresh one changes nothing.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData},
};
use tubelet_kernels::Activation;
use tubelet_nn::{Linear, LinearConfig};

use super::rays::DepthRange;
use crate::config::SegmenterConfig;

/// Coordinates of a point and its depth.
const POINT_CHANNELS: usize = 4;

/// Sizes of what tells tokens their place in space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpatialPositionConfig {
    /// Depths that tokens are lifted to.
    pub depths: DepthRange,
    /// Channels between the perceptron's layers.
    pub hidden_channels: usize,
}

impl Default for SpatialPositionConfig {
    fn default() -> Self {
        Self {
            depths: DepthRange::default(),
            hidden_channels: 256,
        }
    }
}

/// Builds the module; its last layers are zero.
pub(crate) fn init(
    spatial: &SpatialPositionConfig,
    config: &SegmenterConfig,
    device: &Device,
) -> SpatialPosition {
    let last = |channels: usize| {
        let mut linear = LinearConfig::new(spatial.hidden_channels, channels).init(device);
        linear.weight = Param::from_tensor(linear.weight.val().zeros_like());
        linear.bias = linear
            .bias
            .map(|bias| Param::from_tensor(bias.val().zeros_like()));
        linear
    };
    SpatialPosition {
        lift: LinearConfig::new(POINT_CHANNELS, spatial.hidden_channels).init(device),
        image: last(config.channels()),
        memory: last(config.memory.channels),
        depths: spatial.depths,
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct SpatialPosition {
    lift: Linear,
    image: Linear,
    memory: Linear,
    #[module(skip)]
    depths: DepthRange,
}

/// Whose positions are augmented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    Image,
    Memory,
}

impl SpatialPosition {
    /// Depths that its points are lifted to.
    pub(crate) fn depths(&self) -> &DepthRange {
        &self.depths
    }

    /// `like` gives device and element type.
    ///
    /// # Shapes
    /// - `points`: `[tokens, depths, 4]`, from [`RayGrid::lift`](super::rays::RayGrid::lift)
    /// - output: `[1, tokens, channels]`
    pub(crate) fn forward(&self, points: Vec<f32>, tokens: Tokens, like: &Tensor<3>) -> Tensor<3> {
        let depths = self.depths.count;
        let count = points.len() / POINT_CHANNELS / depths.max(1);
        let data = TensorData::new(points, [1, count * depths, POINT_CHANNELS]);
        let points = Tensor::<3>::from_data(data, (&like.device(), like.dtype()));
        let hidden = self.lift.forward_with(points, Activation::Relu, None);
        let last = match tokens {
            Tokens::Image => &self.image,
            Tokens::Memory => &self.memory,
        };
        let encoded = last.forward(hidden);
        let [_, _, channels] = encoded.dims();
        encoded
            .reshape([count, depths, channels])
            .max_dim(1)
            .reshape([1, count, channels])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    fn filled() -> SpatialPosition {
        let spatial = SpatialPositionConfig {
            depths: DepthRange {
                count: 3,
                ..DepthRange::default()
            },
            hidden_channels: 5,
        };
        let config = SegmenterConfig::tiny();
        let mut module = init(&spatial, &config, &Device::flex());
        let shape = module.memory.weight.shape();
        module.memory.weight = Param::from_tensor(Tensor::random(
            shape,
            Distribution::Normal(0.0, 1.0),
            &Device::flex(),
        ));
        module
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    #[test]
    fn a_token_takes_the_largest_encoding_over_its_depths() {
        let module = filled();
        let points: Vec<f32> = (0..2 * 3 * 4)
            .map(|index| (index as f32 * 0.7).sin())
            .collect();
        let like = Tensor::<3>::zeros([1, 1, 1], &Device::flex());
        let output = numbers(module.forward(points.clone(), Tokens::Memory, &like));
        let lift = numbers(module.lift.weight.val());
        let shift = numbers(module.lift.bias.as_ref().unwrap().val());
        let last = numbers(module.memory.weight.val());
        for token in 0..2 {
            for channel in 0..64 {
                let encoding = |point: &[f32]| -> f32 {
                    (0..5)
                        .map(|hidden| {
                            let sum: f32 = (0..4)
                                .map(|axis| lift[hidden * 4 + axis] * point[axis])
                                .sum();
                            (sum + shift[hidden]).max(0.0) * last[channel * 5 + hidden]
                        })
                        .sum()
                };
                let expected = points[token * 12..][..12]
                    .chunks_exact(4)
                    .map(encoding)
                    .fold(f32::NEG_INFINITY, f32::max);
                assert!((output[token * 64 + channel] - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_fresh_one_adds_nothing() {
        let module = filled();
        let like = Tensor::<3>::zeros([1, 1, 1], &Device::flex());
        let output = module.forward(vec![0.5; 12], Tokens::Image, &like);
        assert!(numbers(output).iter().all(|value| *value == 0.0));
    }
}
