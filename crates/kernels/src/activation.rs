//! Pointwise activations.
//!
//! In and out: tensors of any rank, same shape.

use burn::tensor::{Tensor, activation};

use crate::cpu;
use crate::extension::{apply, is_fast};

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
    if kind != Activation::None && is_fast(&input) {
        return apply(cpu::Pointwise(kind), vec![input.into_dispatch()]);
    }
    match kind {
        Activation::None => input,
        Activation::Relu => activation::relu(input),
        Activation::Gelu => activation::gelu(input),
        Activation::GeluTanh => activation::gelu_approximate(input),
        Activation::Silu => activation::silu(input),
        Activation::Sigmoid => activation::sigmoid(input),
    }
}

/// `silu(gate) · value`, element by element: the gate of a SwiGLU layer.
///
/// # Shapes
/// - `gate`, `value`, output: any, all the same
pub fn gated_silu<const D: usize>(gate: Tensor<D>, value: Tensor<D>) -> Tensor<D> {
    if is_fast(&gate) && is_fast(&value) && gate.dims() == value.dims() {
        let inputs = vec![gate.into_dispatch(), value.into_dispatch()];
        return apply(cpu::GatedSilu, inputs);
    }
    activate(gate, Activation::Silu) * value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::level_tests::at_each_level;
    use crate::reference::assert_matches_plain;

    #[test]
    fn activations_match_their_plain_bodies() {
        for kind in [
            Activation::Relu,
            Activation::Gelu,
            Activation::GeluTanh,
            Activation::Silu,
            Activation::Sigmoid,
        ] {
            for length in [1, 15, 16, 333, 9000] {
                assert_matches_plain(&format!("{kind:?} {length}"), &[length], |x| {
                    activate(x[0].clone().mul_scalar(9.0), kind)
                });
            }
        }
    }

    #[test]
    fn the_gate_matches_its_plain_body() {
        for length in [1, 15, 16, 333, 9000] {
            assert_matches_plain(&format!("{length}"), &[length, length], |x| {
                gated_silu(x[0].clone().mul_scalar(9.0), x[1].clone())
            });
        }
    }

    #[test]
    fn nothing_is_left_of_what_is_far_below_zero() {
        let device = burn::tensor::Device::flex();
        at_each_level(|level| {
            let input = [-14.0_f32, -14.6, -16.0, -1e3, -1e30, -1e38];
            let input = Tensor::<1>::from_floats(input, &device);
            for found in activate(input, Activation::Gelu).into_data().iter::<f32>() {
                assert!(found.abs() < 1e-36, "{found} at {level}");
            }
        });
    }

    #[test]
    fn the_error_function_keeps_its_digits_in_the_lower_tail() {
        let device = burn::tensor::Device::flex();
        let points: Vec<f32> = (0..1200).map(|i| i as f32 * 0.01 - 6.0).collect();
        let input = Tensor::<1>::from_floats(points.as_slice(), &device);
        let found = activate(input.clone(), Activation::Gelu).into_data();
        let exact = input.cast(burn::tensor::DType::F64);
        let exact = activate(exact, Activation::Gelu).into_data();
        for ((x, found), exact) in points
            .iter()
            .zip(found.iter::<f64>())
            .zip(exact.iter::<f64>())
        {
            // Below −3 the f64 body has lost digits of its own to cancellation, though fewer than 1e-9.
            assert!(
                (found - exact).abs() <= 2e-6 * exact.abs() + 1e-12,
                "{x}: {found} {exact}"
            );
        }
    }
}
