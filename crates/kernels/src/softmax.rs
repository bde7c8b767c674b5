//! Softmax along one dimension.

use burn::tensor::{Tensor, activation};

/// `exp(x - max) / Σ exp(x - max)` along `dim`.
///
/// # Shapes
/// - `input`, output: any
pub fn softmax<const D: usize>(input: Tensor<D>, dim: usize) -> Tensor<D> {
    activation::softmax(input, dim)
}
