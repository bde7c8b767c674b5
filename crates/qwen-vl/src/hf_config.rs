//! `config.json` and `generation_config.json` as Hugging Face writes them.
//!
//! In: a file. Out: [`QwenVlConfig`], checked, and [`GenerationDefaults`]. Both the released spelling (`rope_scaling` and
//! `rope_theta` side by side) and the newer one (`rope_parameters`) are read.

use std::path::Path;

use serde::{Deserialize, de::DeserializeOwned};

use crate::config::{QwenVlConfig, SpecialTokens, TextConfig, VisionConfig, wrong};
use crate::error::{QwenError, Result};

/// Bytes of the largest settings file that is read.
const LARGEST_FILE: u64 = 64 << 20;
/// Base of the vision tower's frequencies, which released configurations leave out.
const VISION_ROTARY_BASE: f64 = 10_000.0;

/// Reads a settings file; `None` where there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let content = read_limited(path)?;
    content.map(|content| parsed(path, &content)).transpose()
}

/// Reads a file that is not absurdly large; `None` where there is none.
pub(crate) fn read_limited(path: &Path) -> Result<Option<Vec<u8>>> {
    let io = |source| QwenError::Io {
        path: path.to_owned(),
        source,
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(error)),
        Ok(data) if data.len() > LARGEST_FILE => Err(QwenError::File {
            path: path.to_owned(),
            reason: format!("it has {} bytes", data.len()),
        }),
        Ok(_) => std::fs::read(path).map(Some).map_err(io),
    }
}

/// The settings in a file's content; `path` is named in errors.
pub(crate) fn parsed<T: DeserializeOwned>(path: &Path, content: &[u8]) -> Result<T> {
    serde_json::from_slice(content).map_err(|error| QwenError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// What `generation_config.json` proposes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenerationDefaults {
    /// Tokens that end an answer.
    pub stop_tokens: Vec<u32>,
    /// Whether tokens are drawn rather than the likeliest taken.
    pub sample: bool,
    /// Divides the logits.
    pub temperature: Option<f32>,
    /// Share of the probability that tokens are drawn from.
    pub top_p: Option<f32>,
    /// Tokens that are drawn from, the likeliest first.
    pub top_k: Option<usize>,
}

impl GenerationDefaults {
    /// Reads the file; empty where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let file = read_json::<GenerationFile>(path)?;
        Ok(file.map(Self::from).unwrap_or_default())
    }
}

impl From<GenerationFile> for GenerationDefaults {
    fn from(file: GenerationFile) -> Self {
        Self {
            stop_tokens: match file.eos_token_id {
                None => Vec::new(),
                Some(Tokens::One(token)) => vec![token],
                Some(Tokens::Several(tokens)) => tokens,
            },
            sample: file.do_sample,
            temperature: file.temperature,
            top_p: file.top_p,
            top_k: file.top_k,
        }
    }
}

/// `generation_config.json`.
#[derive(Deserialize)]
pub(crate) struct GenerationFile {
    eos_token_id: Option<Tokens>,
    #[serde(default)]
    do_sample: bool,
    temperature: Option<f32>,
    top_p: Option<f32>,
    top_k: Option<usize>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Tokens {
    One(u32),
    Several(Vec<u32>),
}

impl QwenVlConfig {
    /// Reads `config.json`.
    ///
    /// # Errors
    /// When the file is missing or unreadable, is of another family, or holds sizes that no model can have.
    pub fn read(path: &Path) -> Result<Self> {
        let file = read_json::<ModelFile>(path)?.ok_or_else(|| QwenError::Io {
            path: path.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        })?;
        file.into_config()
    }

