//! VidSTG: declarative and interrogative sentences, reported apart; the true tube as either protocol reads it.
//!
//! Source: Zhang et al., CVPR 2020; TubeDETR's `preproc/preproc_vidstg.py`; STCAT's `datasets/vidstg.py`.

use crate::error::MetricsError;
use crate::frame_span::FrameSpan;
use crate::precise_box::PreciseBox;
use crate::protocols::stvg::stcat::StcatTruth;
use crate::threshold::Comparison;
use crate::tube_overlap::TubeScore;
use crate::tube_report::{TubeReport, TubeReportFold};

/// Which list of an annotation a sentence stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SentenceKind {
    /// A caption that names the object.
    Declarative,
    /// A question that asks for it.
    Interrogative,
}

/// Frame numbers of an annotation of VidSTG, as its files give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VidStgBounds {
    /// `temporal_gt`: `begin_fid` and `end_fid`.
    pub tube: FrameSpan,
    /// `used_segment`: `begin_fid` and `end_fid`.
    pub segment: FrameSpan,
    /// `frame_count` of the whole video.
    pub video_frames: usize,
}

impl VidStgBounds {
    /// The true span for TubeDETR: `end_fid` does not belong to it.
    pub fn tubedetr_truth(&self) -> FrameSpan {
        self.tube
    }

    /// The true tube for STCAT, where `end_fid` belongs to it.
    ///
    /// In: a box, or none, for each frame from `begin_fid` to `end_fid` or the end of the video. A box missing in the
    /// last frame is that of the frame before.
    ///
    /// # Errors
    /// For tubes that the protocol leaves out of the evaluation: [`MetricsError::TubeOutsideSegment`] where they do not
    /// meet the segment, [`MetricsError::FrameCount`] where they go on beyond it, [`MetricsError::MissingBox`] where a
    /// box is missing before the last frame.
    pub fn stcat_truth(&self, boxes: &[Option<PreciseBox>]) -> Result<StcatTruth, MetricsError> {
        let (tube, segment) = (self.tube, self.segment);
        if tube.end < segment.start || tube.start > segment.end {
            return Err(MetricsError::TubeOutsideSegment { tube, segment });
        }
        let frames_to = |end: usize| FrameSpan::new(tube.start, end).frames();
        let expected = frames_to(tube.end.min(segment.end).saturating_add(1));
        let annotated = frames_to(tube.end.saturating_add(1).min(self.video_frames));
        for found in [annotated, boxes.len()] {
            if found != expected {
                return Err(MetricsError::FrameCount { expected, found });
            }
        }
        let mut tube_boxes: Vec<PreciseBox> = Vec::with_capacity(expected);
        for (index, edges) in boxes.iter().enumerate() {
            let repeated = if index + 1 == expected {
                tube_boxes.last().copied()
            } else {
                None
            };
            tube_boxes.push(edges.or(repeated).ok_or(MetricsError::MissingBox {
                frame: tube.start + index,
                role: "ground truth",
            })?);
        }
        StcatTruth::new(tube.start, tube_boxes)
    }
}

/// The figures of VidSTG; `None` for a kind of sentence that did not occur.
#[derive(Debug, Clone, PartialEq)]
pub struct VidStgReport {
    /// Captions.
    pub declarative: Option<TubeReport>,
    /// Questions.
    pub interrogative: Option<TubeReport>,
}

/// Collects the tubes of VidSTG, by either protocol.
#[derive(Debug, Clone, Default)]
pub struct VidStgFold {
    declarative: TubeReportFold,
    interrogative: TubeReportFold,
}

impl VidStgFold {
    /// A fold with a rule for tubes whose overlap is exactly R; see [`TubeReportFold::new`].
    pub fn new(comparison: Comparison) -> Self {
        Self {
            declarative: TubeReportFold::new(comparison),
            interrogative: TubeReportFold::new(comparison),
        }
    }

    /// Adds the tube of a sentence.
    pub fn push(&mut self, kind: SentenceKind, score: &TubeScore) {
        match kind {
            SentenceKind::Declarative => self.declarative.push(score),
            SentenceKind::Interrogative => self.interrogative.push(score),
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.declarative.merge(&other.declarative);
        self.interrogative.merge(&other.interrogative);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no sentence.
    pub fn finish(&self) -> Result<VidStgReport, MetricsError> {
        let declarative = self.declarative.finish().ok();
        let interrogative = self.interrogative.finish().ok();
        if declarative.is_none() && interrogative.is_none() {
            return Err(MetricsError::NoSamples);
        }
        Ok(VidStgReport {
            declarative,
            interrogative,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const BOX: PreciseBox = PreciseBox::from_edges([0.0, 0.0, 1.0, 1.0]);

    fn bounds(tube: (usize, usize), segment: (usize, usize)) -> VidStgBounds {
        VidStgBounds {
            tube: FrameSpan::new(tube.0, tube.1),
            segment: FrameSpan::new(segment.0, segment.1),
            video_frames: 100,
        }
    }

    #[test]
    fn the_last_box_may_be_missing_and_no_other() {
        let bounds = bounds((10, 13), (0, 50));
        let truth = bounds
            .stcat_truth(&[Some(BOX), Some(BOX), Some(BOX), None])
            .unwrap();
        assert_eq!(truth.boxed_frames(), FrameSpan::new(10, 14));
        assert_eq!(truth.box_at(13), Some(BOX));
        assert_eq!((truth.box_at(9), truth.box_at(14)), (None, None));
        let error = bounds.stcat_truth(&[Some(BOX), None, Some(BOX), None]);
        let role = "ground truth";
        assert_eq!(error, Err(MetricsError::MissingBox { frame: 11, role }));
    }

    #[test]
    fn tubes_beyond_their_segment_are_left_out() {
        let outside = bounds((60, 70), (0, 50)).stcat_truth(&[Some(BOX); 11]);
        assert!(matches!(
            outside,
            Err(MetricsError::TubeOutsideSegment { .. })
        ));
        let beyond = bounds((40, 60), (0, 50)).stcat_truth(&[Some(BOX); 21]);
        let (expected, found) = (11, 21);
        assert_eq!(beyond, Err(MetricsError::FrameCount { expected, found }));
        // The video's end cuts the tube and the segment alike.
        assert!(
            bounds((98, 100), (0, 99))
                .stcat_truth(&[Some(BOX); 2])
                .is_ok()
        );
        // An annotation whose frames run backwards is refused too.
        assert!(bounds((13, 10), (0, 50)).stcat_truth(&[]).is_err());
    }
}
