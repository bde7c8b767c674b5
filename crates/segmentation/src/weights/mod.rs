//! Weights of a segmenter in files, under its own names and those of the published checkpoints.

pub(crate) mod description;
pub(crate) mod embedded;
pub(crate) mod file;
pub(crate) mod naming;
pub(crate) mod table;
