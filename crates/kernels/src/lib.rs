//! Fast tensor operations with gradients: functions on burn tensors with named options.
//!
//! In and out: [`burn::tensor::Tensor`]. Nobody outside sees which implementation ran: the CPU backend
//! takes the fast paths of this crate, every other backend plain burn operations.
//! Knows no layer and no model. Weights keep PyTorch's layouts, so that checkpoints load unchanged.

mod activation;
mod attention;
mod convolution;
mod linear;
mod normalization;
mod resize;
mod softmax;

pub use activation::{Activation, activate};
pub use attention::{AttentionOptions, attention};
pub use convolution::{Conv2dOptions, ConvTranspose2dOptions, conv2d, conv_transpose2d};
pub use linear::{LinearOptions, linear, matmul};
pub use normalization::{layer_norm, layer_norm_2d, rms_norm};
pub use resize::{ResizeOptions, resize_bilinear};
pub use softmax::softmax;
