//! DAVIS-2017, semi-supervised: several objects per sequence, the first and the last frame left out.
//!
//! In: label maps. Void pixels of the ground truth count as background here (only the unsupervised protocol leaves them
//! out of the scores).

use crate::error::MetricsError;
use crate::frame_scorer::FrameScore;
use crate::protocols::label_map::LabelMap;
use crate::report::ObjectReport;
use crate::sequence::{ScoredFrames, SequenceFold, SequenceSettings};
use crate::series::DecayPositions;

/// Scores one sequence of DAVIS-2017.
#[derive(Debug, Clone)]
pub struct Davis2017Sequence {
    fold: SequenceFold,
}

impl Davis2017Sequence {
    /// A sequence of `frames` frames, counting those that are not scored. Its objects are those of the ground truth of
    /// the first frame, numbered without gaps; objects that appear later are not scored.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there are fewer than three frames, [`MetricsError::NoObjects`] where the
    /// first frame shows none.
    pub fn new(
        first_truth: &LabelMap<'_>,
        frames: usize,
        decay: DecayPositions,
    ) -> Result<Self, MetricsError> {
        let settings = SequenceSettings {
            size: first_truth.size(),
            frames,
            objects: first_truth.object_count(),
            scored: ScoredFrames::Inner,
            decay,
        };
        Ok(Self {
            fold: SequenceFold::new(settings)?,
        })
    }

    /// Adds a frame (the first one too) and gives its scores, one per object; none for the first and the last frame.
    /// An object that the prediction lacks has an empty mask.
    ///
    /// # Errors
    /// [`MetricsError::UnknownObject`] where the prediction has more objects than the ground truth; otherwise as
    /// [`SequenceFold::push`].
    pub fn push(
        &mut self,
        truth: &LabelMap<'_>,
        prediction: &LabelMap<'_>,
    ) -> Result<&[FrameScore], MetricsError> {
        if !self.fold.is_next_scored() {
            return self.fold.push(&[], &[]);
        }
        let objects = self.fold.settings().objects;
        let label = prediction.largest_label();
        if usize::from(label) > objects {
            let frame = self.fold.next_frame();
            return Err(MetricsError::UnknownObject {
                frame,
                label,
                objects,
            });
        }
        self.fold
            .push(&truth.objects(objects), &prediction.objects(objects))
    }

    /// The statistics of each object.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing.
    pub fn finish(&self) -> Result<Vec<ObjectReport>, MetricsError> {
        self.fold.finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    fn map(labels: &[u8]) -> LabelMap<'_> {
        LabelMap::new(FrameSize::new(4, 1), labels).unwrap()
    }

    #[test]
    fn objects_come_from_the_first_frame_and_void_is_background() {
        let first = map(&[1, 2, 0, 255]);
        let mut sequence = Davis2017Sequence::new(&first, 3, DecayPositions::Exact).unwrap();
        assert!(
            sequence
                .push(&first, &map(&[9, 9, 9, 9]))
                .unwrap()
                .is_empty()
        );
        let scores = sequence
            .push(&map(&[1, 2, 2, 255]), &map(&[1, 1, 0, 0]))
            .unwrap();
        assert_eq!((scores[0].region, scores[1].region), (0.5, 0.0));
        sequence.push(&first, &first).unwrap();
        assert_eq!(sequence.finish().unwrap().len(), 2);
    }

    #[test]
    fn an_invented_object_is_refused() {
        let first = map(&[1, 1, 0, 0]);
        let mut sequence = Davis2017Sequence::new(&first, 3, DecayPositions::Exact).unwrap();
        sequence.push(&first, &first).unwrap();
        let error = sequence.push(&first, &map(&[0, 0, 2, 0])).unwrap_err();
        assert_eq!(
            error,
            MetricsError::UnknownObject {
                frame: 1,
                label: 2,
                objects: 1
            }
        );
    }

    #[test]
    fn a_first_frame_without_objects_is_refused() {
        let nobody = Davis2017Sequence::new(&map(&[0, 0, 255, 0]), 9, DecayPositions::Exact);
        assert_eq!(nobody.unwrap_err(), MetricsError::NoObjects);
    }
}
