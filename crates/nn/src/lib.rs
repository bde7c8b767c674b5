//! Layers with two users and the same mathematics, and weight files.
//!
//! In and out: tensors, and parameters by name. Layers hold their weights in PyTorch's layouts and under
//! PyTorch's names (`weight`, `bias`), so that a checkpoint's tensors are used as they are stored.
//! Knows no model.

mod golden;
mod layers;
mod weights;

pub use golden::relative_error;
pub use layers::convolution::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
pub use layers::feed_forward::{FeedForward, FeedForwardConfig};
pub use layers::layer_norm::{LayerNorm, LayerNorm2d, LayerNormConfig};
pub use layers::linear::{Linear, LinearConfig};
pub use weights::error::WeightError;
pub use weights::file::{StoredTensor, WeightFile};
pub use weights::fill::fill;
pub use weights::load::{LoadReport, load};
pub use weights::names::parameter_shapes;
pub use weights::save::{StorageType, TensorToWrite, save, tensors_to_write, write_tensors};
pub use weights::shards::WeightShards;

/// On what the layers run: which vector instructions, which threads.
pub use tubelet_kernels::{compute_on_this_thread, processor_level};
