//! Tests of the segmenter against golden files.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is wrong"
)]

mod full_size;
mod golden;
mod gradients;
mod image;
mod memory;
mod rig;
mod weights;
