//! Dice loss of soft masks, with SAM 2's smoothing of one pixel.
//!
//! In: logits and targets of masks. Out: one number between 0 and 1 for each mask.

use burn::tensor::{Tensor, activation};

/// `1 - (2 |p ∩ t| + 1) / (|p| + |t| + 1)` with probabilities as soft membership.
///
/// # Shapes
/// - `logits`: `[objects, masks, height, width]`
/// - `targets`: the same, or 1 for `masks`; between 0 and 1
/// - output: `[objects, masks]`
pub fn dice_loss(logits: Tensor<4>, targets: Tensor<4>) -> Tensor<2> {
    let probability = activation::sigmoid(logits);
    let shared = area(probability.clone() * targets.clone());
    let [objects, masks] = shared.dims();
    let total = area(probability) + area(targets).expand([objects, masks]);
    -(shared.mul_scalar(2.0).add_scalar(1.0) / total.add_scalar(1.0)).sub_scalar(1.0)
}

fn area(soft: Tensor<4>) -> Tensor<2> {
    let [objects, masks, height, width] = soft.dims();
    soft.reshape([objects, masks, height * width])
        .sum_dim(2)
        .squeeze_dim(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::finite_difference::{check_gradient, doubles, numbers};

    #[test]
    fn it_is_the_formula_of_the_soft_areas() {
        // Probabilities 0.5, 0.8, 0.2 and 0.75.
        let logits = [0.0, 4f64.ln(), -(4f64.ln()), 3f64.ln()];
        let loss = dice_loss(
            doubles(&logits, [1, 1, 2, 2]),
            doubles(&[1.0, 1.0, 0.0, 0.0], [1, 1, 2, 2]),
        );
        let expected = 1.0 - (2.0 * 1.3 + 1.0) / (2.25 + 2.0 + 1.0);
        assert!((numbers(loss)[0] - expected).abs() < 1e-12);
    }

    #[test]
    fn a_perfect_mask_costs_nothing_and_an_empty_pair_neither() {
        let logits = doubles(&[40.0, -40.0, -40.0, -40.0], [2, 1, 1, 2]);
        let targets = doubles(&[1.0, 0.0, 0.0, 0.0], [2, 1, 1, 2]);
        for loss in numbers(dice_loss(logits, targets)) {
            assert!(loss.abs() < 1e-12, "{loss}");
        }
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences() {
        let targets = doubles(&[1.0, 0.0, 1.0, 0.5], [2, 1, 1, 2]);
        let logits = [0.3, -1.2, 2.5, 0.0, 0.7, -0.1, -2.0, 1.4];
        check_gradient(&logits, [2, 2, 1, 2], |logits| {
            dice_loss(logits, targets.clone()).sum()
        });
    }
}
