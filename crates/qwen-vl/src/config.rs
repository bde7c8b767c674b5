//! Sizes of a Qwen3-VL model, dense, of any size.
//!
//! In: numbers. Out: the same, checked. Knows no file; `hf_config` reads `config.json`.

use crate::error::{QwenError, Result};

/// A whole model.
#[derive(Clone, Debug, PartialEq)]
pub struct QwenVlConfig {
    /// The decoder.
    pub text: TextConfig,
    /// The vision tower.
    pub vision: VisionConfig,
    /// Tokens that stand for pictures.
    pub tokens: SpecialTokens,
}

/// Tokens with a meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Placeholder of one merged patch of an image.
    pub image: u32,
    /// Placeholder of one merged patch of a video.
    pub video: u32,
    /// Before a run of placeholders.
    pub vision_start: u32,
    /// After a run of placeholders.
    pub vision_end: u32,
}

/// The decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct TextConfig {
    /// Tokens with an embedding.
    pub vocabulary: usize,
    /// Channels of a token.
    pub channels: usize,
    /// Channels inside a feed-forward layer.
    pub hidden_channels: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values; divides [`TextConfig::heads`].
    pub key_heads: usize,
    /// Channels of a head.
    pub head_channels: usize,
    /// Tokens of the longest sequence.
    pub max_positions: usize,
    /// Added to the mean square in norms.
    pub norm_epsilon: f64,
    /// Base of the rotary frequencies.
    pub rotary_base: f64,
    /// How many of a head's frequencies turn by time, height and width; they are interleaved.
    pub rotary_sections: [usize; 3],
    /// Whether the projections of attention have biases.
    pub attention_bias: bool,
    /// Whether the embedding serves as output layer too.
    pub tied_embeddings: bool,
}

/// The vision tower.
#[derive(Clone, Debug, PartialEq)]
pub struct VisionConfig {
    /// Channels of a patch.
    pub channels: usize,
    /// Channels inside a feed-forward layer.
    pub hidden_channels: usize,
    /// Blocks.
    pub depth: usize,
    /// Attention heads.
    pub heads: usize,
    /// Colours of a pixel.
    pub image_channels: usize,
    /// Pixels along an edge of a patch.
    pub patch: usize,
    /// Frames in a patch.
    pub patch_frames: usize,
    /// Patches along an edge of the square that becomes one token.
    pub merge: usize,
    /// Channels of a merged token: those of the decoder.
    pub output_channels: usize,
    /// Learned positions along an edge of the square grid.
    pub position_side: usize,
    /// Blocks after which features are handed to the decoder's first blocks (DeepStack).
    pub taps: Vec<usize>,
    /// Whether GELU is approximated with a hyperbolic tangent.
    pub tanh_gelu: bool,
    /// Base of the rotary frequencies.
    pub rotary_base: f64,
}

impl QwenVlConfig {
    /// Refuses sizes that no model can have.
    ///
    /// # Errors
    /// [`QwenError::Config`] names the first such value as `config.json` calls it.
    pub fn check(&self) -> Result<()> {
        self.text.check()?;
        self.vision.check()?;
        if self.vision.output_channels != self.text.channels {
            return Err(wrong(
                "vision_config.out_hidden_size",
                format!(
                    "is {}, the decoder's hidden_size is {}",
                    self.vision.output_channels, self.text.channels
                ),
            ));
        }
        if self.vision.taps.len() > self.text.layers {
            return Err(wrong(
                "vision_config.deepstack_visual_indexes",
                format!(
                    "names {} blocks, the decoder has {} layers",
                    self.vision.taps.len(),
                    self.text.layers
                ),
            ));
        }
        for (name, token) in [
            ("image_token_id", self.tokens.image),
            ("video_token_id", self.tokens.video),
            ("vision_start_token_id", self.tokens.vision_start),
            ("vision_end_token_id", self.tokens.vision_end),
        ] {
            if token as usize >= self.text.vocabulary {
                let size = self.text.vocabulary;
                return Err(wrong(
                    name,
                    format!("is {token}, the vocabulary has {size} tokens"),
                ));
            }
        }
        Ok(())
    }
}

