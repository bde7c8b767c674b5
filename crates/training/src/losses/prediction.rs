//! What one prediction costs: focal, dice, quality and presence, put together as SAM 2 does.
//!
//! In: the decoder's candidate masks with their scores, and the truth. Out: four sums over the objects, divided by
//! the number of objects, and their weighted total. Of several candidates only the best one learns masks. It does not
//! know frames or clips: their terms are added.

use burn::tensor::{Int, Tensor, TensorData};
use tubelet_kernels::{ResizeOptions, resize_bilinear};

use super::{
    dice::dice_loss,
    focal::{FocalOptions, focal_loss},
    mask_iou::{mask_iou, mask_iou_loss},
    presence::presence_loss,
};

/// How much each term counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossWeights {
    /// Focal loss of the best mask.
    pub focal: f64,
    /// Dice loss of the best mask.
    pub dice: f64,
    /// Error of the predicted quality.
    pub iou: f64,
    /// Cross entropy of presence.
    pub presence: f64,
}

impl LossWeights {
    /// SAM 2's: 20 : 1 : 1 : 1.
    pub const SAM2: Self = Self {
        focal: 20.0,
        dice: 1.0,
        iou: 1.0,
        presence: 1.0,
    };
}

/// Options of [`prediction_loss`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossOptions {
    /// Weights of the terms; those of focal and dice also choose the best mask.
    pub weights: LossWeights,
    /// Shape of the focal loss.
    pub focal: FocalOptions,
    /// Whether the quality of every candidate is learnt (SAM 2) or that of the best one only (SAM).
    pub all_qualities: bool,
    /// Weight of presence where the object is absent; SAM 2's is 1.
    pub absent: f64,
}

impl LossOptions {
    /// What SAM 2 was trained with.
    pub const SAM2: Self = Self {
        weights: LossWeights::SAM2,
        focal: FocalOptions::SAM2,
        all_qualities: true,
        absent: 1.0,
    };
}

/// What the decoder says about one frame after one prompt.
#[derive(Clone, Debug)]
pub struct PredictedMasks {
    /// `[objects, masks, height, width]`, logits at the decoder's resolution.
    pub logits: Tensor<4>,
    /// `[objects, masks]`, expected intersection over union of each candidate.
    pub qualities: Tensor<2>,
    /// `[objects, 1]`, logits of the object being visible.
    pub presence: Tensor<2>,
}

/// What is true of the same frame.
#[derive(Clone, Debug)]
pub struct TrueMasks {
    /// `[objects, 1, height, width]` between 0 and 1, at the resolution of the loss, outside autodiff.
    pub masks: Tensor<4>,
    /// `[objects, 1]`, 1 where the object is visible, outside autodiff.
    pub present: Tensor<2>,
    /// `[objects, 1]`, how much each object counts, outside autodiff; 1 in SAM 2.
    pub weights: Tensor<2>,
}

/// The four terms, each summed over objects and divided by their number, not yet weighted.
#[derive(Clone, Debug)]
pub struct LossTerms {
    /// Focal loss of the best masks.
    pub focal: Tensor<1>,
    /// Dice loss of the best masks.
    pub dice: Tensor<1>,
    /// Error of the predicted qualities.
    pub iou: Tensor<1>,
    /// Cross entropy of presence.
    pub presence: Tensor<1>,
}

impl LossTerms {
    /// The terms of two predictions together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            focal: self.focal + other.focal,
            dice: self.dice + other.dice,
            iou: self.iou + other.iou,
            presence: self.presence + other.presence,
        }
    }

    /// The weighted sum that is differentiated.
    ///
    /// # Shapes
    /// - output: `[1]`
    pub fn total(&self, weights: LossWeights) -> Tensor<1> {
        self.focal.clone().mul_scalar(weights.focal)
            + self.dice.clone().mul_scalar(weights.dice)
            + self.iou.clone().mul_scalar(weights.iou)
            + self.presence.clone().mul_scalar(weights.presence)
    }
}

