//! The fold over the frames of one sequence with several objects.
//!
//! In: for every frame one true and one predicted mask per object. Out: scores per frame, then statistics per object.

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::frame_scorer::{FrameScore, FrameScorer};
use crate::report::ObjectReport;
use crate::series::{DecayPositions, SeriesFold};

/// Which frames of a sequence count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoredFrames {
    /// All of them.
    All,
    /// All but the first, which is given in semi-supervised segmentation, and the last.
    Inner,
}

/// What is known of a sequence before its first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceSettings {
    /// Size of every frame.
    pub size: FrameSize,
    /// Number of frames, with those that are not scored.
    pub frames: usize,
    /// Number of objects.
    pub objects: usize,
    /// Which frames count.
    pub scored: ScoredFrames,
    /// How decay numbers the frames.
    pub decay: DecayPositions,
}

/// Scores the frames of one sequence as they come.
#[derive(Debug, Clone)]
pub struct SequenceFold {
    settings: SequenceSettings,
    frame: usize,
    scorer: FrameScorer,
    scores: Vec<FrameScore>,
    objects: Vec<ObjectFold>,
}

#[derive(Debug, Clone)]
struct ObjectFold {
    region: SeriesFold,
    boundary: SeriesFold,
}

impl SequenceFold {
    /// A fold before its first frame.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where no frame counts, [`MetricsError::NoObjects`] where there is no object.
    pub fn new(settings: SequenceSettings) -> Result<Self, MetricsError> {
        let frames = settings.frames;
        let scored = match settings.scored {
            ScoredFrames::All => frames,
            ScoredFrames::Inner => frames.saturating_sub(2),
        };
        if scored == 0 {
            return Err(MetricsError::NothingToScore { frames });
        }
        if settings.objects == 0 {
            return Err(MetricsError::NoObjects);
        }
        let series = SeriesFold::new(scored, settings.decay);
        let object = ObjectFold {
            region: series.clone(),
            boundary: series,
        };
        Ok(Self {
            settings,
            frame: 0,
            scorer: FrameScorer::new(settings.size),
            scores: Vec::with_capacity(settings.objects),
            objects: vec![object; settings.objects],
        })
    }

    /// Whether the frame that comes next counts.
    pub fn is_next_scored(&self) -> bool {
        match self.settings.scored {
            ScoredFrames::All => self.frame < self.settings.frames,
            ScoredFrames::Inner => self.frame > 0 && self.frame + 1 < self.settings.frames,
        }
    }

    /// Number of the frame that comes next, from 0.
    pub fn next_frame(&self) -> usize {
        self.frame
    }

    /// The settings the fold was made with.
    pub fn settings(&self) -> &SequenceSettings {
        &self.settings
    }

    /// Adds a frame and gives its scores, one per object; none for a frame that does not count, whose masks are not
    /// looked at.
    ///
    /// # Errors
    /// [`MetricsError::ObjectCount`] and [`MetricsError::FrameSize`] for masks that do not fit the sequence,
    /// [`MetricsError::FrameCount`] after the last frame.
    pub fn push(
        &mut self,
        truth: &[Mask],
        prediction: &[Mask],
    ) -> Result<&[FrameScore], MetricsError> {
        let is_scored = self.is_next_scored();
        if is_scored {
            self.check(truth, "ground truth")?;
            self.check(prediction, "prediction")?;
        }
        self.advance()?;
        self.scores.clear();
        if is_scored {
            for ((object, truth), prediction) in self.objects.iter_mut().zip(truth).zip(prediction)
            {
                let score = self.scorer.score(truth, prediction);
                object.region.push(score.region);
                object.boundary.push(score.boundary);
                self.scores.push(score);
            }
        }
        Ok(&self.scores)
    }

    /// The statistics of each object.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing.
    pub fn finish(&self) -> Result<Vec<ObjectReport>, MetricsError> {
        if self.frame != self.settings.frames {
            return Err(MetricsError::FrameCount {
                expected: self.settings.frames,
                found: self.frame,
            });
        }
        let report = |object: &ObjectFold| {
            Ok(ObjectReport {
                region: object.region.finish()?,
                boundary: object.boundary.finish()?,
            })
        };
        self.objects.iter().map(report).collect()
    }

