//! DAVIS-2017, unsupervised: up to twenty proposals without order, assigned to the objects as well as can be.
//!
//! All frames count, the first and the last too, and void pixels for nothing. Source: Caelles et al., *The 2019 DAVIS
//! Challenge*, and the `_evaluate_unsupervised` of its evaluation code. That code gives objects in the order of their
//! proposals but numbers them as if in their own, so its rows may be exchanged; means over objects are the same.

use tubelet_geometry::{FrameSize, Mask};

use crate::assignment::best_assignment;
use crate::boundary_accuracy::BoundaryMatcher;
use crate::error::MetricsError;
use crate::frame_scorer::FrameScore;
use crate::prepared_mask::PreparedMask;
use crate::protocols::label_map::{LabelMap, VOID_LABEL};
use crate::report::ObjectReport;
use crate::series::{DecayPositions, SeriesFold};

/// The most proposals a sequence may have.
pub const DAVIS_PROPOSALS: usize = 20;

/// An object and the proposal that was assigned to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssignedObject {
    /// The object's number in the ground truth, from 1.
    pub object: usize,
    /// The proposal's number in the prediction, from 1; `None` where there were too few.
    pub proposal: Option<usize>,
    /// The scores.
    pub report: ObjectReport,
}

/// Scores one sequence of DAVIS-2017, unsupervised.
#[derive(Debug, Clone)]
pub struct DavisUnsupervisedSequence {
    matcher: BoundaryMatcher,
    size: FrameSize,
    frame: usize,
    objects: usize,
    /// The largest proposal that was seen.
    proposals: usize,
    /// For each object: against the empty mask, then against each proposal.
    pairs: Vec<[PairFold; DAVIS_PROPOSALS + 1]>,
}

/// The scores of one proposal as one object.
#[derive(Debug, Clone)]
struct PairFold {
    region: SeriesFold,
    boundary: SeriesFold,
}

impl PairFold {
    fn push(&mut self, score: FrameScore) {
        self.region.push(score.region);
        self.boundary.push(score.boundary);
    }

    fn finish(&self) -> Result<ObjectReport, MetricsError> {
        Ok(ObjectReport {
            region: self.region.finish()?,
            boundary: self.boundary.finish()?,
        })
    }
}

