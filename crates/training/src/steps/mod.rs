//! What happens to a batch, in reading order: prompts as tensors, the pass of the segmenter through a clip, what it costs.

pub(crate) mod prompts;

pub(crate) mod clip_pass;

pub(crate) mod loss;
