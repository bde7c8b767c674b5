//! What a pass through a clip costs.
//!
//! In: a pass, the loss's options. Out: the terms of all its predictions, added up over frames and corrections as in SAM 2.

use rand::Rng;
use tubelet_geometry::Mask;
use tubelet_segmentation::Prediction;

use super::clip_pass::ClipPass;
use crate::{
    batch::tensors::true_masks,
    losses::prediction::{LossOptions, LossTerms, PredictedMasks, prediction_loss},
};

/// How a pass is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassLoss {
    pub(crate) options: LossOptions,
    /// Pixels of the frame to a side of one pixel of the loss.
    pub(crate) stride: usize,
    /// Whether all frames without their object count together no more than those with it.
    pub(crate) balanced_presence: bool,
}

impl PassLoss {
    /// The terms of a pass; `None` if everything in it was given.
    pub(crate) fn of(&self, pass: &ClipPass<'_>, random: &mut impl Rng) -> Option<LossTerms> {
        let options = LossOptions {
            absent: if self.balanced_presence {
                balance(&pass.batch.masks)
            } else {
                1.0
            },
            ..self.options
        };
        let mut sum: Option<LossTerms> = None;
        pass.run(random, |step| {
            if step.given {
                return;
            }
            let truth = true_masks(
                &pass.batch.masks[step.frame],
                pass.batch.size,
                self.stride,
                pass.device,
            );
            let terms = prediction_loss(predicted_masks(step.prediction), &truth, &options);
            sum = Some(match sum.take() {
                Some(sum) => sum.plus(terms),
                None => terms,
            });
        });
        sum
    }
}

/// The weight of an absence with which absences weigh no more than presences, 1 at most.
fn balance(masks: &[Vec<Mask>]) -> f64 {
    let (mut present, mut absent) = (0, 0);
    for mask in masks.iter().flatten() {
        if mask.is_empty() {
            absent += 1;
        } else {
            present += 1;
        }
    }
    f64::from(present.max(1)) / f64::from(absent.max(present).max(1))
}

fn predicted_masks(prediction: &Prediction) -> PredictedMasks {
    let candidates = prediction.candidates.clone();
    PredictedMasks {
        logits: candidates.logits,
        qualities: candidates.iou,
        presence: candidates.object_score_logits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    #[test]
    fn absences_weigh_no_more_than_presences() {
        let size = FrameSize::new(2, 1);
        let full = Mask::from_values(size, &[1u8, 0], |value| value == 1).unwrap();
        let empty = Mask::new(size);
        let one_of_four = vec![
            vec![full.clone(), empty.clone()],
            vec![empty.clone(), empty.clone()],
        ];
        assert_eq!(balance(&one_of_four), 1.0 / 3.0);
        assert_eq!(balance(&[vec![full.clone(), full, empty]]), 1.0);
        assert_eq!(balance(&[]), 1.0);
    }
}
