//! From a recipe to batches, in reading order: the clip, its changes, its rendering, the batch of a step, the worker that is
//! ahead of the trainer, and the batch as tensors.

pub(crate) mod clip;

pub(crate) mod augment;

pub(crate) mod resize;

pub(crate) mod colours;

pub(crate) mod clip_source;

pub(crate) mod sampler;

pub(crate) mod worker;

pub(crate) mod tensors;
