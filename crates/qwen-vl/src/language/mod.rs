//! The decoder, from the inside out: norms and rotary positions, attention over a cache, blocks, the whole.

pub(crate) mod attention;
pub(crate) mod block;
pub(crate) mod cache;
pub(crate) mod decoder;
pub(crate) mod norm;
pub(crate) mod rotary;