impl TextConfig {
    fn check(&self) -> Result<()> {
        let field = |name: &str| format!("text_config.{name}");
        within(field("vocab_size"), self.vocabulary, 1 << 24)?;
        within(field("hidden_size"), self.channels, 1 << 17)?;
        within(field("intermediate_size"), self.hidden_channels, 1 << 20)?;
        within(field("num_hidden_layers"), self.layers, 1 << 12)?;
        within(field("num_attention_heads"), self.heads, 1 << 12)?;
        within(field("num_key_value_heads"), self.key_heads, 1 << 12)?;
        within(field("head_dim"), self.head_channels, 1 << 12)?;
        within(
            field("max_position_embeddings"),
            self.max_positions,
            1 << 30,
        )?;
        if !self.heads.is_multiple_of(self.key_heads) {
            return Err(wrong(
                field("num_key_value_heads"),
                format!(
                    "is {}, which does not divide {}",
                    self.key_heads, self.heads
                ),
            ));
        }
        if !self.head_channels.is_multiple_of(2) {
            return Err(wrong(field("head_dim"), "is odd".to_owned()));
        }
        positive(field("rms_norm_eps"), self.norm_epsilon)?;
        positive(field("rope_theta"), self.rotary_base)?;
        let sections = self.rotary_sections.into_iter();
        let sections = sections.fold(0, usize::saturating_add);
        if sections != self.head_channels / 2 {
            return Err(wrong(
                field("rope_parameters.mrope_section"),
                format!(
                    "is {:?}, which sums to {sections} instead of half of head_dim, {}",
                    self.rotary_sections,
                    self.head_channels / 2
                ),
            ));
        }
        Ok(())
    }
}

impl VisionConfig {
    fn check(&self) -> Result<()> {
        let field = |name: &str| format!("vision_config.{name}");
        within(field("hidden_size"), self.channels, 1 << 17)?;
        within(field("intermediate_size"), self.hidden_channels, 1 << 20)?;
        within(field("depth"), self.depth, 1 << 12)?;
        within(field("num_heads"), self.heads, 1 << 12)?;
        within(field("patch_size"), self.patch, 1 << 10)?;
        within(field("temporal_patch_size"), self.patch_frames, 1 << 6)?;
        within(field("spatial_merge_size"), self.merge, 1 << 6)?;
        within(field("out_hidden_size"), self.output_channels, 1 << 17)?;
        within(
            field("num_position_embeddings"),
            self.position_side,
            1 << 12,
        )?;
        if self.image_channels != 3 {
            return Err(wrong(
                field("in_channels"),
                format!("is {}, pixels have three colours", self.image_channels),
            ));
        }
        if !self.channels.is_multiple_of(self.heads * 4) {
            return Err(wrong(
                field("num_heads"),
                format!(
                    "is {}: {} channels make no heads of a multiple of four",
                    self.heads, self.channels
                ),
            ));
        }
        positive(field("rope_theta"), self.rotary_base)?;
        let name = field("deepstack_visual_indexes");
        if !self.taps.is_sorted_by(|left, right| left < right) {
            return Err(wrong(name, format!("is {:?}, not ascending", self.taps)));
        }
        match self.taps.last() {
            Some(last) if *last >= self.depth => Err(wrong(
                name,
                format!("names block {last}, there are {}", self.depth),
            )),
            _ => Ok(()),
        }
    }
}

pub(crate) fn wrong(field: impl Into<String>, reason: String) -> QwenError {
    QwenError::Config {
        field: field.into(),
        reason,
    }
}

fn within(field: String, value: usize, most: usize) -> Result<()> {
    if value == 0 || value > most {
        return Err(wrong(
            field,
            format!("is {value}, expected between 1 and {most}"),
        ));
    }
    Ok(())
}

fn positive(field: String, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(wrong(field, format!("is {value}, expected above zero")))
}
