//! The vision tower, in the order a picture goes through it: its grid of patches, blocks, merging to tokens, the whole.

pub(crate) mod block;
pub(crate) mod grid;
pub(crate) mod merger;
pub(crate) mod tower;