/// The terms of one prediction. Where the object is absent only presence is learnt.
///
/// Logits are brought to the resolution of the truth bilinearly. The choice of the best candidate and the true
/// qualities are constants, so they are computed outside autodiff, and only the best candidate's pixels take part in
/// it: the same gradient as masking the others out, at a third of the work.
pub fn prediction_loss(
    predicted: PredictedMasks,
    truth: &TrueMasks,
    options: &LossOptions,
) -> LossTerms {
    let [objects, candidates, _, _] = predicted.logits.dims();
    let [_, _, height, width] = truth.masks.dims();
    let resize = ResizeOptions {
        size: [height, width],
        align_corners: false,
    };
    let targets = &truth.masks;
    let constant = resize_bilinear(predicted.logits.clone().without_autodiff(), resize);
    let best = best_candidates(&constant, targets, options);
    let chosen = select_candidates(predicted.logits, &best);
    let chosen = resize_bilinear(chosen, resize);
    let gate = truth.present.clone() * truth.weights.clone();
    let gated = |loss: Tensor<2>| (loss * gate.clone()).sum() / objects as f64;

    let errors = mask_iou_loss(predicted.qualities, mask_iou(constant, targets.clone()));
    let errors = if options.all_qualities {
        errors.mean_dim(1)
    } else {
        select_candidates(errors.reshape([objects, candidates, 1, 1]), &best).reshape([objects, 1])
    };
    let presence = presence_loss(predicted.presence, truth.present.clone());
    let weights = truth
        .present
        .clone()
        .mul_scalar(1.0 - options.absent)
        .add_scalar(options.absent)
        * truth.weights.clone();
    LossTerms {
        focal: gated(focal_loss(chosen.clone(), targets.clone(), options.focal)),
        dice: gated(dice_loss(chosen, targets.clone())),
        iou: gated(errors),
        presence: (presence * weights).sum() / objects as f64,
    }
}

/// For each object the candidate with the smallest weighted focal and dice loss; the first of equals.
///
/// # Shapes
/// - `logits`: `[objects, masks, height, width]`, outside autodiff
/// - `targets`: `[objects, 1, height, width]`
pub fn best_candidates(
    logits: &Tensor<4>,
    targets: &Tensor<4>,
    options: &LossOptions,
) -> Vec<usize> {
    let [objects, candidates, _, _] = logits.dims();
    if candidates == 1 {
        return vec![0; objects];
    }
    let weights = options.weights;
    let cost = focal_loss(logits.clone(), targets.clone(), options.focal).mul_scalar(weights.focal)
        + dice_loss(logits.clone(), targets.clone()).mul_scalar(weights.dice);
    let best = cost.argmin(1).into_data();
    best.iter::<i64>().map(|index| index as usize).collect()
}

