//! The neck: stages of the backbone to maps of equal meaning (Lin et al. 2017, feature pyramid networks).
//!
//! In: four maps, channels last. Out: the image embedding at stride 16, and strides 4 and 8 as the mask decoder wants them.
//!
//! SAM 2 sends the coarsest stage down into stride 16 only. So strides 4 and 8 are linear in the backbone's features, and their
//! lateral layer and the mask decoder's projection (`conv_s0`, `conv_s1` there) are multiplied before they meet any pixel.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use tubelet_kernels::{LinearOptions, linear, matmul};
use tubelet_nn::{Conv2d, Conv2dConfig};

/// Sizes of a [`FeaturePyramid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeaturePyramidConfig {
    /// Channels of the backbone's stages, finest first.
    pub stage_channels: [usize; 4],
    /// Channels of the image embedding.
    pub channels: usize,
}

impl FeaturePyramidConfig {
    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> FeaturePyramid {
        let pointwise = |from, to| Conv2dConfig::new([from, to], 1).init(device);
        let channels = self.channels;
        FeaturePyramid {
            laterals: self.stage_channels.map(|from| pointwise(from, channels)),
            projections: [
                pointwise(channels, channels / 8),
                pointwise(channels, channels / 4),
            ],
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct FeaturePyramid {
    laterals: [Conv2d; 4],
    projections: [Conv2d; 2],
}

impl FeaturePyramid {
    /// # Shapes
    /// - `stages`: strides 4, 8, 16, 32, each `[batch, height, width, channels]`
    /// - output: stride 16 `[batch, channels, height, width]`; strides 4 and 8, with an eighth and a quarter of the channels
    pub fn forward(&self, stages: [Tensor<4>; 4]) -> (Tensor<4>, [Tensor<4>; 2]) {
        let [stride_4, stride_8, stride_16, stride_32] = stages;
        let [to_4, to_8, to_16, to_32] = &self.laterals;
        let coarse = pointwise(to_32, stride_32, None);
        let embedding = pointwise(to_16, stride_16, Some(repeat_by_two(coarse)));
        let fine = [
            project(&self.projections[0], to_4, stride_4),
            project(&self.projections[1], to_8, stride_8),
        ];
        (embedding.permute([0, 3, 1, 2]), fine)
    }
}

/// A convolution with a window of one pixel, channels last.
fn pointwise(layer: &Conv2d, map: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
    let options = LinearOptions {
        bias: layer.bias.as_ref().map(Param::val),
        residual,
        ..LinearOptions::default()
    };
    linear(map, pointwise_weight(layer), options)
}

/// `second` after `first`, as one product, channels first.
fn project(second: &Conv2d, first: &Conv2d, map: Tensor<4>) -> Tensor<4> {
    let [batch, height, width, channels] = map.dims();
    let weight = pointwise_weight(second);
    let [out_channels, _] = weight.dims();
    let column = |layer: &Conv2d| {
        layer
            .bias
            .as_ref()
            .map(|bias| bias.val().unsqueeze_dim::<2>(1))
    };
    let shift = match (column(first), column(second)) {
        (Some(first), Some(second)) => Some(matmul(weight.clone(), first) + second),
        (Some(first), None) => Some(matmul(weight.clone(), first)),
        (None, second) => second,
    };
    let weight = matmul(weight, pointwise_weight(first));
    let pixels = map
        .reshape([batch, height * width, channels])
        .swap_dims(1, 2);
    let projected = matmul(weight.unsqueeze::<3>(), pixels);
    let shifted = match shift {
        Some(shift) => projected + shift.unsqueeze::<3>(),
        None => projected,
    };
    shifted.reshape([batch, out_channels, height, width])
}

fn pointwise_weight(layer: &Conv2d) -> Tensor<2> {
    let weight = layer.weight.val();
    let [out_channels, in_channels, _, _] = weight.dims();
    weight.reshape([out_channels, in_channels])
}

/// Repeats every pixel of `[batch, height, width, channels]` two by two times.
fn repeat_by_two(map: Tensor<4>) -> Tensor<4> {
    let [batch, height, width, channels] = map.dims();
    map.reshape([batch, height, 1, width, 1, channels])
        .expand([batch, height, 2, width, 2, channels])
        .reshape([batch, 2 * height, 2 * width, channels])
}
