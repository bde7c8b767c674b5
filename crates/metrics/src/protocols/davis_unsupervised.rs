//! DAVIS-2017, unsupervised: up to twenty proposals without order, assigned to the objects as well as can be.
//!
//! All frames count, the first and the last too, and void pixels for nothing. Source: Caelles et al., *The 2019 DAVIS
//! Challenge*, and the `_evaluate_unsupervised` of its evaluation code. That code gives objects in the order of their
//! proposals but numbers them as if in their own, so its rows may be exchanged; means over objects are the same.
//! TrackEval's `j_and_f.py` and `davis.py` count otherwise: [`ProposalRules`].

use std::collections::BTreeSet;

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

/// Whose code is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalRules {
    /// The evaluation code of DAVIS: assigned by mean J&F, at most twenty proposals, objects of the first frame.
    Davis(DecayPositions),
    /// TrackEval: assigned by mean J alone, any number of proposals, objects of all frames. A frame counts for the recall
    /// where it is above one half by more than the distance from 1 to the next number, and decay is as with
    /// [`DecayPositions::WrappedEightBit`].
    TrackEval,
}

impl ProposalRules {
    fn series(self, frames: usize) -> SeriesFold {
        match self {
            Self::Davis(decay) => SeriesFold::new(frames, decay),
            Self::TrackEval => SeriesFold::new(frames, DecayPositions::WrappedEightBit)
                .recalled_above(0.5 + f64::EPSILON),
        }
    }

