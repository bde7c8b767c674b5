//! Sigmoid focal loss (Lin et al. 2017, equation 5), with alpha and gamma as SAM 2 uses them.
//!
//! In: logits and targets of masks. Out: one number for each mask, the mean over its pixels.

use burn::tensor::{Tensor, activation};

/// Shape of the focal loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FocalOptions {
    /// Weight of pixels inside the mask; those outside weigh `1 - alpha`.
    pub alpha: f64,
    /// How strongly pixels that are right already are played down; 0 gives the plain cross entropy.
    pub gamma: f64,
}

impl FocalOptions {
    /// SAM 2's: alpha 0.25, gamma 2.
    pub const SAM2: Self = Self {
        alpha: 0.25,
        gamma: 2.0,
    };
}

/// Mean over the pixels of `-alpha_t (1 - p_t)^gamma log p_t`, finite for every finite logit.
///
/// # Shapes
/// - `logits`: `[objects, masks, height, width]`
/// - `targets`: the same, or 1 for `masks`; between 0 and 1
/// - output: `[objects, masks]`
pub fn focal_loss(logits: Tensor<4>, targets: Tensor<4>, options: FocalOptions) -> Tensor<2> {
    let FocalOptions { alpha, gamma } = options;
    // -log(1 - p) - logit * target is the cross entropy, also for targets between 0 and 1.
    let mut pixels = -activation::log_sigmoid(-logits.clone()) - logits.clone() * targets.clone();
    if gamma != 0.0 {
        let probability = activation::sigmoid(logits);
        // 1 - p_t = p (1 - t) + (1 - p) t
        let missing = probability.clone() * targets.clone().mul_scalar(-2.0).add_scalar(1.0)
            + targets.clone();
        pixels = pixels * missing.powf_scalar(gamma);
    }
    let weights = targets
        .mul_scalar(2.0 * alpha - 1.0)
        .add_scalar(1.0 - alpha);
    mean_over_pixels(pixels * weights)
}

fn mean_over_pixels(pixels: Tensor<4>) -> Tensor<2> {
    let [objects, masks, height, width] = pixels.dims();
    pixels
        .reshape([objects, masks, height * width])
        .mean_dim(2)
        .squeeze_dim(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::finite_difference::{check_gradient, doubles, numbers};
    use burn::tensor::Device;

    fn by_hand(logit: f64, target: f64) -> f64 {
        let probability = 1.0 / (1.0 + (-logit).exp());
        let (right, weight) = if target == 1.0 {
            (probability, 0.25)
        } else {
            (1.0 - probability, 0.75)
        };
        -weight * (1.0 - right).powi(2) * right.ln()
    }

    #[test]
    fn it_is_the_mean_of_the_formula_over_the_pixels_of_each_mask() {
        let logits = [0.3, -1.2, 2.5, 0.0, -0.4, 4.0, -3.0, 1.0];
        let targets = [1.0, 0.0, 0.0, 1.0];
        let loss = focal_loss(
            doubles(&logits, [1, 2, 2, 2]),
            doubles(&targets, [1, 1, 2, 2]),
            FocalOptions::SAM2,
        );
        let expected: Vec<f64> = logits
            .chunks(4)
            .map(|mask| {
                let pairs = mask.iter().zip(&targets);
                pairs
                    .map(|(logit, target)| by_hand(*logit, *target))
                    .sum::<f64>()
                    / 4.0
            })
            .collect();
        for (found, expected) in numbers(loss).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences() {
        let targets = doubles(&[1.0, 0.0, 0.0, 1.0, 0.25, 1.0], [1, 1, 2, 3]);
        check_gradient(&[0.3, -1.2, 2.5, 0.0, -0.4, 4.0], [1, 1, 2, 3], |logits| {
            focal_loss(logits, targets.clone(), FocalOptions::SAM2).sum()
        });
    }

    #[test]
    fn extreme_logits_stay_finite_in_single_precision() {
        let logits = Tensor::<4>::from_floats([[[[1e4, -1e4], [1e4, -1e4]]]], &Device::default())
            .autodiff()
            .require_grad();
        let targets = Tensor::<4>::from_floats([[[[0.0, 1.0], [1.0, 0.0]]]], &Device::default());
        let loss = focal_loss(logits.clone(), targets, FocalOptions::SAM2);
        let gradients = loss.clone().sum().backward();
        let found = numbers(loss)[0];
        assert!((found - 2500.0).abs() < 1.0, "{found}");
        let gradient = numbers(logits.grad(&gradients).unwrap());
        assert!(
            gradient.iter().all(|entry| entry.is_finite()),
            "{gradient:?}"
        );
    }
}
