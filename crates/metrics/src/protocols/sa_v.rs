//! SA-V: one object at a time, scored at its annotated frames.
//!
//! Every fourth frame of a video is annotated; of those, the first and the last are left out. Source: SAM 2's
//! `sav_dataset/utils/sav_benchmark.py`, which runs vos-benchmark on one folder per object.

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::frame_scorer::{FrameScore, FrameScorer};
use crate::protocols::vos_benchmark::{FrameCounter, SeenObject};
use crate::score_mean::ScoreMean;
use crate::sequence::ScoredFrames;

/// Scores one object of SA-V.
#[derive(Debug, Clone)]
pub struct SaVObject {
    size: FrameSize,
    frames: FrameCounter,
    scorer: FrameScorer,
    object: Option<SeenObject>,
}

impl SaVObject {
    /// An object with a number of annotated frames, counting those that are not scored. The benchmark's default is
    /// [`ScoredFrames::Inner`].
    pub fn new(size: FrameSize, annotated_frames: usize, scored: ScoredFrames) -> Self {
        Self {
            size,
            frames: FrameCounter::new(annotated_frames, scored),
            scorer: FrameScorer::new(size),
            object: None,
        }
    }

    /// Adds an annotated frame and gives its score; `None` for frames that do not count: the first, the last, and those
    /// before either side shows the object.
    ///
    /// # Errors
    /// [`MetricsError::FrameSize`] where a scored mask has another size than announced, [`MetricsError::FrameCount`]
    /// after the last frame.
    pub fn push(
        &mut self,
        truth: &Mask,
        prediction: &Mask,
    ) -> Result<Option<FrameScore>, MetricsError> {
        let sizes = [truth.size(), prediction.size()];
        if !self.frames.advance(self.size, sizes)? {
            return Ok(None);
        }
        if self.object.is_none() && truth.is_empty() && prediction.is_empty() {
            return Ok(None);
        }
        let object = self.object.get_or_insert_default();
        Ok(Some(object.push(&self.scorer, truth, prediction)))
    }

    /// The means of the object.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing, [`MetricsError::NoObjects`] where the ground truth showed
    /// the object in no scored frame (the official code stops there).
    pub fn finish(&self) -> Result<ScoreMean, MetricsError> {
        self.frames.check_complete()?;
        let seen = self.object.filter(|object| object.is_in_truth);
        seen.ok_or(MetricsError::NoObjects)?.scores.finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn frames_before_the_object_appears_do_not_count() {
        let size = FrameSize::new(30, 20);
        let (empty, mut shown) = (Mask::new(size), Mask::new(size));
        shown.set(3, 3, true);
        let mut object = SaVObject::new(size, 5, ScoredFrames::Inner);
        let frames = [
            (&shown, &shown),
            (&empty, &empty),
            (&shown, &empty),
            (&empty, &empty),
            (&shown, &shown),
        ];
        let counted: Vec<bool> = frames
            .iter()
            .map(|(truth, prediction)| object.push(truth, prediction).unwrap().is_some())
            .collect();
        assert_eq!(counted, [false, false, true, true, false]);
        let scores = object.finish().unwrap();
        assert_eq!((scores.count, scores.region), (2, 0.5));
        assert!(object.push(&empty, &empty).is_err());
    }

    #[test]
    fn an_object_that_never_appears_is_refused() {
        let size = FrameSize::new(3, 3);
        let mut object = SaVObject::new(size, 1, ScoredFrames::All);
        object.push(&Mask::new(size), &Mask::full(size)).unwrap();
        assert_eq!(object.finish(), Err(MetricsError::NoObjects));
    }
}