    /// Parses the text of `config.json`.
    ///
    /// # Errors
    /// As [`QwenVlConfig::read`].
    pub fn parse(text: &str) -> Result<Self> {
        let file: ModelFile =
            serde_json::from_str(text).map_err(|error| wrong("config.json", error.to_string()))?;
        file.into_config()
    }
}

/// `config.json`.
#[derive(Deserialize)]
pub(crate) struct ModelFile {
    model_type: String,
    text_config: TextFile,
    vision_config: VisionFile,
    image_token_id: u32,
    video_token_id: u32,
    vision_start_token_id: u32,
    vision_end_token_id: u32,
    tie_word_embeddings: Option<bool>,
    quantization_config: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct TextFile {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    hidden_act: Option<String>,
    max_position_embeddings: usize,
    rms_norm_eps: f64,
    #[serde(default)]
    attention_bias: bool,
    rope_theta: Option<f64>,
    rope_scaling: Option<RotaryFile>,
    rope_parameters: Option<RotaryFile>,
    tie_word_embeddings: Option<bool>,
}

#[derive(Deserialize, Default)]
struct RotaryFile {
    rope_type: Option<String>,
    rope_theta: Option<f64>,
    mrope_section: Option<Vec<usize>>,
    mrope_interleaved: Option<bool>,
}

#[derive(Deserialize)]
struct VisionFile {
    depth: usize,
    hidden_size: usize,
    hidden_act: Option<String>,
    intermediate_size: usize,
    num_heads: usize,
    in_channels: Option<usize>,
    patch_size: usize,
    spatial_merge_size: usize,
    temporal_patch_size: usize,
    out_hidden_size: usize,
    num_position_embeddings: usize,
    deepstack_visual_indexes: Vec<usize>,
    rope_parameters: Option<RotaryFile>,
}

impl ModelFile {
    pub(crate) fn into_config(self) -> Result<QwenVlConfig> {
        if self.model_type != "qwen3_vl" {
            return Err(wrong(
                "model_type",
                format!("is `{}`, expected `qwen3_vl`", self.model_type),
            ));
        }
        if self.quantization_config.is_some() {
            return Err(wrong(
                "quantization_config",
                "is set: take the release in bfloat16 and let it be quantised while loading"
                    .to_owned(),
            ));
        }
        let tied = self
            .tie_word_embeddings
            .or(self.text_config.tie_word_embeddings);
        let config = QwenVlConfig {
            text: self.text_config.into_config(tied.unwrap_or(false))?,
            vision: self.vision_config.into_config()?,
            tokens: SpecialTokens {
                image: self.image_token_id,
                video: self.video_token_id,
                vision_start: self.vision_start_token_id,
                vision_end: self.vision_end_token_id,
            },
        };
        config.check()?;
        Ok(config)
    }
}

impl TextFile {
    fn into_config(self, tied_embeddings: bool) -> Result<TextConfig> {
        only(
            "text_config.hidden_act",
            self.hidden_act.as_deref(),
            &["silu"],
        )?;
        let rotary = self
            .rope_parameters
            .or(self.rope_scaling)
            .unwrap_or_default();
        let kinds = ["default", "mrope"];
        only(
            "text_config.rope_parameters.rope_type",
            rotary.rope_type.as_deref(),
            &kinds,
        )?;
        if rotary.mrope_interleaved == Some(false) {
            return Err(wrong(
                "text_config.rope_parameters.mrope_interleaved",
                "is false; positions of Qwen3-VL are interleaved".to_owned(),
            ));
        }
        let head_channels = match self.head_dim {
            Some(channels) => channels,
            None => self
                .hidden_size
                .checked_div(self.num_attention_heads)
                .unwrap_or(0),
        };
        let sections = rotary.mrope_section.unwrap_or_else(|| vec![24, 20, 20]);
        let rotary_sections = <[usize; 3]>::try_from(sections).map_err(|found| {
            wrong(
                "text_config.rope_parameters.mrope_section",
                format!("is {found:?}, expected three numbers"),
            )
        })?;
        let rotary_base = rotary
            .rope_theta
            .or(self.rope_theta)
            .ok_or_else(|| wrong("text_config.rope_theta", "is missing".to_owned()))?;
        Ok(TextConfig {
            vocabulary: self.vocab_size,
            channels: self.hidden_size,
            hidden_channels: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            key_heads: self.num_key_value_heads.unwrap_or(self.num_attention_heads),
            head_channels,
            max_positions: self.max_position_embeddings,
            norm_epsilon: self.rms_norm_eps,
            rotary_base,
            rotary_sections,
            attention_bias: self.attention_bias,
            tied_embeddings,
        })
    }
}

impl VisionFile {
    fn into_config(self) -> Result<VisionConfig> {
        let activation = self.hidden_act.as_deref();
        only(
            "vision_config.hidden_act",
            activation,
            &["gelu_pytorch_tanh", "gelu"],
        )?;
        let rotary = self.rope_parameters.unwrap_or_default();
        only(
            "vision_config.rope_parameters.rope_type",
            rotary.rope_type.as_deref(),
            &["axial", "default"],
        )?;
        let position_side = self.num_position_embeddings.isqrt();
        if position_side * position_side != self.num_position_embeddings {
            return Err(wrong(
                "vision_config.num_position_embeddings",
                format!("is {}, not a square", self.num_position_embeddings),
            ));
        }
        Ok(VisionConfig {
            channels: self.hidden_size,
            hidden_channels: self.intermediate_size,
            depth: self.depth,
            heads: self.num_heads,
            image_channels: self.in_channels.unwrap_or(3),
            patch: self.patch_size,
            patch_frames: self.temporal_patch_size,
            merge: self.spatial_merge_size,
            output_channels: self.out_hidden_size,
            position_side,
            taps: self.deepstack_visual_indexes,
            tanh_gelu: activation != Some("gelu"),
            rotary_base: rotary.rope_theta.unwrap_or(VISION_ROTARY_BASE),
        })
    }
}

/// Refuses a value that is given and is none of those known.
fn only(field: &str, value: Option<&str>, known: &[&str]) -> Result<()> {
    match value {
        Some(value) if !known.contains(&value) => Err(wrong(
            field,
            format!("is `{value}`, expected {}", known.join(" or ")),
        )),
        _ => Ok(()),
    }
}
