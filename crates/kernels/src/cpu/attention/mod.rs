//! Scaled dot-product attention without materialised scores, forward and backward.

mod backward;
mod few;
mod forward;
mod heads;
mod kernel;
mod passes;
mod plan;
mod scores;

pub(crate) use kernel::{Attention, PackedAttention};
pub(crate) use passes::Scoring;
