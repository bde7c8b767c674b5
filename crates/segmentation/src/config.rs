//! Sizes of a whole segmenter, and the published ones as functions.
//!
//! In: a preset and what differs from it. Out: nested sizes, consistent with each other. Knows no weights.

use crate::{
    error::SegmentationError,
    image_encoder::{
        encoder::ImageEncoderConfig, feature_pyramid::FeaturePyramidConfig, hiera::HieraConfig,
    },
    limits::check_limits,
    mask_decoder::{decoder::MaskDecoderConfig, selection::Stability},
    memory::config::MemoryConfig,
    prompt::encoder::PromptEncoderConfig,
    rig::spatial_position::SpatialPositionConfig,
};

/// Pixels of the image for one token of the coarsest feature map.
pub(crate) const STRIDE: usize = 16;

/// Release of the model family; they differ in how memory treats time and absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// SAM 2 (July 2024).
    Sam2,
    /// SAM 2.1 (September 2024): object pointers carry projected signed time, absent objects mark
    /// their spatial memory.
    Sam21,
}

/// Sizes of a segmenter.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmenterConfig {
    /// Release.
    pub generation: Generation,
    /// Height and width of the square image the model sees.
    pub image_size: usize,
    /// Backbone and neck.
    pub image_encoder: ImageEncoderConfig,
    /// Points, boxes and masks to tokens.
    pub prompt_encoder: PromptEncoderConfig,
    /// Tokens and image to masks.
    pub mask_decoder: MaskDecoderConfig,
    /// What remembers, and how much of it.
    pub memory: MemoryConfig,
    /// What tells tokens their place in space, for rigs; no published SAM 2 has it.
    pub spatial: Option<SpatialPositionConfig>,
}

/// What the sizes of a segmenter follow from.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmenterSizes {
    /// Height and width of the square image the model sees.
    pub image_size: usize,
    /// Channels of the image embedding, the prompts and the object pointers.
    pub channels: usize,
    /// Backbone.
    pub trunk: HieraConfig,
    /// Hidden channels of the mask decoder's perceptrons over tokens.
    pub token_hidden_channels: usize,
    /// Hidden channels of the mask quality head.
    pub quality_hidden_channels: usize,
}

impl SegmenterConfig {
    /// SAM 2.1 tiny.
    pub fn tiny() -> Self {
        Self::published(HieraConfig::tiny())
    }

    /// SAM 2.1 small.
    pub fn small() -> Self {
        Self::published(HieraConfig::small())
    }

    /// SAM 2.1 base+.
    pub fn base_plus() -> Self {
        Self::published(HieraConfig::base_plus())
    }

    /// SAM 2.1 large.
    pub fn large() -> Self {
        Self::published(HieraConfig::large())
    }

    /// The same sizes, with or without what tells tokens their place in space.
    pub fn with_spatial(self, spatial: Option<SpatialPositionConfig>) -> Self {
        Self { spatial, ..self }
    }

    /// The same model, looking at square pictures with another side.
    pub fn with_image_size(mut self, side: usize) -> Self {
        self.image_size = side;
        self.prompt_encoder.image_size = side;
        self
    }

    /// The same sizes in another release.
    pub fn with_generation(self, generation: Generation) -> Self {
        Self { generation, ..self }
    }

    fn published(trunk: HieraConfig) -> Self {
        Self::from_sizes(SegmenterSizes {
            image_size: 1024,
            channels: 256,
            trunk,
            token_hidden_channels: 2048,
            quality_hidden_channels: 256,
        })
    }

    /// SAM 2.1 in any size.
    pub fn from_sizes(sizes: SegmenterSizes) -> Self {
        let SegmenterSizes {
            image_size,
            channels,
            trunk,
            token_hidden_channels,
            quality_hidden_channels,
        } = sizes;
        let neck = FeaturePyramidConfig {
            stage_channels: trunk.stage_channels(),
            channels,
        };
        Self {
            generation: Generation::Sam21,
            image_size,
            image_encoder: ImageEncoderConfig { trunk, neck },
            prompt_encoder: PromptEncoderConfig {
                channels,
                image_size,
                mask_channels: 16,
            },
            mask_decoder: MaskDecoderConfig {
                channels,
                heads: 8,
                layers: 2,
                token_hidden_channels,
                quality_hidden_channels,
                stability: Stability::default(),
            },
            memory: MemoryConfig::published(),
            spatial: None,
        }
    }

    /// Channels of the image embedding, the prompts and the object pointers.
    pub fn channels(&self) -> usize {
        self.image_encoder.neck.channels
    }

    /// Height and width of the image embedding.
    pub fn embedding_size(&self) -> usize {
        self.image_size / STRIDE
    }

    /// Height and width of mask logits and of mask prompts.
    pub fn mask_size(&self) -> usize {
        4 * self.embedding_size()
    }

    /// Says whether a model of these sizes can be built and run.
    ///
    /// # Errors
    /// [`SegmentationError::Config`] with the first size that does not fit.
    pub fn check(&self) -> Result<(), SegmentationError> {
        check_limits(self)?;
        let refuse = |reason: String| Err(SegmentationError::Config { reason });
        let trunk = &self.image_encoder.trunk;
        let window = trunk.windows[0];
        if self.image_size == 0 || !self.image_size.is_multiple_of(32) {
            return refuse(format!(
                "image size {} is not a multiple of 32",
                self.image_size
            ));
        }
        if window == 0 || !(self.image_size / 4).is_multiple_of(window) {
            return refuse(format!(
                "the first stage's window {window} does not divide its feature map of {}",
                self.image_size / 4
            ));
        }
        if let Some(odd) = trunk.windows[..3].iter().find(|&&size| size % 2 == 1) {
            return refuse(format!("window {odd} cannot be pooled by two"));
        }
        if trunk.heads == 0 || !trunk.channels.is_multiple_of(trunk.heads) {
            return refuse(format!(
                "{} channels of the trunk do not split into {} heads",
                trunk.channels, trunk.heads
            ));
        }
        if trunk.blocks.contains(&0) {
            return refuse(format!("blocks {:?} leave a stage empty", trunk.blocks));
        }
        let (channels, heads) = (self.channels(), self.mask_decoder.heads);
        if heads == 0 || !channels.is_multiple_of(8) || !(channels / 2).is_multiple_of(heads) {
            return refuse(format!(
                "{channels} channels do not split into 8 mask parts and {heads} half-width heads"
            ));
        }
        if let Some(spatial) = &self.spatial {
            let depths = &spatial.depths;
            let is_usable = depths.near > 0.0 && depths.far > depths.near && depths.far.is_finite();
            if depths.count == 0 || spatial.hidden_channels == 0 || !is_usable {
                return refuse(format!(
                    "places in space need depths from near to far and channels, not {spatial:?}"
                ));
            }
        }
        Ok(())
    }
}
