//! The model's sizes in a recipe.
//!
//! In: the table `[model]`. Out: a [`SegmenterConfig`]. What is not named is as published.

use serde::Deserialize;
use tubelet_segmentation::{
    DepthRange, HieraConfig, MemoryAttentionConfig, MemoryConfig, MemoryEncoderConfig,
    SegmenterConfig, SegmenterSizes, SpatialPositionConfig,
};

use super::number::Count;

/// Table `[model]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRecipe {
    /// Height and width of the square image the model sees.
    pub image_size: Count,
    /// Channels of the image embedding, the prompts and the object pointers.
    pub channels: Count,
    /// Table `[model.backbone]`.
    pub backbone: BackboneRecipe,
    /// Table `[model.decoder]`.
    pub decoder: DecoderRecipe,
    /// Table `[model.memory]`.
    pub memory: MemoryRecipe,
    /// Table `[model.spatial]`: what tells tokens their place in space; absent without a rig.
    pub spatial: Option<SpatialRecipe>,
}

/// Table `[model.spatial]`: see [`SpatialPositionConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpatialRecipe {
    /// Depths that tokens are lifted to.
    pub depths: Count,
    /// Hidden channels of the perceptron.
    pub hidden_channels: Count,
}

/// Table `[model.backbone]`: see [`HieraConfig`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackboneRecipe {
    /// Channels of the first stage.
    pub channels: Count,
    /// Heads of the first stage.
    pub heads: Count,
    /// Blocks of each stage.
    pub blocks: [usize; 4],
    /// Window side of each stage.
    pub windows: [usize; 4],
    /// Blocks that attend over the whole map.
    pub global_blocks: Vec<usize>,
    /// Height and width of the learned background positions.
    pub background: Count,
}

/// Table `[model.decoder]`: the mask decoder and what it asks of the prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderRecipe {
    /// Attention heads.
    pub heads: Count,
    /// Hidden channels of the perceptrons over tokens.
    pub token_hidden_channels: Count,
    /// Hidden channels of the quality head.
    pub quality_hidden_channels: Count,
    /// Channels inside the mask prompt's layers.
    pub mask_channels: Count,
}

/// Table `[model.memory]`: see [`MemoryConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryRecipe {
    /// Channels of a spatial memory.
    pub channels: Count,
    /// Distances in time told apart, that of prompted frames included.
    pub frames: Count,
    /// Frames whose object pointers are looked at.
    pub pointers: Count,
    /// Layers of the memory attention.
    pub attention_layers: Count,
    /// Its perceptron's hidden channels.
    pub attention_hidden_channels: Count,
    /// Mixing blocks of the memory encoder.
    pub encoder_layers: Count,
    /// Their hidden channels.
    pub encoder_hidden_channels: Count,
}

impl ModelRecipe {
    /// The sizes, at the recipe's own image size.
    pub fn config(&self) -> SegmenterConfig {
        self.config_at(self.image_size.get())
    }

    /// The same model for images of another size; its parameters are the same.
    pub fn config_at(&self, image_size: usize) -> SegmenterConfig {
        let backbone = &self.backbone;
        let mut config = SegmenterConfig::from_sizes(SegmenterSizes {
            image_size,
            channels: self.channels.get(),
            trunk: HieraConfig {
                channels: backbone.channels.get(),
                heads: backbone.heads.get(),
                blocks: backbone.blocks,
                windows: backbone.windows,
                global_blocks: backbone.global_blocks.clone(),
                background: backbone.background.get(),
            },
            token_hidden_channels: self.decoder.token_hidden_channels.get(),
            quality_hidden_channels: self.decoder.quality_hidden_channels.get(),
        });
        config.mask_decoder.heads = self.decoder.heads.get();
        config.prompt_encoder.mask_channels = self.decoder.mask_channels.get();
        let published = MemoryConfig::published();
        config.memory = MemoryConfig {
            channels: self.memory.channels.get(),
            frames: self.memory.frames.get(),
            pointers: self.memory.pointers.get(),
            attention: MemoryAttentionConfig {
                layers: self.memory.attention_layers.get(),
                hidden_channels: self.memory.attention_hidden_channels.get(),
                ..published.attention
            },
            encoder: MemoryEncoderConfig {
                layers: self.memory.encoder_layers.get(),
                hidden_channels: self.memory.encoder_hidden_channels.get(),
                ..published.encoder
            },
        };
        config.spatial = self.spatial.map(|spatial| SpatialPositionConfig {
            depths: DepthRange {
                count: spatial.depths.get(),
                ..DepthRange::default()
            },
            hidden_channels: spatial.hidden_channels.get(),
        });
        config
    }
}
