//! Pointwise activations.
//!
//! In and out: tensors of any rank, same shape.

use burn::tensor::{Tensor, activation};

/// A pointwise activation, fused into the operation that precedes it where that is faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// The identity.
    #[default]
    None,
    /// `max(x, 0)`.
    Relu,
    /// `x · Φ(x)` with the exact error function.
    Gelu,
    /// The tanh approximation of [`Activation::Gelu`].
    GeluTanh,
    /// `x · σ(x)`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
}

/// Applies `kind` to every element.
///
/// # Shapes
/// - `input`, output: any
pub fn activate<const D: usize>(input: Tensor<D>, kind: Activation) -> Tensor<D> {
    match kind {
        Activation::None => input,
        Activation::Relu => activation::relu(input),
        Activation::Gelu => activation::gelu(input),
        Activation::GeluTanh => activation::gelu_approximate(input),
        Activation::Silu => activation::silu(input),
        Activation::Sigmoid => activation::sigmoid(input),
    }
}
