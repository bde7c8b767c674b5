//! Sizes of everything that remembers: memory encoder, memory attention, object pointers.
//!
//! Knows no tensors. What the memory shares with the rest of the model stands in the segmenter's own config.

/// Sizes of the memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryConfig {
    /// Channels of a spatial memory; they divide the channels of the image embedding.
    pub channels: usize,
    /// Distances in time that are told apart, the one of prompted frames included: a frame looks at the
    /// prompted frames and at this number less one of the frames before.
    pub frames: usize,
    /// Frames whose object pointers a frame looks at, itself included.
    pub pointers: usize,
    /// Between image features and recalled features.
    pub attention: MemoryAttentionConfig,
    /// Between a mask and a spatial memory.
    pub encoder: MemoryEncoderConfig,
}

/// Sizes of the memory attention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryAttentionConfig {
    /// Blocks of self-attention, attention to memories and perceptron.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Channels between the perceptron's layers.
    pub hidden_channels: usize,
    /// Base of the rotary encoding's wavelengths.
    pub rotary_base: f64,
}

/// Sizes of the memory encoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryEncoderConfig {
    /// Blocks that mix image features and mask.
    pub layers: usize,
    /// Side of the depthwise window in a block.
    pub kernel_size: usize,
    /// Channels between the pointwise layers of a block.
    pub hidden_channels: usize,
    /// Factor on mask probabilities before they are encoded.
    pub mask_scale: f64,
    /// Added to scaled mask probabilities.
    pub mask_bias: f64,
}

impl MemoryConfig {
    /// The sizes of every published SAM 2 and SAM 2.1.
    pub const fn published() -> Self {
        Self {
            channels: 64,
            frames: 7,
            pointers: 16,
            attention: MemoryAttentionConfig {
                layers: 4,
                heads: 1,
                hidden_channels: 2048,
                rotary_base: 10_000.0,
            },
            encoder: MemoryEncoderConfig {
                layers: 2,
                kernel_size: 7,
                hidden_channels: 1024,
                mask_scale: 20.0,
                mask_bias: -10.0,
            },
        }
    }
}
