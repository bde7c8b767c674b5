//! What a pass through a clip costs.
//!
//! In: a pass, the loss's options. Out: the terms of all its predictions, added up over frames and corrections as in SAM 2.

use rand::Rng;
use tubelet_segmentation::Prediction;

use super::clip_pass::ClipPass;
use crate::{
    batch::tensors::true_masks,
    losses::prediction::{LossOptions, LossTerms, PredictedMasks, prediction_loss},
};

/// The terms of a pass; `None` if everything in it was given.
pub(crate) fn pass_loss(
    pass: &ClipPass<'_>,
    options: &LossOptions,
    stride: usize,
    random: &mut impl Rng,
) -> Option<LossTerms> {
    let mut sum: Option<LossTerms> = None;
    pass.run(random, |step| {
        if step.given {
            return;
        }
        let truth = true_masks(
            &pass.batch.masks[step.frame],
            pass.batch.size,
            stride,
            pass.device,
        );
        let terms = prediction_loss(predicted_masks(step.prediction), &truth, options);
        sum = Some(match sum.take() {
            Some(sum) => sum.plus(terms),
            None => terms,
        });
    });
    sum
}

fn predicted_masks(prediction: &Prediction) -> PredictedMasks {
    let candidates = prediction.candidates.clone();
    PredictedMasks {
        logits: candidates.logits,
        qualities: candidates.iou,
        presence: candidates.object_score_logits,
    }
}
