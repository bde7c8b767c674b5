//! vos-benchmark: objects of any numbers, each scored from the frame on in which it first appears.
//!
//! Unlike the DAVIS code it does not score an object as perfect while neither side shows it yet, and it takes 255 for
//! an ordinary number. Source: Cheng's `vos_benchmark/evaluator.py`; LVOS, MOSE and SA-V figures are made with it.

use std::collections::BTreeMap;

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::frame_scorer::{FrameScore, FrameScorer};
use crate::protocols::label_map::LabelMap;
use crate::score_mean::{ScoreMean, ScoreMeanFold};
use crate::sequence::ScoredFrames;

/// The means of one object of the ground truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelledMean {
    /// The object's number.
    pub label: u8,
    /// Its means over the frames since it first appeared on either side; `count` says how many.
    pub scores: ScoreMean,
}

/// Scores one sequence as vos-benchmark does.
#[derive(Debug, Clone)]
pub struct VosBenchmarkSequence {
    frames: FrameCounter,
    scorer: FrameScorer,
    size: FrameSize,
    objects: BTreeMap<u8, SeenObject>,
}

impl VosBenchmarkSequence {
    /// A sequence of `frames` frames, counting those that are not scored. The benchmark's default is
    /// [`ScoredFrames::Inner`].
    pub fn new(size: FrameSize, frames: usize, scored: ScoredFrames) -> Self {
        Self {
            frames: FrameCounter::new(frames, scored),
            scorer: FrameScorer::new(size),
            size,
            objects: BTreeMap::new(),
        }
    }

    /// Adds a frame. Objects that only the prediction shows are looked at as well, but not reported.
    ///
    /// # Errors
    /// [`MetricsError::FrameSize`] where a scored map has another size than the sequence, [`MetricsError::FrameCount`]
    /// after the last frame.
    pub fn push(
        &mut self,
        truth: &LabelMap<'_>,
        prediction: &LabelMap<'_>,
    ) -> Result<(), MetricsError> {
        let sizes = [truth.size(), prediction.size()];
        if !self.frames.advance(self.size, sizes)? {
            return Ok(());
        }
        for present in [truth.labels_present(), prediction.labels_present()] {
            for label in (1..=u8::MAX).filter(|&label| present[usize::from(label)]) {
                self.objects.entry(label).or_default();
            }
        }
        let labels: Vec<u8> = self.objects.keys().copied().collect();
        let masks = truth
            .labelled(&labels)
            .into_iter()
            .zip(prediction.labelled(&labels));
        for (object, (truth, prediction)) in self.objects.values_mut().zip(masks) {
            object.push(&self.scorer, &truth, &prediction);
        }
        Ok(())
    }

    /// The means of each object that the ground truth showed in a scored frame.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing.
    pub fn finish(&self) -> Result<Vec<LabelledMean>, MetricsError> {
        self.frames.check_complete()?;
        let reported = self.objects.iter().filter(|(_, object)| object.is_in_truth);
        reported
            .map(|(&label, object)| {
                let scores = object.scores.finish()?;
                Ok(LabelledMean { label, scores })
            })
            .collect()
    }
}

/// Counts the frames of a sequence and says which are scored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameCounter {
    frames: usize,
    scored: ScoredFrames,
    next: usize,
}

impl FrameCounter {
    pub(crate) fn new(frames: usize, scored: ScoredFrames) -> Self {
        Self {
            frames,
            scored,
            next: 0,
        }
    }

    /// Counts a frame and says whether it is scored; only then its sizes are looked at.
    pub(crate) fn advance(
        &mut self,
        expected: FrameSize,
        [truth, prediction]: [FrameSize; 2],
    ) -> Result<bool, MetricsError> {
        let frame = self.next;
        if frame >= self.frames {
            let (expected, found) = (self.frames, frame + 1);
            return Err(MetricsError::FrameCount { expected, found });
        }
        let is_scored = match self.scored {
            ScoredFrames::All => true,
            ScoredFrames::Inner => frame > 0 && frame + 1 < self.frames,
        };
        for (found, role) in [(truth, "ground truth"), (prediction, "prediction")] {
            if is_scored && found != expected {
                return Err(MetricsError::FrameSize {
                    frame,
                    role,
                    expected,
                    found,
                });
            }
        }
        self.next += 1;
        Ok(is_scored)
    }

    pub(crate) fn next(&self) -> usize {
        self.next
    }

    pub(crate) fn check_complete(&self) -> Result<(), MetricsError> {
        if self.next == self.frames {
            return Ok(());
        }
        Err(MetricsError::FrameCount {
            expected: self.frames,
            found: self.next,
        })
    }
}

/// An object since it first appeared.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SeenObject {
    pub(crate) is_in_truth: bool,
    pub(crate) scores: ScoreMeanFold,
}

impl SeenObject {
    /// Adds a frame.
    pub(crate) fn push(
        &mut self,
        scorer: &FrameScorer,
        truth: &Mask,
        prediction: &Mask,
    ) -> FrameScore {
        self.is_in_truth |= !truth.is_empty();
        let score = scorer.score(truth, prediction);
        self.scores.push(score);
        score
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize::new(4, 1);

    fn means(frames: &[([u8; 4], [u8; 4])], scored: ScoredFrames) -> Vec<(u8, usize, f64)> {
        let mut sequence = VosBenchmarkSequence::new(SIZE, frames.len(), scored);
        for (truth, prediction) in frames {
            let map = |labels| LabelMap::new(SIZE, labels).unwrap();
            sequence.push(&map(truth), &map(prediction)).unwrap();
        }
        let means = sequence.finish().unwrap();
        means
            .iter()
            .map(|mean| (mean.label, mean.scores.count, mean.scores.region))
            .collect()
    }

    #[test]
    fn objects_count_from_their_first_appearance() {
        let empty = [0; 4];
        let frames = [
            (empty, empty),
            ([255, 0, 0, 0], [255, 255, 0, 0]),
            (empty, empty),
            ([0, 9, 0, 0], [0, 0, 0, 7]),
        ];
        let expected = [(9, 1, 0.0), (255, 3, 2.5 / 3.0)];
        assert_eq!(means(&frames, ScoredFrames::All), expected);
        // The prediction alone may start an object.
        let early = [(empty, [0, 9, 0, 0]), frames[3]];
        assert_eq!(means(&early, ScoredFrames::All), [(9, 2, 0.0)]);
        assert_eq!(means(&frames, ScoredFrames::Inner), [(255, 2, 0.75)]);
    }

    #[test]
    fn frames_that_do_not_fit_are_named() {
        let mut sequence = VosBenchmarkSequence::new(SIZE, 1, ScoredFrames::All);
        let (fits, wrong) = ([0; 4], [0; 3]);
        let fits = LabelMap::new(SIZE, &fits).unwrap();
        let found = FrameSize::new(3, 1);
        let wrong = LabelMap::new(found, &wrong).unwrap();
        let (frame, role, expected) = (0, "prediction", SIZE);
        assert_eq!(
            sequence.push(&fits, &wrong),
            Err(MetricsError::FrameSize {
                frame,
                role,
                expected,
                found
            })
        );
        assert!(sequence.finish().is_err());
        sequence.push(&fits, &fits).unwrap();
        assert!(sequence.finish().unwrap().is_empty());
        assert!(sequence.push(&fits, &fits).is_err());
    }
}
