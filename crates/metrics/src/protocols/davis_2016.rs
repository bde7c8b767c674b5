//! DAVIS-2016: one foreground object per sequence, the first and the last frame left out.

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::frame_scorer::FrameScore;
use crate::report::ObjectReport;
use crate::sequence::{ScoredFrames, SequenceFold, SequenceSettings};
use crate::series::DecayPositions;

/// Scores one sequence of DAVIS-2016.
#[derive(Debug, Clone)]
pub struct Davis2016Sequence {
    fold: SequenceFold,
}

impl Davis2016Sequence {
    /// A sequence of `frames` frames, counting those that are not scored.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there are fewer than three frames.
    pub fn new(
        size: FrameSize,
        frames: usize,
        decay: DecayPositions,
    ) -> Result<Self, MetricsError> {
        let scored = ScoredFrames::Inner;
        let settings = SequenceSettings {
            size,
            frames,
            objects: 1,
            scored,
            decay,
        };
        Ok(Self {
            fold: SequenceFold::new(settings)?,
        })
    }

    /// Adds a frame and gives its score; `None` for the first and the last. The foreground of the benchmark's images is
    /// every value above zero.
    ///
    /// # Errors
    /// As [`SequenceFold::push`].
    pub fn push(
        &mut self,
        truth: &Mask,
        prediction: &Mask,
    ) -> Result<Option<FrameScore>, MetricsError> {
        let scores = self.fold.push(
            std::slice::from_ref(truth),
            std::slice::from_ref(prediction),
        )?;
        Ok(scores.first().copied())
    }

    /// The statistics of the sequence.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing.
    pub fn finish(&self) -> Result<ObjectReport, MetricsError> {
        self.fold
            .finish()?
            .first()
            .copied()
            .ok_or(MetricsError::NoObjects)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_sequence_scores_one_and_does_not_decay() {
        let size = FrameSize::new(30, 20);
        let mut sequence = Davis2016Sequence::new(size, 5, DecayPositions::Exact).unwrap();
        let mut mask = Mask::new(size);
        for frame in 0..5 {
            mask.set(10 + frame, 10, true);
            let score = sequence.push(&mask, &mask).unwrap();
            assert_eq!(score.is_some(), (1..4).contains(&frame));
        }
        let report = sequence.finish().unwrap();
        assert_eq!(
            (
                report.region.mean,
                report.boundary.recall,
                report.region.decay
            ),
            (1.0, 1.0, 0.0)
        );
    }
}
