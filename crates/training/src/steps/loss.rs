//! What a pass through a clip costs.
//!
//! In: a pass, the loss's options. Out: the terms of all its predictions, added up over frames and corrections as in SAM 2.

use rand::Rng;
use tubelet_geometry::Mask;
use tubelet_segmentation::Prediction;

use super::clip_pass::ClipPass;
use crate::{
    batch::{clip::ClipBatch, tensors::true_masks},
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
    /// Factor on views of other cameras than the prompted one that show an object.
    pub(crate) other_cameras: f64,
}

impl PassLoss {
    /// The terms of a pass; `None` if everything in it was given.
    pub(crate) fn of(&self, pass: &ClipPass<'_>, random: &mut impl Rng) -> Option<LossTerms> {
        let options = LossOptions {
            absent: if self.balanced_presence {
                balance(pass.batch)
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
                (
                    &pass.batch.masks[step.frame],
                    self.weights(pass.batch, step.frame),
                ),
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

    /// How much each object of a frame counts.
    fn weights(&self, batch: &ClipBatch, frame: usize) -> Vec<f32> {
        let camera = |frame| batch.rig.as_ref().map(|way| way.view(frame).camera);
        let is_elsewhere = camera(frame) != camera(batch.first());
        let weight = |mask: &Mask| match shown(mask, batch.least) {
            Shown::Enough if is_elsewhere => self.other_cameras as f32,
            Shown::Enough | Shown::Nothing => 1.0,
            Shown::Slightly => 0.0,
        };
        batch.masks[frame].iter().map(weight).collect()
    }
}

/// How much of an object a frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// Some pixels, but fewer than can be asked for.
    Slightly,
    Enough,
}

fn shown(mask: &Mask, least: usize) -> Shown {
    match mask.count() {
        0 => Shown::Nothing,
        count if count < least => Shown::Slightly,
        _ => Shown::Enough,
    }
}

/// The weight of an absence with which absences weigh no more than presences, 1 at most.
fn balance(batch: &ClipBatch) -> f64 {
    let (mut present, mut absent) = (0, 0);
    for mask in batch.masks.iter().flatten() {
        match shown(mask, batch.least) {
            Shown::Nothing => absent += 1,
            Shown::Slightly => {}
            Shown::Enough => present += 1,
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
    use crate::{batch::clip::LabelledClip, rig::way::RigWay};
    use glam::DVec2;
    use tubelet_geometry::{Camera, Distortion, FrameSize, Lens, RigidTransform};
    use tubelet_segmentation::RigVariant;

    const SIZE: FrameSize = FrameSize::new(4, 1);

    fn mask(pixels: [u8; 4]) -> Mask {
        Mask::from_values(SIZE, &pixels, |value| value == 1).unwrap()
    }

    /// Frames with these masks, of which fewer than two pixels are not enough.
    fn batch(masks: Vec<Vec<Mask>>) -> ClipBatch {
        let nothing = LabelledClip {
            size: SIZE,
            frames: Vec::new(),
        };
        let mut batch = ClipBatch::new(SIZE, vec![(nothing, Vec::new())]);
        batch.masks = masks;
        batch.least = 2;
        batch
    }

    #[test]
    fn absences_weigh_no_more_than_presences() {
        let (full, empty) = (mask([1, 1, 0, 0]), mask([0; 4]));
        let slight = mask([1, 0, 0, 0]);
        let one_of_four = vec![
            vec![full.clone(), empty.clone(), slight.clone()],
            vec![empty.clone(), empty.clone(), slight],
        ];
        assert_eq!(balance(&batch(one_of_four)), 1.0 / 3.0);
        assert_eq!(balance(&batch(vec![vec![full.clone(), full, empty]])), 1.0);
        assert_eq!(balance(&batch(Vec::new())), 1.0);
    }

    #[test]
    fn other_cameras_count_more_and_slivers_nothing() {
        let shown = vec![mask([1, 1, 0, 0]), mask([1, 0, 0, 0]), mask([0; 4])];
        let mut batch = batch(vec![shown.clone(), shown]);
        let loss = PassLoss {
            options: LossOptions::SAM2,
            stride: 1,
            balanced_presence: false,
            other_cameras: 3.0,
        };
        assert_eq!(loss.weights(&batch, 1), [1.0, 0.0, 1.0], "frames of a clip");
        let lens = Lens::new(DVec2::splat(4.0), DVec2::new(2.0, 0.5), Distortion::None).unwrap();
        let camera = Camera::new(SIZE, lens, RigidTransform::IDENTITY).unwrap();
        batch.rig = Some(RigWay {
            cameras: vec![camera; 2],
            world_from_ego: vec![RigidTransform::IDENTITY],
            rule: RigVariant::Full.rule(),
            first: 1,
        });
        assert_eq!(loss.weights(&batch, 0), [3.0, 0.0, 1.0]);
        assert_eq!(loss.weights(&batch, 1), [1.0, 0.0, 1.0]);
    }
}