/// Picks one candidate for each object.
///
/// # Shapes
/// - `candidates`: `[objects, masks, height, width]`
/// - output: `[objects, 1, height, width]`
pub fn select_candidates(candidates: Tensor<4>, chosen: &[usize]) -> Tensor<4> {
    let [objects, masks, height, width] = candidates.dims();
    if masks == 1 {
        return candidates;
    }
    let rows: Vec<i64> = chosen
        .iter()
        .enumerate()
        .map(|(object, mask)| (object * masks + mask) as i64)
        .collect();
    let device = candidates.device();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [objects]), &device);
    candidates
        .reshape([objects * masks, 1, height, width])
        .select(0, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::finite_difference::{check_gradient, doubles, number, numbers};

    const LOGITS: [f64; 24] = [
        0.3, -1.2, 2.5, 0.45, 1.1, -0.3, -2.0, 0.4, 0.9, -1.0, 0.2, 0.1, //
        1.3, 0.8, -0.5, -0.7, 0.6, -1.1, 0.5, 0.2, -0.9, 1.7, -0.2, 0.3,
    ];

    fn truth(present: [f64; 2]) -> TrueMasks {
        TrueMasks {
            masks: doubles(&[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0], [2, 1, 2, 2]),
            present: doubles(&present, [2, 1]),
            weights: doubles(&[1.0, 1.0], [2, 1]),
        }
    }

    fn predicted(logits: Tensor<4>) -> PredictedMasks {
        PredictedMasks {
            logits,
            qualities: doubles(&[0.5, 0.2, 0.9, 0.1, 0.4, 0.6], [2, 3]),
            presence: doubles(&[2.0, -1.0], [2, 1]),
        }
    }

    #[test]
    fn only_the_best_of_the_candidates_receives_a_gradient() {
        let logits = doubles(&LOGITS, [2, 3, 2, 2]).autodiff().require_grad();
        let best = best_candidates(
            &logits.clone().without_autodiff(),
            &truth([1.0, 1.0]).masks,
            &LossOptions::SAM2,
        );
        let terms = prediction_loss(
            predicted(logits.clone()),
            &truth([1.0, 1.0]),
            &LossOptions::SAM2,
        );
        let gradients = terms.total(LossWeights::SAM2).backward();
        let gradient = numbers(logits.grad(&gradients).unwrap());
        for (object, &best) in best.iter().enumerate() {
            for mask in 0..3 {
                let start = (object * 3 + mask) * 4;
                let touched = gradient[start..start + 4].iter().any(|entry| *entry != 0.0);
                assert_eq!(touched, best == mask, "object {object} mask {mask}");
            }
        }
    }

    #[test]
    fn the_best_candidate_is_the_cheapest_one() {
        let all = doubles(&LOGITS, [2, 3, 2, 2]);
        let truth = truth([1.0, 1.0]);
        let best = best_candidates(&all, &truth.masks, &LossOptions::SAM2);
        let cost = |object: usize, mask: usize| {
            let logits = select_candidates(all.clone(), &[mask; 2]);
            let focal = focal_loss(logits.clone(), truth.masks.clone(), FocalOptions::SAM2);
            let dice = dice_loss(logits, truth.masks.clone());
            20.0 * numbers(focal)[object] + numbers(dice)[object]
        };
        for (object, &best) in best.iter().enumerate() {
            for mask in 0..3 {
                assert!(cost(object, best) <= cost(object, mask));
            }
        }
    }

    #[test]
    fn an_absent_object_learns_presence_only() {
        let logits = doubles(&LOGITS, [2, 3, 2, 2]).autodiff().require_grad();
        let terms = prediction_loss(
            predicted(logits.clone()),
            &truth([1.0, 0.0]),
            &LossOptions::SAM2,
        );
        let presence = number(terms.presence.clone());
        let expected = f64::midpoint((-2f64).exp().ln_1p(), (-1f64).exp().ln_1p());
        assert!((presence - expected).abs() < 1e-12);
        let gradients = terms.total(LossWeights::SAM2).backward();
        let gradient = numbers(logits.grad(&gradients).unwrap());
        assert!(gradient[12..].iter().all(|entry| *entry == 0.0));
        assert!(gradient[..12].iter().any(|entry| *entry != 0.0));
    }

    #[test]
    fn absence_weighs_what_the_options_say() {
        let options = LossOptions {
            absent: 0.25,
            ..LossOptions::SAM2
        };
        let terms = prediction_loss(
            predicted(doubles(&LOGITS, [2, 3, 2, 2])),
            &truth([1.0, 0.0]),
            &options,
        );
        let expected = f64::midpoint((-2f64).exp().ln_1p(), 0.25 * (-1f64).exp().ln_1p());
        assert!((number(terms.presence) - expected).abs() < 1e-12);
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences_at_a_finer_resolution() {
        let truth = TrueMasks {
            masks: doubles(
                &(0..16).map(|i| f64::from(i % 3 == 0)).collect::<Vec<_>>(),
                [1, 1, 4, 4],
            ),
            present: doubles(&[1.0], [1, 1]),
            weights: doubles(&[1.0], [1, 1]),
        };
        check_gradient(&LOGITS[..12], [1, 3, 2, 2], |logits| {
            let predicted = PredictedMasks {
                logits,
                qualities: doubles(&[0.5, 0.2, 0.9], [1, 3]),
                presence: doubles(&[2.0], [1, 1]),
            };
            prediction_loss(predicted, &truth, &LossOptions::SAM2).total(LossWeights::SAM2)
        });
    }

    #[test]
    fn qualities_of_all_or_of_the_best_candidate_are_learnt() {
        for all_qualities in [true, false] {
            let options = LossOptions {
                all_qualities,
                ..LossOptions::SAM2
            };
            check_gradient(&[0.5, 0.2, 0.9], [1, 3], |qualities| {
                let predicted = PredictedMasks {
                    logits: doubles(&LOGITS[..12], [1, 3, 2, 2]),
                    qualities,
                    presence: doubles(&[2.0], [1, 1]),
                };
                let truth = TrueMasks {
                    masks: doubles(&[1.0, 0.0, 0.0, 1.0], [1, 1, 2, 2]),
                    present: doubles(&[1.0], [1, 1]),
                    weights: doubles(&[1.0], [1, 1]),
                };
                prediction_loss(predicted, &truth, &options).total(LossWeights::SAM2)
            });
        }
    }
}