    fn advance(&mut self) -> Result<(), MetricsError> {
        self.frame += 1;
        if self.frame > self.settings.frames {
            return Err(MetricsError::FrameCount {
                expected: self.settings.frames,
                found: self.frame,
            });
        }
        Ok(())
    }

    fn check(&self, masks: &[Mask], role: &'static str) -> Result<(), MetricsError> {
        let (frame, expected) = (self.frame, self.settings.size);
        if masks.len() != self.settings.objects {
            let (expected, found) = (self.settings.objects, masks.len());
            return Err(MetricsError::ObjectCount {
                frame,
                role,
                expected,
                found,
            });
        }
        match masks.iter().map(Mask::size).find(|&size| size != expected) {
            Some(found) => Err(MetricsError::FrameSize {
                frame,
                role,
                expected,
                found,
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const SETTINGS: SequenceSettings = SequenceSettings {
        size: FrameSize::new(20, 10),
        frames: 4,
        objects: 1,
        scored: ScoredFrames::Inner,
        decay: DecayPositions::Exact,
    };

    #[test]
    fn the_first_and_the_last_frame_do_not_count() {
        let (full, empty) = ([Mask::full(SETTINGS.size)], [Mask::new(SETTINGS.size)]);
        let mut fold = SequenceFold::new(SETTINGS).unwrap();
        assert!(fold.push(&full, &empty).unwrap().is_empty());
        assert_eq!(fold.push(&full, &full).unwrap()[0].mean(), 1.0);
        assert_eq!(fold.push(&empty, &empty).unwrap()[0].mean(), 1.0);
        assert!(fold.push(&full, &[]).unwrap().is_empty());
        assert_eq!(fold.finish().unwrap()[0].region.mean, 1.0);
        assert!(fold.push(&full, &full).is_err());
    }

    #[test]
    fn all_frames_count_where_asked() {
        let settings = SequenceSettings {
            frames: 2,
            scored: ScoredFrames::All,
            ..SETTINGS
        };
        let (full, empty) = ([Mask::full(SETTINGS.size)], [Mask::new(SETTINGS.size)]);
        let mut fold = SequenceFold::new(settings).unwrap();
        fold.push(&full, &empty).unwrap();
        fold.push(&full, &full).unwrap();
        let reports = fold.finish().unwrap();
        assert_eq!(
            (reports[0].region.mean, reports[0].boundary.mean),
            (0.5, 1.0)
        );
    }

    #[test]
    fn masks_that_do_not_fit_are_named() {
        let mut fold = SequenceFold::new(SETTINGS).unwrap();
        let fits = [Mask::new(SETTINGS.size)];
        fold.push(&fits, &fits).unwrap();
        let found = FrameSize::new(10, 20);
        let error = fold.push(&fits, &[Mask::new(found)]).unwrap_err();
        let (expected, role) = (SETTINGS.size, "prediction");
        assert_eq!(
            error,
            MetricsError::FrameSize {
                frame: 1,
                role,
                expected,
                found
            }
        );
        let error = fold.push(&[], &fits).unwrap_err();
        let role = "ground truth";
        assert_eq!(
            error,
            MetricsError::ObjectCount {
                frame: 1,
                role,
                expected: 1,
                found: 0
            }
        );
        assert_eq!(
            fold.finish(),
            Err(MetricsError::FrameCount {
                expected: 4,
                found: 1
            })
        );
    }

    #[test]
    fn sequences_without_frames_or_objects_are_refused() {
        let short = SequenceFold::new(SequenceSettings {
            frames: 2,
            ..SETTINGS
        });
        assert_eq!(
            short.unwrap_err(),
            MetricsError::NothingToScore { frames: 2 }
        );
        let nobody = SequenceFold::new(SequenceSettings {
            objects: 0,
            ..SETTINGS
        });
        assert_eq!(nobody.unwrap_err(), MetricsError::NoObjects);
    }
}
