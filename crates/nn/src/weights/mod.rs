//! Weight files: read (safetensors and PyTorch checkpoints), put into modules by name, write.

pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod fill;
pub(crate) mod load;
pub(crate) mod names;
pub(crate) mod save;
pub(crate) mod shards;
