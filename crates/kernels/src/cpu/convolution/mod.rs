//! Convolutions in two dimensions as matrix products whose sides are cut from the image while they are packed.

mod batch;
mod dense;
mod depthwise;
mod direct;
mod kernel;
mod layout;
mod patches;
mod weights;

pub(crate) use kernel::{Convolution, Transposed};
