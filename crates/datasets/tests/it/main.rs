//! Tests of the crate from outside, in one binary.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod answering;
mod construction;
mod conversion;
mod conversion_limits;
mod damage;
mod davis;
mod driving;
mod driving_world;
mod grounding;
mod inspection;
mod mutation;
mod pickled_masks;
mod questions;
mod recognition;
mod referring;
mod rig;
mod segmentation;
mod shared;
mod survival;
mod tracking;
mod validation;
mod waymo;
mod world;
