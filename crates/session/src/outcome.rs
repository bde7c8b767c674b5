//! What the model said about one object in one frame, at the model's own resolution.
//!
//! In: a prediction of one or more objects. Out: logits in ordinary memory, cleaned of small holes.

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_geometry::{FrameSize, GeometryError, Mask};
use tubelet_segmentation::Prediction;

use crate::{command::ObjectId, error::SessionError};

/// Logit of a pixel that was in a hole.
const FILLED_LOGIT: f32 = 0.1;
/// Greatest logit, either way, that goes back into the model.
const PROMPT_LOGIT: f32 = 32.0;

/// One object in one frame.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Width and height of the logits.
    pub(crate) size: FrameSize,
    /// Above zero inside the object, row after row.
    pub(crate) logits: Vec<f32>,
    /// Above zero where the object is in the frame.
    pub(crate) object_score: f32,
    /// Expected intersection over union.
    pub(crate) iou: f32,
}

impl Outcome {
    /// Takes a prediction apart, object by object.
    pub(crate) fn all(prediction: &Prediction) -> Vec<Self> {
        let [_, _, height, width] = prediction.logits.dims();
        let size = FrameSize::new(width, height);
        let logits = values(prediction.logits.clone());
        let scores = values(prediction.object_score_logits.clone());
        let ious = values(prediction.iou.clone());
        logits
            .chunks_exact(size.pixel_count())
            .zip(scores.into_iter().zip(ious))
            .map(|(logits, (object_score, iou))| Self {
                size,
                logits: logits.to_vec(),
                object_score,
                iou,
            })
            .collect()
    }

    /// The prediction of a single object.
    pub(crate) fn one(prediction: &Prediction) -> Self {
        let [_, _, height, width] = prediction.logits.dims();
        Self {
            size: FrameSize::new(width, height),
            logits: values(prediction.logits.clone()),
            object_score: prediction.object_score_logits.clone().into_scalar(),
            iou: prediction.iou.clone().into_scalar(),
        }
    }

    /// Refuses an answer whose scores are no numbers, before anything is made of it.
    pub(crate) fn check(&self, object: ObjectId) -> Result<(), SessionError> {
        if self.iou.is_finite() && self.object_score.is_finite() {
            return Ok(());
        }
        Err(SessionError::NotANumber { object })
    }

    /// Fills holes of at most `largest` pixels. Says whether there were any.
    pub(crate) fn fill_holes(&mut self, largest: usize) -> Result<bool, GeometryError> {
        let mask = Mask::from_logits(self.size, &self.logits)?;
        let mut filled = mask.clone();
        filled.fill_holes(largest);
        let holes = &filled - &mask;
        for y in 0..self.size.height {
            for run in holes.row_runs(y) {
                let start = y * self.size.width;
                self.logits[start + run.start..start + run.end].fill(FILLED_LOGIT);
            }
        }
        Ok(!holes.is_empty())
    }

    /// The logits as they go into memory: `[1, 1, height, width]`.
    pub(crate) fn tensor(&self, device: &Device) -> Tensor<4> {
        image(self.logits.clone(), self.size, device)
    }

    /// The logits as a prompt that clicks correct, of moderate size: `[1, 1, height, width]`.
    pub(crate) fn prompt(&self, device: &Device) -> Tensor<4> {
        let moderate = |logit: &f32| logit.clamp(-PROMPT_LOGIT, PROMPT_LOGIT);
        image(
            self.logits.iter().map(moderate).collect(),
            self.size,
            device,
        )
    }
}

/// `[1, 1, height, width]`.
pub(crate) fn image(values: Vec<f32>, size: FrameSize, device: &Device) -> Tensor<4> {
    Tensor::from_data(
        TensorData::new(values, [1, 1, size.height, size.width]),
        device,
    )
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn small_holes_are_filled_and_large_ones_kept() {
        let size = FrameSize::new(6, 5);
        let mut logits = vec![3.0; 30];
        for hole in [7, 16, 17, 22, 23] {
            logits[hole] = -2.0;
        }
        let mut outcome = Outcome {
            size,
            logits,
            object_score: 1.0,
            iou: 0.9,
        };
        assert!(outcome.fill_holes(3).unwrap());
        assert_eq!(outcome.logits[7], FILLED_LOGIT);
        assert_eq!(outcome.logits[16], -2.0);
        assert!(!outcome.fill_holes(3).unwrap());
    }
}
