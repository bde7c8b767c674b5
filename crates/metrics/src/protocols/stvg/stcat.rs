//! The STCAT protocol, which CG-STVG and TA-STVG share: every frame counts, and the last true frame nearly does not.
//!
//! Source: Jin et al., *STCAT*, NeurIPS 2022, and its evaluation code. The true bound `first..=last` is inclusive and
//! yet used as if `last` were the first frame after it; the predicted span is half open. Frame `last` therefore never
//! counts for vIoU, and a perfect prediction has a tIoU of `n / (n + 1)`. That is part of the protocol: published
//! figures contain it. [`EveryFrameTube`](crate::EveryFrameTube) is the measure without it.

use crate::error::MetricsError;
use crate::frame_span::FrameSpan;
use crate::precise_box::PreciseBox;
use crate::tube_overlap::{FrameBoxes, MissingPrediction, TubeFold, TubeScore, TubeSpans};

/// The true tube of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct StcatTruth {
    first: usize,
    boxes: Vec<PreciseBox>,
}

impl StcatTruth {
    /// A tube with a box for each frame from its first to its last.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there is no box.
    pub fn new(first: usize, boxes: Vec<PreciseBox>) -> Result<Self, MetricsError> {
        if boxes.is_empty() {
            return Err(MetricsError::NothingToScore { frames: 0 });
        }
        Ok(Self { first, boxes })
    }

    /// The frames with boxes.
    pub fn boxed_frames(&self) -> FrameSpan {
        FrameSpan::new(self.first, self.first.saturating_add(self.boxes.len()))
    }

    /// The box of a frame, where the frame belongs to the tube.
    pub fn box_at(&self, frame: usize) -> Option<PreciseBox> {
        self.boxes.get(frame.checked_sub(self.first)?).copied()
    }

    /// The true span that scores use: without the last frame.
    fn span(&self) -> FrameSpan {
        let frames = self.boxed_frames();
        FrameSpan::new(frames.start, frames.end - 1)
    }
}

/// Compares the tubes of one sentence.
#[derive(Debug, Clone)]
pub struct StcatTube {
    truth: StcatTruth,
    spans: TubeSpans,
    fold: TubeFold,
}

impl StcatTube {
    /// A comparison before its first frame. The predicted span is half open. Frames without prediction are refused by
    /// STCAT, and share nothing for CG-STVG (on HC-STVG) and TA-STVG.
    pub fn new(truth: StcatTruth, prediction: FrameSpan, missing: MissingPrediction) -> Self {
        let spans = TubeSpans {
            truth: truth.span(),
            prediction,
        };
        Self {
            fold: TubeFold::new(spans, truth.boxed_frames(), missing),
            spans,
            truth,
        }
    }

    /// Adds the predicted box of a frame and gives its overlap; `None` outside the true tube, whose frames need not be
    /// pushed.
    ///
    /// # Errors
    /// [`MetricsError::MissingBox`] where a frame of the true tube has no predicted box, [`MetricsError::FrameOrder`]
    /// where frames do not rise.
    pub fn push(
        &mut self,
        frame: usize,
        prediction: Option<PreciseBox>,
    ) -> Result<Option<f64>, MetricsError> {
        let truth = self.truth.box_at(frame);
        self.fold.push(frame, FrameBoxes { truth, prediction })
    }

    /// The score.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames of the true tube are missing.
    pub fn finish(&self) -> Result<TubeScore, MetricsError> {
        self.fold.check_complete()?;
        let TubeSpans { truth, prediction } = self.spans;
        Ok(self.fold.score(truth.hull(prediction).frames()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const BOX: PreciseBox = PreciseBox::from_edges([0.0, 0.0, 4.0, 4.0]);

    fn score(prediction: FrameSpan) -> TubeScore {
        let truth = StcatTruth::new(10, vec![BOX; 5]).unwrap();
        let mut tube = StcatTube::new(truth, prediction, MissingPrediction::Refuse);
        for frame in 8..17 {
            let iou = tube.push(frame, Some(BOX)).unwrap();
            assert_eq!(iou.is_some(), (10..15).contains(&frame));
        }
        tube.finish().unwrap()
    }

    #[test]
    fn a_perfect_prediction_loses_its_last_frame() {
        let score = score(FrameSpan::new(10, 15));
        assert_eq!(score.temporal_iou, 4.0 / 5.0);
        assert_eq!((score.tube_iou, score.oracle_tube_iou), (0.8, 1.0));
    }

    #[test]
    fn the_gap_between_disjoint_spans_counts() {
        let score = score(FrameSpan::new(20, 30));
        assert_eq!((score.temporal_iou, score.tube_iou), (0.0, 0.0));
        let one = self::score(FrameSpan::new(0, 11));
        assert_eq!((one.temporal_iou, one.tube_iou), (1.0 / 14.0, 1.0 / 14.0));
    }

    #[test]
    fn missing_predictions_are_refused_or_share_nothing() {
        let truth = StcatTruth::new(3, vec![BOX; 2]).unwrap();
        let span = FrameSpan::new(3, 5);
        let mut strict = StcatTube::new(truth.clone(), span, MissingPrediction::Refuse);
        let role = "prediction";
        assert_eq!(
            strict.push(3, None).unwrap_err(),
            MetricsError::MissingBox { frame: 3, role }
        );
        assert!(strict.finish().is_err());
        let mut lenient = StcatTube::new(truth, span, MissingPrediction::SharesNothing);
        lenient.push(3, None).unwrap();
        lenient.push(4, Some(BOX)).unwrap();
        let score = lenient.finish().unwrap();
        assert_eq!((score.tube_iou, score.oracle_tube_iou), (0.0, 0.5));
        assert!(StcatTruth::new(3, Vec::new()).is_err());
    }
}
