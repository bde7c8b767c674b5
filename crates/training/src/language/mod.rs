//! Training a vision-language model on the question world, beside the segmenter's: the same optimiser, schedule, checkpoints,
//! log and curves; another batch, another loss.
//!
//! Reading order: `recipe` (what is wanted), `sampler` (what is shown and asked), `pass` (what the model makes of it), `held_out`
//! (how often it is right), `records` (what is logged), `fresh_weights` and `trainer`.

pub(crate) mod held_out;
pub(crate) mod recipe;
pub(crate) mod records;
pub(crate) mod sampler;
pub(crate) mod trainer;

mod fresh_weights;
mod pass;
