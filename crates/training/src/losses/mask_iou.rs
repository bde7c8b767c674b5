//! How far the predicted quality of a mask lies from its true one (mean absolute error, as SAM 2).
//!
//! In: logits and targets of masks, predicted qualities. Out: one number for each mask. The true quality is a
//! constant: no gradient goes through the threshold.

use burn::tensor::Tensor;

/// Intersection over union of the masks that the logits stand for (`> 0`) with those of the targets (`> 0.5`);
/// 0 where both are empty, as SAM 2 counts it.
///
/// # Shapes
/// - `logits`: `[objects, masks, height, width]`
/// - `targets`: the same, or 1 for `masks`; between 0 and 1
/// - output: `[objects, masks]`, outside autodiff
pub fn mask_iou(logits: Tensor<4>, targets: Tensor<4>) -> Tensor<2> {
    let [objects, masks, height, width] = logits.dims();
    let dtype = logits.dtype();
    let predicted = logits.without_autodiff().greater_scalar(0.0);
    let actual = targets
        .without_autodiff()
        .greater_scalar(0.5)
        .expand([objects, masks, height, width]);
    let count = |members: Tensor<4, burn::tensor::Bool>| -> Tensor<2> {
        members
            .float()
            .cast(dtype)
            .reshape([objects, masks, height * width])
            .sum_dim(2)
            .squeeze_dim(2)
    };
    let shared = count(predicted.clone().bool_and(actual.clone()));
    let either = count(predicted.bool_or(actual));
    shared / either.clamp_min(1.0)
}

/// `|predicted - actual|`.
///
/// # Shapes
/// - `predicted`, `actual` (see [`mask_iou`]) and output: `[objects, masks]`
pub fn mask_iou_loss(predicted: Tensor<2>, actual: Tensor<2>) -> Tensor<2> {
    (predicted - actual).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::finite_difference::{check_gradient, doubles, numbers};

    #[test]
    fn quality_is_the_share_of_pixels_in_both() {
        let logits = [3.0, 0.1, -1.0, -1.0, -5.0, -5.0, -5.0, -5.0];
        let targets = [1.0, 0.0, 1.0, 0.0];
        let iou = mask_iou(
            doubles(&logits, [1, 2, 2, 2]),
            doubles(&targets, [1, 1, 2, 2]),
        );
        let expected = [1.0 / 3.0, 0.0];
        for (found, expected) in numbers(iou).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn nothing_in_both_counts_as_zero() {
        let nothing = doubles(&[-1.0, -2.0], [1, 1, 1, 2]);
        let iou = mask_iou(nothing.clone(), nothing.mul_scalar(0.0));
        assert_eq!(numbers(iou), [0.0]);
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences() {
        let actual = doubles(&[0.3, 0.9], [1, 2]);
        check_gradient(&[0.5, 0.4], [1, 2], |predicted| {
            mask_iou_loss(predicted, actual.clone()).sum()
        });
    }
}
