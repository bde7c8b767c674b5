//! The image encoder: backbone, neck, and the fine maps as the mask decoder wants them.
//!
//! In: normalised frames. Out: three feature maps, once for all objects. Knows no object and no memory.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    feature_pyramid::{FeaturePyramid, FeaturePyramidConfig},
    hiera::{Hiera, HieraConfig},
    sine_position::sine_position,
};

/// Sizes of an [`ImageEncoder`].
#[derive(Clone, Debug, PartialEq)]
pub struct ImageEncoderConfig {
    /// Backbone.
    pub trunk: HieraConfig,
    /// Neck.
    pub neck: FeaturePyramidConfig,
}

impl ImageEncoderConfig {
    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> ImageEncoder {
        ImageEncoder {
            trunk: self.trunk.init(device),
            neck: self.neck.init(device),
        }
    }
}

/// Feature maps of frames.
#[derive(Clone, Debug)]
pub struct ImageFeatures {
    /// Stride 16, what memory attention and the mask decoder look at: `[frames, channels, height, width]`.
    pub embedding: Tensor<4>,
    /// Sine encoding of the embedding's positions: `[1, channels, height, width]`.
    pub position: Tensor<4>,
    /// Strides 4 and 8, already projected for the mask decoder:
    /// `[frames, channels / 8, 4·height, 4·width]` and `[frames, channels / 4, 2·height, 2·width]`.
    pub high_resolution: [Tensor<4>; 2],
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct ImageEncoder {
    trunk: Hiera,
    neck: FeaturePyramid,
}

impl ImageEncoder {
    /// # Shapes
    /// - `images`: `[frames, 3, size, size]`, RGB, with ImageNet's mean subtracted and divided by its deviation
    pub fn forward(&self, images: Tensor<4>) -> ImageFeatures {
        let stages = self.trunk.forward(images);
        let (embedding, high_resolution) = self.neck.forward(stages);
        let [_, channels, height, width] = embedding.dims();
        let position = sine_position(channels, [height, width], &embedding);
        ImageFeatures {
            embedding,
            position,
            high_resolution,
        }
    }
}
