//! Low-rank adapters (LoRA, Hu et al. 2021): small matrices added to named projections of a frozen model. An [`Adapter`] is a
//! module of its own, so that whatever trains, stores or swaps it never touches the model: its matrices, how a pass uses them,
//! merging them into weights, PEFT's files.
//!
//! [`Adapter`]: low_rank::Adapter

pub(crate) mod low_rank;
pub(crate) mod packed;
pub(crate) mod usage;

pub(crate) mod merge;
mod peft;