impl DavisUnsupervisedSequence {
    /// A sequence of `frames` frames. Its objects are those of the ground truth of the first frame, numbered without
    /// gaps.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there is no frame, [`MetricsError::NoObjects`] where the first frame
    /// shows none.
    pub fn new(
        first_truth: &LabelMap<'_>,
        frames: usize,
        decay: DecayPositions,
    ) -> Result<Self, MetricsError> {
        if frames == 0 {
            return Err(MetricsError::NothingToScore { frames });
        }
        let objects = first_truth.object_count();
        if objects == 0 {
            return Err(MetricsError::NoObjects);
        }
        let series = SeriesFold::new(frames, decay);
        let pair = PairFold {
            region: series.clone(),
            boundary: series,
        };
        let size = first_truth.size();
        Ok(Self {
            matcher: BoundaryMatcher::new(size),
            size,
            frame: 0,
            objects,
            proposals: 0,
            pairs: vec![std::array::from_fn(|_| pair.clone()); objects],
        })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// [`MetricsError::UnknownObject`] where the prediction has more than twenty proposals (a void pixel counts as
    /// number 255), [`MetricsError::FrameSize`] where a map has another size than the first.
    pub fn push(
        &mut self,
        truth: &LabelMap<'_>,
        prediction: &LabelMap<'_>,
    ) -> Result<(), MetricsError> {
        let (frame, expected) = (self.frame, self.size);
        for (map, role) in [(truth, "ground truth"), (prediction, "prediction")] {
            let found = map.size();
            if found != expected {
                return Err(MetricsError::FrameSize {
                    frame,
                    role,
                    expected,
                    found,
                });
            }
        }
        // Proposals beyond the largest number in the frame are empty here.
        let label = prediction.largest_label();
        if usize::from(label) > DAVIS_PROPOSALS {
            return Err(MetricsError::UnknownObject {
                frame,
                label,
                objects: DAVIS_PROPOSALS,
            });
        }
        self.frame += 1;
        self.proposals = self.proposals.max(usize::from(label));
        let void = truth.object(VOID_LABEL);
        let prepare = |mask: &Mask| PreparedMask::new(mask, &self.matcher);
        let proposals: Vec<PreparedMask> = prediction
            .objects(usize::from(label))
            .iter()
            .map(|proposal| prepare(&(proposal - &void)))
            .collect();
        let nothing = prepare(&Mask::new(expected));
        let objects = truth.objects(self.objects);
        for (object, pairs) in objects.iter().zip(&mut self.pairs) {
            let object = prepare(object);
            let missed = PreparedMask::score(&object, &nothing);
            let scores = proposals
                .iter()
                .map(|proposal| PreparedMask::score(&object, proposal));
            let scores = std::iter::once(missed)
                .chain(scores)
                .chain(std::iter::repeat(missed));
            for (pair, score) in pairs.iter_mut().zip(scores) {
                pair.push(score);
            }
        }
        Ok(())
    }

    /// Assigns proposals to objects so that the sum of their mean J&F is the largest, and gives the objects in the
    /// order of their numbers. Proposals beyond the objects are ignored, not punished; where there are fewer, empty
    /// ones are added.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing or too many.
    pub fn finish(&self) -> Result<Vec<AssignedObject>, MetricsError> {
        let reports = self
            .pairs
            .iter()
            .map(|pairs| pairs.iter().map(PairFold::finish).collect())
            .collect::<Result<Vec<Vec<ObjectReport>>, MetricsError>>()?;
        let rows = self.proposals.max(self.objects);
        let proposal = |row: usize| (row < self.proposals).then_some(row + 1);
        let report = |row: usize, object: usize| {
            let pairs: Option<&Vec<ObjectReport>> = reports.get(object);
            pairs.and_then(|pairs| pairs.get(proposal(row).unwrap_or(0)))
        };
        let score = |row, object| {
            report(row, object).map_or(0.0, |report| {
                f64::midpoint(report.region.mean, report.boundary.mean)
            })
        };
        let mut assigned: Vec<AssignedObject> = best_assignment(rows, self.objects, score)
            .into_iter()
            .filter_map(|(row, object)| {
                Some(AssignedObject {
                    object: object + 1,
                    proposal: proposal(row),
                    report: *report(row, object)?,
                })
            })
            .collect();
        assigned.sort_by_key(|assigned| assigned.object);
        Ok(assigned)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn map(labels: &[u8]) -> LabelMap<'_> {
        LabelMap::new(FrameSize::new(4, 1), labels).unwrap()
    }

    fn assigned(truth: &[u8], prediction: &[u8]) -> Vec<(Option<usize>, f64)> {
        let mut sequence =
            DavisUnsupervisedSequence::new(&map(truth), 2, DecayPositions::Exact).unwrap();
        for _ in 0..2 {
            sequence.push(&map(truth), &map(prediction)).unwrap();
        }
        let objects = sequence.finish().unwrap();
        assert!(
            objects
                .iter()
                .map(|object| object.object)
                .eq(1..=objects.len())
        );
        objects
            .iter()
            .map(|object| (object.proposal, object.report.region.mean))
            .collect()
    }

    #[test]
    fn the_order_of_proposals_does_not_matter() {
        let one_way = assigned(&[1, 1, 2, 0], &[3, 3, 1, 2]);
        assert_eq!(one_way, [(Some(3), 1.0), (Some(1), 1.0)]);
        let other_way = assigned(&[1, 1, 2, 0], &[1, 1, 2, 3]);
        assert_eq!(other_way, [(Some(1), 1.0), (Some(2), 1.0)]);
    }

    #[test]
    fn objects_without_proposal_score_as_empty_ones() {
        let found = assigned(&[1, 1, 2, 0], &[0, 0, 1, 0]);
        assert_eq!(found, [(None, 0.0), (Some(1), 1.0)]);
    }

    #[test]
    fn void_pixels_count_for_nothing() {
        assert_eq!(assigned(&[1, 1, 255, 255], &[1, 1, 1, 2]), [(Some(1), 1.0)]);
    }

    #[test]
    fn too_many_proposals_and_frames_are_refused() {
        let truth = map(&[1, 1, 0, 0]);
        let mut sequence =
            DavisUnsupervisedSequence::new(&truth, 1, DecayPositions::Exact).unwrap();
        let error = sequence.push(&truth, &map(&[0, 0, 0, 21])).unwrap_err();
        assert!(matches!(
            error,
            MetricsError::UnknownObject { label: 21, .. }
        ));
        assert!(sequence.finish().is_err());
        sequence.push(&truth, &truth).unwrap();
        sequence.push(&truth, &truth).unwrap();
        assert!(sequence.finish().is_err());
    }
}