    /// What the assignment makes as large as it can.
    fn worth(self, report: &ObjectReport) -> f64 {
        match self {
            Self::Davis(_) => f64::midpoint(report.region.mean, report.boundary.mean),
            Self::TrackEval => report.region.mean,
        }
    }
}

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
    rules: ProposalRules,
    /// For each object: against the empty mask, then against each proposal up to the largest that was seen. By the rules
    /// of TrackEval one more follows, for an object that no frame has shown yet.
    pairs: Vec<Vec<PairFold>>,
    /// Numbers of objects and of proposals that a frame has shown.
    shown: [BTreeSet<usize>; 2],
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
    /// A sequence of `frames` frames. Its objects are numbered without gaps. By the rules of DAVIS they are those of the
    /// ground truth of the first frame, by those of TrackEval that of the other frames may add some.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there is no frame, [`MetricsError::NoObjects`] where the first frame
    /// shows none.
    pub fn new(
        first_truth: &LabelMap<'_>,
        frames: usize,
        rules: ProposalRules,
    ) -> Result<Self, MetricsError> {
        if frames == 0 {
            return Err(MetricsError::NothingToScore { frames });
        }
        let objects = first_truth.object_count();
        if objects == 0 {
            return Err(MetricsError::NoObjects);
        }
        let series = rules.series(frames);
        let pair = PairFold {
            region: series.clone(),
            boundary: series,
        };
        let size = first_truth.size();
        let mut shown = [BTreeSet::new(), BTreeSet::new()];
        note(&mut shown[0], &first_truth.objects(objects));
        Ok(Self {
            matcher: BoundaryMatcher::new(size),
            size,
            frame: 0,
            rules,
            pairs: vec![vec![pair]; objects + usize::from(rules == ProposalRules::TrackEval)],
            shown,
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
        let is_limited = self.rules != ProposalRules::TrackEval;
        if is_limited && usize::from(label) > DAVIS_PROPOSALS {
            return Err(MetricsError::UnknownObject {
                frame,
                label,
                objects: DAVIS_PROPOSALS,
            });
        }
        self.frame += 1;
        self.make_room(truth.object_count(), usize::from(label));
        let void = truth.object(VOID_LABEL);
        let prepare = |mask: &Mask| PreparedMask::new(mask, &self.matcher);
        let proposals = prediction.objects(usize::from(label));
        let objects = truth.objects(self.pairs.len());
        note(&mut self.shown[0], &objects);
        note(&mut self.shown[1], &proposals);
        let proposals: Vec<PreparedMask> = proposals
            .iter()
            .map(|proposal| prepare(&(proposal - &void)))
            .collect();
        let nothing = prepare(&Mask::new(expected));
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

    /// Makes room for objects and proposals that no frame before has shown, which were empty until now.
    fn make_room(&mut self, objects: usize, proposals: usize) {
        if self.rules == ProposalRules::TrackEval
            && self.pairs.len() <= objects
            && let Some(unseen) = self.pairs.last().cloned()
        {
            self.pairs.resize(objects + 1, unseen);
        }
        for pairs in &mut self.pairs {
            if pairs.len() <= proposals
                && let Some(empty) = pairs.first().cloned()
            {
                pairs.resize(proposals + 1, empty);
            }
        }
    }

    /// Assigns proposals to objects so that the sum of their mean J&F (TrackEval: J) is the largest, and gives the objects in the
    /// order of their numbers. Proposals beyond the objects are ignored, not punished; where there are fewer, empty
    /// ones are added. By the rules of TrackEval a number that no frame shows is neither an object nor a proposal.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing or too many.
    pub fn finish(&self) -> Result<Vec<AssignedObject>, MetricsError> {
        let skips_gaps = self.rules == ProposalRules::TrackEval;
        let numbers = |shown: &BTreeSet<usize>, all: usize| -> Vec<usize> {
            let counts = |number: &usize| !skips_gaps || shown.contains(number);
            (1..=all).filter(counts).collect()
        };
        let objects = numbers(&self.shown[0], self.pairs.len());
        let folds = self.pairs.first().map_or(0, |pairs| pairs.len() - 1);
        let proposals = numbers(&self.shown[1], folds);
        let reports = objects
            .iter()
            .filter_map(|object| self.pairs.get(object - 1))
            .map(|pairs| pairs.iter().map(PairFold::finish).collect())
            .collect::<Result<Vec<Vec<ObjectReport>>, MetricsError>>()?;
        let report = |row: usize, object: usize| {
            let pairs: Option<&Vec<ObjectReport>> = reports.get(object);
            pairs.and_then(|pairs| pairs.get(proposals.get(row).copied().unwrap_or(0)))
        };
        let score =
            |row, object| report(row, object).map_or(0.0, |report| self.rules.worth(report));
        let rows = proposals.len().max(objects.len());
        let mut assigned: Vec<AssignedObject> = best_assignment(rows, objects.len(), score)
            .into_iter()
            .filter_map(|(row, object)| {
                Some(AssignedObject {
                    object: *objects.get(object)?,
                    proposal: proposals.get(row).copied(),
                    report: *report(row, object)?,
                })
            })
            .collect();
        assigned.sort_by_key(|assigned| assigned.object);
        Ok(assigned)
    }
}

/// Notes the numbers of masks that are not empty.
fn note(shown: &mut BTreeSet<usize>, masks: &[Mask]) {
    let seen = (1..).zip(masks).filter(|(_, mask)| !mask.is_empty());
    shown.extend(seen.map(|(number, _)| number));
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn map(labels: &[u8]) -> LabelMap<'_> {
        LabelMap::new(FrameSize::new(4, 1), labels).unwrap()
    }

    const DAVIS: ProposalRules = ProposalRules::Davis(DecayPositions::Exact);

    fn assigned(truth: &[u8], prediction: &[u8]) -> Vec<(Option<usize>, f64)> {
        let mut sequence = DavisUnsupervisedSequence::new(&map(truth), 2, DAVIS).unwrap();
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
        let mut sequence = DavisUnsupervisedSequence::new(&truth, 1, DAVIS).unwrap();
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

    /// The objects of a sequence of single rows: their proposals, mean J, and recall of J.
    fn judged(
        rules: ProposalRules,
        frames: &[([u8; 10], [u8; 10])],
    ) -> Vec<(Option<usize>, f64, f64)> {
        let size = FrameSize::new(10, 1);
        let map = |labels| LabelMap::new(size, labels).unwrap();
        let first = map(&frames[0].0);
        let mut sequence = DavisUnsupervisedSequence::new(&first, frames.len(), rules).unwrap();
        for (truth, prediction) in frames {
            sequence.push(&map(truth), &map(prediction)).unwrap();
        }
        let objects = sequence.finish().unwrap().into_iter();
        objects
            .map(|object| {
                let region = object.report.region;
                (object.proposal, region.mean, region.recall)
            })
            .collect()
    }

    #[test]
    fn trackeval_assigns_by_region_alone() {
        // The first proposal has the larger J of 4/8, the second a J of 3/8 and more of the edges right.
        let truth = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
        let frames = [(truth, [1, 1, 1, 1, 0, 2, 2, 2, 0, 0])];
        let [davis, trackeval] =
            [DAVIS, ProposalRules::TrackEval].map(|rules| judged(rules, &frames));
        assert_eq!(davis, [(Some(2), 0.375, 0.0)]);
        assert_eq!(trackeval, [(Some(1), 0.5, 0.0)]);
    }

    #[test]
    fn trackeval_knows_objects_and_proposals_of_later_frames() {
        let frames = [
            (
                [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
            (
                [1, 1, 0, 2, 2, 2, 2, 0, 0, 255],
                [1, 1, 0, 30, 30, 30, 0, 0, 0, 30],
            ),
        ];
        // Both are empty in the first frame, and 3 of 4 pixels are found in the second, where one more is void.
        let found = judged(ProposalRules::TrackEval, &frames);
        assert_eq!(found, [(Some(1), 1.0, 1.0), (Some(30), 0.875, 1.0)]);
    }

    #[test]
    fn trackeval_takes_a_number_that_no_frame_shows_for_no_proposal() {
        let row = |[a, b, c]: [u8; 3]| [a, b, c, 0, 0, 0, 0, 0, 0, 0];
        let first = (row([1, 0, 1]), row([3, 1, 1]));
        let frames = [first, (row([255, 2, 1]), row([3, 0, 1]))];
        let found = judged(ProposalRules::TrackEval, &frames);
        let proposals: Vec<_> = found.iter().map(|object| object.0).collect();
        assert_eq!(proposals, [Some(1), Some(3)]);
        let mean = f64::midpoint(found[0].1, found[1].1);
        assert!((mean - 1.0 / 3.0).abs() < 1e-12, "{mean}");
    }

    #[test]
    fn trackeval_recalls_what_is_clearly_above_a_half() {
        let recall = |rules: ProposalRules| {
            let mut series = rules.series(2);
            series.push(0.5 + f64::EPSILON);
            series.push(0.5 + 2.0 * f64::EPSILON);
            series.finish().unwrap().recall
        };
        assert_eq!(
            (recall(DAVIS), recall(ProposalRules::TrackEval)),
            (1.0, 0.5)
        );
    }
}
