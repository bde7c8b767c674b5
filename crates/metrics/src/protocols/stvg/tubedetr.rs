//! The TubeDETR protocol: tubes are compared at the frames that TubeDETR samples.
//!
//! Source: Yang et al., *TubeDETR*, CVPR 2022, and its `vidstg_eval.py` and `hcstvg_eval.py`. Spans are half open. The
//! other protocol of the same benchmarks is [`StcatTube`](crate::StcatTube); their figures must not be mixed.

use crate::error::MetricsError;
use crate::tube_overlap::{FrameBoxes, MissingPrediction, TubeFold, TubeScore, TubeSpans};

/// Compares the tubes of one sentence at sampled frames.
#[derive(Debug, Clone)]
pub struct TubeDetrTube {
    fold: TubeFold,
}

impl TubeDetrTube {
    /// A comparison before its first frame.
    pub fn new(spans: TubeSpans) -> Self {
        Self {
            fold: TubeFold::new(spans, spans.truth, MissingPrediction::Refuse),
        }
    }

    /// Adds a sampled frame (see [`tubedetr_frames`](crate::tubedetr_frames)) and gives the overlap of its boxes;
    /// `None` outside the true span, where no boxes are needed.
    ///
    /// # Errors
    /// [`MetricsError::MissingBox`] where a frame of the true span lacks a box, whether or not it was predicted to
    /// belong to the tube; [`MetricsError::FrameOrder`] where frames do not rise.
    pub fn push(&mut self, frame: usize, boxes: FrameBoxes) -> Result<Option<f64>, MetricsError> {
        self.fold.push(frame, boxes)
    }

    /// The score. A hull or a true span without sampled frames counts as one frame, so that the overlap is 0.
    pub fn finish(&self) -> TubeScore {
        self.fold.score(self.fold.hull_frames())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::frame_span::FrameSpan;
    use crate::precise_box::PreciseBox;

    fn boxes(truth: [f64; 4], prediction: [f64; 4]) -> FrameBoxes {
        FrameBoxes {
            truth: Some(PreciseBox::from_edges(truth)),
            prediction: Some(PreciseBox::from_edges(prediction)),
        }
    }

    #[test]
    fn overlap_is_divided_by_the_sampled_frames_of_the_hull() {
        let spans = TubeSpans {
            truth: FrameSpan::new(0, 20),
            prediction: FrameSpan::new(10, 40),
        };
        let mut tube = TubeDetrTube::new(spans);
        let half = boxes([0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0]);
        for frame in [0, 10] {
            assert_eq!(tube.push(frame, half).unwrap(), Some(0.5));
        }
        for frame in [20, 30, 40, 50] {
            assert_eq!(tube.push(frame, FrameBoxes::default()).unwrap(), None);
        }
        let score = tube.finish();
        assert_eq!(score.temporal_iou, 0.25);
        // Frame 10 counts; the hull holds frames 0, 10, 20 and 30.
        assert_eq!(score.tube_iou, 0.5 / 4.0);
        assert_eq!(score.oracle_tube_iou, 0.5);
    }

    #[test]
    fn a_true_frame_without_boxes_is_refused() {
        let span = FrameSpan::new(0, 20);
        let spans = TubeSpans {
            truth: span,
            prediction: FrameSpan::new(50, 60),
        };
        let mut tube = TubeDetrTube::new(spans);
        let error = tube.push(5, FrameBoxes::default()).unwrap_err();
        let role = "ground truth";
        assert_eq!(error, MetricsError::MissingBox { frame: 5, role });
        let whole = boxes([0.0; 4], [0.0; 4]);
        assert_eq!(tube.push(6, whole).unwrap(), Some(0.0));
        assert_eq!(
            tube.push(6, whole).unwrap_err(),
            MetricsError::FrameOrder {
                previous: 6,
                found: 6
            }
        );
        assert_eq!(tube.finish().tube_iou, 0.0);
    }

    #[test]
    fn spans_without_frames_share_nothing() {
        let nothing = FrameSpan::new(4, 4);
        let spans = TubeSpans {
            truth: nothing,
            prediction: nothing,
        };
        let score = TubeDetrTube::new(spans).finish();
        assert_eq!(
            (score.temporal_iou, score.tube_iou, score.oracle_tube_iou),
            (0.0, 0.0, 0.0)
        );
    }
}
