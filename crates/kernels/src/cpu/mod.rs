//! The fast paths of the CPU backend. In and out: tensors of the CPU backend, f32.

pub(crate) mod gemm;
pub(crate) mod memory;
pub(crate) mod simd;

pub(crate) mod adam_w;
mod addition;
mod attention;
mod channel_norm;
mod compressed;
mod compressed_linear;
mod convolution;
mod copy;
mod few_rows;
mod frozen_linear;
mod gate;
mod grid_attention;
mod linear;
mod matmul;
mod nibbles;
mod pointwise;
mod pool;
mod resize;
mod rotary;
mod row_norm;
mod rows;
mod sampling;
mod softmax;
mod sums;
pub(crate) mod threads;
mod transpose;
mod turned;
mod view;

pub(crate) use addition::Addition;
pub(crate) use attention::{Attention, PackedAttention, Scoring};
pub(crate) use channel_norm::ChannelNorm;
pub(crate) use compressed::{Codes, Compressed, GROUP};
pub(crate) use compressed_linear::CompressedLinear;
pub(crate) use convolution::{Convolution, Transposed};
pub(crate) use copy::InOrder;
pub(crate) use frozen_linear::FrozenLinear;
pub(crate) use gate::GatedSilu;
pub(crate) use grid_attention::{GridInputs, grid_attention};
pub(crate) use linear::Linear;
pub(crate) use matmul::Matmul;
pub(crate) use pool::PoolByTwo;
pub(crate) use resize::Resize;
pub(crate) use rotary::Rotate;
pub(crate) use row_norm::RowNorm;
pub(crate) use sampling::{Coordinates, DeformableSampling, PlaneSampling};
#[cfg(test)]
pub(crate) use simd::level_tests;
pub(crate) use softmax::{Pointwise, Softmax};
