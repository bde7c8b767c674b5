//! Overlap of two tubes: a box per frame over a span of frames.
//!
//! In: the two spans, then per frame the true and the predicted box. Out: how well time and space agree. Which frames
//! are pushed, and whether frames between them count, is the protocol's affair.

use crate::error::MetricsError;
use crate::frame_span::FrameSpan;
use crate::precise_box::PreciseBox;

/// The true and the predicted span of a tube.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TubeSpans {
    /// Frames of the ground truth.
    pub truth: FrameSpan,
    /// Frames of the prediction.
    pub prediction: FrameSpan,
}

/// The boxes of one frame; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrameBoxes {
    /// The true box.
    pub truth: Option<PreciseBox>,
    /// The predicted box.
    pub prediction: Option<PreciseBox>,
}

/// How well a predicted tube agrees with the true one; all from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TubeScore {
    /// tIoU: overlap of the spans.
    pub temporal_iou: f64,
    /// vIoU: box overlap summed over the frames of both spans, divided by the number of frames of their hull.
    pub tube_iou: f64,
    /// vIoU with the true span in place of the predicted one, the *oracle window*: the mean box overlap over the true
    /// frames (`gt_viou` in evaluation code).
    pub oracle_tube_iou: f64,
}

/// What to do about a frame of the true tube for which nothing was predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingPrediction {
    /// Refuse it.
    #[default]
    Refuse,
    /// Let it share nothing, and count it.
    SharesNothing,
}

/// Sums box overlaps over the frames of a tube.
#[derive(Debug, Clone)]
pub(crate) struct TubeFold {
    spans: TubeSpans,
    /// The frames that have true boxes. Not every protocol lets all of them belong to the true span.
    boxed: FrameSpan,
    missing: MissingPrediction,
    last_frame: Option<usize>,
    /// Over the frames of both spans.
    shared: f64,
    /// Over all frames with true boxes.
    oracle: f64,
    boxed_frames: usize,
    hull_frames: usize,
}

impl TubeFold {
    pub(crate) fn new(spans: TubeSpans, boxed: FrameSpan, missing: MissingPrediction) -> Self {
        Self {
            spans,
            boxed,
            missing,
            last_frame: None,
            shared: 0.0,
            oracle: 0.0,
            boxed_frames: 0,
            hull_frames: 0,
        }
    }

    /// Adds a frame and gives the overlap of its boxes; `None` where the frame has no true box.
    ///
    /// # Errors
    /// [`MetricsError::FrameOrder`] where frames do not rise, [`MetricsError::MissingBox`] where a box is needed.
    pub(crate) fn push(
        &mut self,
        frame: usize,
        boxes: FrameBoxes,
    ) -> Result<Option<f64>, MetricsError> {
        if let Some(previous) = self.last_frame.filter(|&previous| previous >= frame) {
            return Err(MetricsError::FrameOrder {
                previous,
                found: frame,
            });
        }
        let TubeSpans { truth, prediction } = self.spans;
        let iou = if self.boxed.contains(frame) {
            Some(self.overlap(frame, boxes)?)
        } else {
            None
        };
        self.last_frame = Some(frame);
        self.hull_frames += usize::from(truth.hull(prediction).contains(frame));
        if let Some(iou) = iou {
            self.boxed_frames += 1;
            self.oracle += iou;
            if truth.contains(frame) && prediction.contains(frame) {
                self.shared += iou;
            }
        }
        Ok(iou)
    }

    /// Frames of the hull of both spans so far.
    pub(crate) fn hull_frames(&self) -> usize {
        self.hull_frames
    }

    /// Refuses a tube of which not every frame with a true box has come.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`].
    pub(crate) fn check_complete(&self) -> Result<(), MetricsError> {
        let (expected, found) = (self.boxed.frames(), self.boxed_frames);
        if found == expected {
            Ok(())
        } else {
            Err(MetricsError::FrameCount { expected, found })
        }
    }

    /// The score, with the number of frames over which the protocol spreads the overlap.
    pub(crate) fn score(&self, counted_frames: usize) -> TubeScore {
        let share = |sum: f64, frames: usize| sum / frames.max(1) as f64;
        TubeScore {
            temporal_iou: self.spans.truth.iou(self.spans.prediction),
            tube_iou: share(self.shared, counted_frames),
            oracle_tube_iou: share(self.oracle, self.boxed_frames),
        }
    }

    fn overlap(&self, frame: usize, boxes: FrameBoxes) -> Result<f64, MetricsError> {
        let missing = |role| MetricsError::MissingBox { frame, role };
        let truth = boxes.truth.ok_or(missing("ground truth"))?;
        match (boxes.prediction, self.missing) {
            (Some(prediction), _) => Ok(truth.iou(prediction)),
            (None, MissingPrediction::SharesNothing) => Ok(0.0),
            (None, MissingPrediction::Refuse) => Err(missing("prediction")),
        }
    }
}
