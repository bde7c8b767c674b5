//! Whether the object is in the frame at all: binary cross entropy of its score.
//!
//! In: score logits and what is true. Out: one number for each object.

use burn::tensor::{Tensor, activation};

/// Cross entropy of the object score.
///
/// # Shapes
/// - `logits`: `[objects, 1]`
/// - `present`: `[objects, 1]`, 1 where the object is visible and 0 where it is not
/// - output: `[objects, 1]`
pub fn presence_loss(logits: Tensor<2>, present: Tensor<2>) -> Tensor<2> {
    -activation::log_sigmoid(-logits.clone()) - logits * present
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::finite_difference::{check_gradient, doubles, numbers};
    use burn::tensor::Device;

    #[test]
    fn it_is_the_logarithm_of_the_probability_of_the_truth() {
        let loss = presence_loss(
            doubles(&[3f64.ln(), 3f64.ln()], [2, 1]),
            doubles(&[1.0, 0.0], [2, 1]),
        );
        for (found, probability) in numbers(loss).iter().zip([0.75f64, 0.25]) {
            assert!((found + probability.ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences() {
        let present = doubles(&[1.0, 0.0, 1.0], [3, 1]);
        check_gradient(&[0.0, 1.5, -7.0], [3, 1], |logits| {
            presence_loss(logits, present.clone()).sum()
        });
    }

    #[test]
    fn a_score_that_is_sure_and_wrong_stays_finite_in_single_precision() {
        let loss = presence_loss(
            Tensor::from_floats([[-500.0]], &Device::default()),
            Tensor::from_floats([[1.0]], &Device::default()),
        );
        assert_eq!(numbers(loss), [500.0]);
    }
}
