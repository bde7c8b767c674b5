//! Contents: drives of the three-dimensional world as batches, the way through one, and its scores.

pub(crate) mod ablation;
pub(crate) mod fast_poly;
pub(crate) mod held_out;
pub(crate) mod pass;
pub(crate) mod scene;
pub(crate) mod scores;
pub(crate) mod way;
