//! HC-STVG: twenty-second clips of people; the true tube as either protocol reads it.
//!
//! Source: Tang et al., TCSVT 2021; TubeDETR's `preproc_hcstvg.py`; STCAT's and CG-STVG's `datasets/hcstvg.py`. Scores
//! go into a plain [`TubeReportFold`](crate::TubeReportFold), all sentences together.

use tubelet_geometry::FrameSize;

use crate::error::MetricsError;
use crate::frame_span::FrameSpan;
use crate::precise_box::PreciseBox;
use crate::protocols::stvg::sampling::tubedetr_frames;
use crate::protocols::stvg::stcat::StcatTruth;
use crate::protocols::stvg::stcat_input::HC_STVG_SECONDS;

/// An annotation of HC-STVG, as its files give it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HcStvgAnnotation<'a> {
    /// `bbox`: a box for each frame of the tube.
    pub boxes: &'a [PreciseBox],
    /// `st_frame`: the number of the first frame with a box, counted from 1.
    pub first_frame: usize,
    /// `img_num`: frames of the clip.
    pub video_frames: usize,
}

impl HcStvgAnnotation<'_> {
    /// The frames that TubeDETR samples: five a second of all but the last frame, where twenty seconds hold the clip's
    /// frames.
    ///
    /// # Errors
    /// [`MetricsError::FrameRate`] where the clip has fewer than a hundred frames.
    pub fn tubedetr_frames(&self) -> Result<Vec<usize>, MetricsError> {
        let readable = FrameSpan::new(0, self.video_frames.saturating_sub(1));
        tubedetr_frames(readable, self.video_frames as f64 / HC_STVG_SECONDS)
    }

    /// The true span for TubeDETR. It takes the number that counts from 1 for one that counts from 0, so its tubes lie
    /// one frame late; published figures contain that.
    pub fn tubedetr_truth(&self) -> FrameSpan {
        let end = self.first_frame.saturating_add(self.boxes.len());
        FrameSpan::new(self.first_frame, end)
    }

    /// The true box of a frame for TubeDETR.
    pub fn tubedetr_box(&self, frame: usize) -> Option<PreciseBox> {
        let index = frame.checked_sub(self.first_frame)?;
        self.boxes.get(index).copied()
    }

    /// The true tube for STCAT.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where it goes on beyond the clip, which the official code refuses too;
    /// [`MetricsError::NothingToScore`] where it has no box.
    pub fn stcat_truth(&self) -> Result<StcatTruth, MetricsError> {
        let first = self.first_frame.saturating_sub(1);
        let expected = self.video_frames.saturating_sub(first);
        let found = self.boxes.len();
        if found > expected {
            return Err(MetricsError::FrameCount { expected, found });
        }
        StcatTruth::new(first, self.boxes.to_vec())
    }

    /// The true tube for CG-STVG, which cuts off what boxes reach beyond the right and lower edge of the frame.
    ///
    /// # Errors
    /// As [`HcStvgAnnotation::stcat_truth`].
    pub fn cg_stvg_truth(&self, size: FrameSize) -> Result<StcatTruth, MetricsError> {
        let cut = |edges: &PreciseBox| PreciseBox {
            right: edges.right.min(size.width as f64),
            bottom: edges.bottom.min(size.height as f64),
            ..*edges
        };
        let boxes: Vec<PreciseBox> = self.boxes.iter().map(cut).collect();
        HcStvgAnnotation {
            boxes: &boxes,
            ..*self
        }
        .stcat_truth()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const BOXES: [PreciseBox; 3] = [
        PreciseBox::from_edges([0.0, 0.0, 1.0, 1.0]),
        PreciseBox::from_edges([0.0, 0.0, 2.0, 2.0]),
        PreciseBox::from_edges([0.0, 0.0, 9.0, 9.0]),
    ];

    const ANNOTATION: HcStvgAnnotation<'_> = HcStvgAnnotation {
        boxes: &BOXES,
        first_frame: 11,
        video_frames: 500,
    };

    #[test]
    fn the_protocols_place_the_tube_one_frame_apart() {
        assert_eq!(ANNOTATION.tubedetr_truth(), FrameSpan::new(11, 14));
        assert_eq!(ANNOTATION.tubedetr_box(11), Some(BOXES[0]));
        assert_eq!(ANNOTATION.tubedetr_box(10), None);
        let truth = ANNOTATION.stcat_truth().unwrap();
        assert_eq!(truth.boxed_frames(), FrameSpan::new(10, 13));
        assert_eq!(truth.box_at(10), Some(BOXES[0]));
    }

    #[test]
    fn boxes_may_be_cut_at_the_frame() {
        let truth = ANNOTATION.cg_stvg_truth(FrameSize::new(5, 4)).unwrap();
        let cut = PreciseBox::from_edges([0.0, 0.0, 5.0, 4.0]);
        assert_eq!(truth.box_at(12), Some(cut));
    }

    #[test]
    fn a_tube_beyond_the_clip_is_refused() {
        let late = HcStvgAnnotation {
            first_frame: 499,
            ..ANNOTATION
        };
        let (expected, found) = (2, 3);
        assert_eq!(
            late.stcat_truth(),
            Err(MetricsError::FrameCount { expected, found })
        );
        let frames = ANNOTATION.tubedetr_frames().unwrap();
        assert_eq!((frames.len(), frames[1], frames[99]), (100, 5, 495));
        assert!(
            HcStvgAnnotation {
                video_frames: 0,
                ..ANNOTATION
            }
            .tubedetr_frames()
            .is_err()
        );
    }
}
