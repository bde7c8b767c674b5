//! The masks of one expression over the frames of its video.
//!
//! J and F of every frame, the first and the last too, and their means. This is what MeViS, Refer-YouTube-VOS and the
//! newer way to evaluate Ref-DAVIS17 have in common.

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::frame_scorer::{FrameScore, FrameScorer};
use crate::protocols::vos_benchmark::FrameCounter;
use crate::score_mean::{ScoreMean, ScoreMeanFold};
use crate::sequence::ScoredFrames;

/// Scores the frames of one expression.
#[derive(Debug, Clone)]
pub struct ExpressionSequence {
    size: FrameSize,
    frames: FrameCounter,
    scorer: FrameScorer,
    scores: ScoreMeanFold,
}

impl ExpressionSequence {
    /// A sequence of `frames` frames, all of which count.
    pub fn new(size: FrameSize, frames: usize) -> Self {
        Self {
            size,
            frames: FrameCounter::new(frames, ScoredFrames::All),
            scorer: FrameScorer::new(size),
            scores: ScoreMeanFold::default(),
        }
    }

    /// Adds a frame. The true mask is the union of all objects the expression means, empty where there is none.
    ///
    /// # Errors
    /// [`MetricsError::FrameSize`] where a mask has another size than announced, [`MetricsError::FrameCount`] after the
    /// last frame.
    pub fn push(&mut self, truth: &Mask, prediction: &Mask) -> Result<FrameScore, MetricsError> {
        self.frames
            .advance(self.size, [truth.size(), prediction.size()])?;
        let score = self.scorer.score(truth, prediction);
        self.scores.push(score);
        Ok(score)
    }

    /// Number of the frame that comes next, from 0.
    pub(crate) fn next_frame(&self) -> usize {
        self.frames.next()
    }

    /// The means over the frames.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing, [`MetricsError::NoSamples`] where none was announced.
    pub fn finish(&self) -> Result<ScoreMean, MetricsError> {
        self.frames.check_complete()?;
        self.scores.finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn every_frame_counts() {
        let size = FrameSize::new(30, 20);
        let (empty, mut shown) = (Mask::new(size), Mask::new(size));
        shown.set(3, 3, true);
        let mut sequence = ExpressionSequence::new(size, 3);
        sequence.push(&shown, &empty).unwrap();
        sequence.push(&empty, &empty).unwrap();
        assert!(sequence.finish().is_err());
        sequence.push(&shown, &shown).unwrap();
        let scores = sequence.finish().unwrap();
        assert_eq!((scores.count, scores.region), (3, 2.0 / 3.0));
        assert!(sequence.push(&empty, &empty).is_err());
        assert!(ExpressionSequence::new(size, 0).finish().is_err());
    }
}
