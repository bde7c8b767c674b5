//! What the caller decides from frame to frame: the same verbs serve inference and training.
//!
//! Knows no tensors. Nothing here is a property of a model, and no model asks whether it is being trained.

use crate::{mask_decoder::selection::MaskChoice, memory::selection::RecallPolicy};

/// How a mask enters memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskInMemory {
    /// As probabilities.
    Probability,
    /// Cut at one half: as it was shown to whoever prompted it.
    Binary,
}

/// In which precision a spatial memory is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryPrecision {
    /// As it was calculated.
    Full,
    /// As bfloat16, half the size; what SAM 2 does at inference.
    Half,
}

/// What becomes of the masks of an object that is held to be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentMasks {
    /// They are empty, in memory too.
    Empty,
    /// They are kept as they were predicted, and empty in memory. A presence that is wrong then hides no mask from a
    /// loss, which a model that learns from nothing could not make up for.
    Kept,
}

/// Choices for one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FramePolicy {
    /// Which memories may be looked at.
    pub recall: RecallPolicy,
    /// The mask taken where two points or more leave no doubt which object is meant. With fewer, the best of three is.
    pub unambiguous: MaskChoice,
    /// What becomes of masks of absent objects.
    pub absent: AbsentMasks,
    /// How the mask enters memory.
    pub mask_in_memory: MaskInMemory,
    /// In which precision it is kept there.
    pub precision: MemoryPrecision,
}

impl FramePolicy {
    /// A frame that is tracked, as published.
    pub fn tracked() -> Self {
        Self {
            recall: RecallPolicy::default(),
            unambiguous: MaskChoice::StableSingle,
            absent: AbsentMasks::Empty,
            mask_in_memory: MaskInMemory::Probability,
            precision: MemoryPrecision::Half,
        }
    }

    /// A frame that someone prompted, as published.
    pub fn prompted() -> Self {
        Self {
            mask_in_memory: MaskInMemory::Binary,
            ..Self::tracked()
        }
    }

    /// Any frame in training: everything that could hide a gradient is off.
    pub fn training() -> Self {
        Self {
            recall: RecallPolicy {
                pointers_ahead: true,
                ..RecallPolicy::default()
            },
            unambiguous: MaskChoice::Single,
            absent: AbsentMasks::Kept,
            mask_in_memory: MaskInMemory::Probability,
            precision: MemoryPrecision::Full,
        }
    }
}
