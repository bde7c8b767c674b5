//! Softmax along one dimension.

use burn::tensor::{Tensor, activation};

use crate::cpu;
use crate::extension::{apply, is_fast};

/// `exp(x - max) / Σ exp(x - max)` along `dim`.
///
/// # Shapes
/// - `input`, output: any
pub fn softmax<const D: usize>(input: Tensor<D>, dim: usize) -> Tensor<D> {
    if !is_fast(&input) {
        return activation::softmax(input, dim);
    }
    if dim == D - 1 {
        return apply(cpu::Softmax, vec![input.into_dispatch()]);
    }
    softmax(input.swap_dims(dim, D - 1), D - 1).swap_dims(dim, D - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::assert_matches_plain;

    #[test]
    fn softmax_matches_its_plain_body_along_every_dimension() {
        for shape in [
            [1, 1, 1],
            [2, 3, 5],
            [3, 17, 16],
            [1, 40, 133],
            [2, 1, 5000],
        ] {
            for dim in 0..3 {
                let length = shape.iter().product();
                assert_matches_plain(&format!("{shape:?} {dim}"), &[length], |x| {
                    softmax(x[0].clone().mul_scalar(5.0).reshape(shape), dim)
                });
            }
        }
    }

    #[test]
    fn hidden_scores_have_no_weight() {
        let device = burn::tensor::Device::flex();
        let scores = Tensor::<1>::from_floats([0.0, f32::NEG_INFINITY, 0.0], &device);
        let weights: Vec<f32> = softmax(scores, 0).into_data().iter().collect();
        assert_eq!(weights, [0.5, 0.0, 0.5]);
    }
}
