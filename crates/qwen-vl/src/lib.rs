//! Qwen3-VL, dense, of any size: pictures and text in, text, states and logits out.
//!
//! In: a model folder as released, RGB pixels with sizes and times, words. Out: tokens. Models never change; what is
//! remembered is a [`KeyValueCache`] of the caller's. Knows no segmentation, no geometry, no video files.

mod adapter;
mod config;
mod error;
mod files;
mod generate;
mod hf_config;
mod language;
mod model;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod part_tests;
mod positions;
mod processor;
mod projection;
mod vision;
mod weights;

pub use adapter::low_rank::{Adapter, AdapterConfig};
pub use adapter::usage::AdapterUse;
pub use config::{QwenVlConfig, SpecialTokens, TextConfig, VisionConfig};
pub use error::QwenError;
pub use files::{EmbeddedModel, ModelFiles};
pub use generate::answer::{Answer, AnswerOptions};
pub use generate::grammar::{Grammar, PatternGrammar};
pub use generate::sampler::{RandomSampling, Sampling};
pub use hf_config::GenerationDefaults;
pub use language::cache::KeyValueCache;
pub use language::decoder::{DeepFeatures, Embedded};
pub use language::rotary::Position;
pub use model::{QwenVl, TokenSequence, Visual};
pub use positions::{SequencePositions, VisualKind, sequence_positions};
pub use processor::prompt::{Message, Part, Picture, Processor, Role, VideoMarks};
pub use processor::settings::{ImageSettings, VideoSettings};
pub use processor::video::{SeenVideo, VideoCollector};
pub use processor::words::TextStream;
pub use vision::grid::VisionGrid;
pub use vision::tower::VisualFeatures;
pub use weights::WeightType;

/// How few bits a decoder's weights are kept in.
pub use tubelet_kernels::Compression;
