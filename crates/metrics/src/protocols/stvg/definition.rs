//! Tube overlap as papers define it: every frame counts, and only frames of either span are divided by.
//!
//! Source: Zhang et al., *Where Does It Exist*, CVPR 2020 (VidSTG), and equations 10 and 11 of Bridge-STG. The official
//! evaluators differ: TubeDETR counts sampled frames, STCAT drops the last true frame, and both divide by the hull of
//! the spans, which is more than their union where the spans do not meet.

use crate::error::MetricsError;
use crate::tube_overlap::{FrameBoxes, MissingPrediction, TubeFold, TubeScore, TubeSpans};

/// Compares the tubes of one sentence at every frame.
#[derive(Debug, Clone)]
pub struct EveryFrameTube {
    fold: TubeFold,
    union_frames: usize,
}

impl EveryFrameTube {
    /// A comparison before its first frame.
    pub fn new(spans: TubeSpans, missing: MissingPrediction) -> Self {
        Self {
            fold: TubeFold::new(spans, spans.truth, missing),
            union_frames: spans.truth.union_frames(spans.prediction),
        }
    }

    /// Adds a frame and gives the overlap of its boxes; `None` outside the true span, whose frames need not be pushed.
    ///
    /// # Errors
    /// [`MetricsError::MissingBox`] where a frame of the true span lacks a box, [`MetricsError::FrameOrder`] where
    /// frames do not rise.
    pub fn push(&mut self, frame: usize, boxes: FrameBoxes) -> Result<Option<f64>, MetricsError> {
        self.fold.push(frame, boxes)
    }

    /// The score.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames of the true span are missing.
    pub fn finish(&self) -> Result<TubeScore, MetricsError> {
        self.fold.check_complete()?;
        Ok(self.fold.score(self.union_frames))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::frame_span::FrameSpan;
    use crate::precise_box::PreciseBox;
    use proptest::prelude::*;

    fn boxed() -> impl Strategy<Value = PreciseBox> {
        (0u8..9, 0u8..9, 0u8..5, 0u8..5).prop_map(|(x, y, width, height)| {
            PreciseBox::from_corner_and_size([x, y, width, height].map(f64::from))
        })
    }

    proptest! {
        #[test]
        fn scores_are_bounded_and_a_perfect_tube_scores_one(
            (from, frames, start, end) in (0usize..9, 1usize..9, 0usize..20, 0usize..20),
            boxes in prop::collection::vec((boxed(), boxed()), 9),
        ) {
            let truth = FrameSpan::new(from, from + frames);
            let score = |prediction, is_perfect: bool| {
                let spans = TubeSpans { truth, prediction };
                let mut tube = EveryFrameTube::new(spans, MissingPrediction::Refuse);
                for (frame, &(one, other)) in (from..).zip(&boxes).take(frames) {
                    let one = if is_perfect { PreciseBox::from_edges([0.0, 0.0, 3.0, 2.0]) } else { one };
                    let boxes = FrameBoxes { truth: Some(one), prediction: Some(if is_perfect { one } else { other }) };
                    tube.push(frame, boxes).unwrap();
                }
                tube.finish().unwrap()
            };
            let perfect = score(truth, true);
            prop_assert_eq!((perfect.temporal_iou, perfect.tube_iou, perfect.oracle_tube_iou), (1.0, 1.0, 1.0));
            let any = score(FrameSpan::new(start, end), false);
            prop_assert!((0.0..=1.0).contains(&any.tube_iou) && (0.0..=1.0).contains(&any.oracle_tube_iou));
            // No frame shares more than all of its box.
            prop_assert!(any.tube_iou <= any.temporal_iou + 1e-12);
            let oracle = score(truth, false);
            prop_assert_eq!(oracle.tube_iou, oracle.oracle_tube_iou);
        }
    }
}
