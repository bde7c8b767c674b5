//! Fast tensor operations with gradients: functions on burn tensors with named options.
//!
//! In and out: [`burn::tensor::Tensor`]. Nobody outside sees which implementation ran: the CPU backend
//! takes the fast paths of this crate, every other backend plain burn operations.
//! Knows no layer and no model. Weights keep PyTorch's layouts, so that checkpoints load unchanged.

#![allow(
    unsafe_code,
    reason = "vector instructions and matrices shared by threads; each block states its invariant"
)]
#![allow(
    clippy::wildcard_imports,
    reason = "the intrinsics of an instruction set are named as their makers name them, and are many"
)]
#![allow(
    clippy::struct_field_names,
    reason = "`gradient` is the field's own word for one field of a backward pass"
)]
#![allow(
    clippy::inline_always,
    reason = "code for an instruction set must become part of the function that enables it"
)]

mod activation;
mod addition;
#[cfg(test)]
mod allocations;
mod attention;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod catalogue_tests;
mod compressed;
mod convolution;
mod cpu;
mod extension;
mod grid_attention;
mod linear;
mod mapped;
mod normalization;
mod optimizer;
mod permutation;
mod pooling;
mod precision;
mod recompute;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod reference;
mod resize;
mod rotary;
mod sampling;
mod softmax;
#[cfg(test)]
mod upstream;

pub use activation::{Activation, activate, gated_silu};
pub use addition::add;
pub use attention::{AttentionOptions, attention, self_attention};
pub use compressed::{CompressedWeight, Compression, compressed_linear};
pub use convolution::{Conv2dOptions, ConvTranspose2dOptions, conv_transpose2d, conv2d};
pub use cpu::threads::{compute_on_this_thread, inside_the_pool};
pub use grid_attention::{AxialTurn, GridKeys, grid_attention};
pub use linear::{LinearOptions, linear, matmul};
pub use mapped::MappedFile;
pub use normalization::{layer_norm, layer_norm_2d, rms_norm};
pub use optimizer::{AdamWState, AdamWStep, adam_w_step};
pub use permutation::permuted;
pub use pooling::max_pool_by_two;
pub use precision::Precision;
pub use recompute::{Recomputable, recomputed};
pub use resize::{ResizeOptions, resize_bilinear};
pub use rotary::{rotate_halves, rotate_pairs};
pub use sampling::{
    DeformableAttention, GridSampleOptions, Outside, deformable_attention, grid_sample,
};
pub use softmax::softmax;

/// Name of the vector instructions in use: the widest that the processor has, or what `TUBELET_CPU` names.
pub fn processor_level() -> &'static str {
    cpu::simd::Level::current().name()
}
