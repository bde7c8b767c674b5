//! HOTA: higher order tracking accuracy.
//!
//! In: per frame the true and the predicted tracks that are there and how similar they are. Out: how well tracks are
//! detected, and how well their frames hang together, at nineteen least similarities. Source: Luiten et al., IJCV 2021,
//! and TrackEval's `hota.py`.

use crate::alignment::{Alignment, AssociationSums, FrameTracks, PairCounts};
use crate::error::MetricsError;

/// Number of least similarities.
const STEPS: usize = 19;

/// The least similarities 0.05, 0.10, ..., 0.95.
fn least_similarities() -> [f64; STEPS] {
    std::array::from_fn(|step| 0.05 + step as f64 * 0.05)
}

/// How similarities are compared with the least ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// In f64.
    #[default]
    Double,
    /// Both rounded to f32, as TrackEval does for boxes, and only for boxes, where it runs on NumPy 1. A similarity that is
    /// a simple fraction may reach its own value in one arithmetic and miss it in the other. Only for comparison with
    /// published figures.
    Single,
}

impl Arithmetic {
    fn reaches(self, similarity: f64, least: f64) -> bool {
        let least = least - f64::EPSILON;
        match self {
            Self::Double => similarity >= least,
            Self::Single => similarity as f32 >= least as f32,
        }
    }
}

/// Collects the frames of one sequence.
#[derive(Debug, Clone)]
pub struct HotaSequence {
    truth: usize,
    predictions: usize,
    frames: Vec<FrameTracks>,
    arithmetic: Arithmetic,
}

impl HotaSequence {
    /// A sequence with a number of true and predicted tracks.
    pub fn new(truth: usize, predictions: usize) -> Self {
        Self {
            truth,
            predictions,
            frames: Vec::new(),
            arithmetic: Arithmetic::Double,
        }
    }

    /// The sequence with another arithmetic.
    pub fn with_arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { arithmetic, ..self }
    }

    /// Adds a frame: the numbers of the tracks that are in it, from 0, and how similar a true and a predicted one are,
    /// from 0 to 1 (their IoU).
    ///
    /// # Errors
    /// [`MetricsError::UnknownTrack`] where a number is not that of a track.
    pub fn push(
        &mut self,
        truth: Vec<usize>,
        predictions: Vec<usize>,
        similarity: impl Fn(usize, usize) -> f64,
    ) -> Result<(), MetricsError> {
        for (role, tracks, all) in [
            ("ground truth", &truth, self.truth),
            ("prediction", &predictions, self.predictions),
        ] {
            if let Some(&track) = tracks.iter().find(|&&track| track >= all) {
                return Err(MetricsError::UnknownTrack {
                    frame: self.frames.len(),
                    role,
                    track,
                    tracks: all,
                });
            }
        }
        self.push_frame(FrameTracks::new(truth, predictions, similarity));
        Ok(())
    }

    /// Adds a frame whose tracks are known to exist.
    pub(crate) fn push_frame(&mut self, frame: FrameTracks) {
        self.frames.push(frame);
    }

    /// The counts of the sequence.
    pub fn finish(&self) -> HotaCounts {
        let alignment = Alignment::new(&self.frames, self.truth, self.predictions);
        let mut pairs = vec![PairCounts::new(self.truth, self.predictions); STEPS];
        let mut counts = HotaCounts::default();
        for frame in &self.frames {
            let matched = alignment.pairs(frame);
            let steps = least_similarities().into_iter().zip(&mut counts.steps);
            for ((least, step), pairs) in steps.zip(&mut pairs) {
                let mut found = 0;
                for &(row, column) in &matched {
                    let similarity = frame.similarity(row, column);
                    let tracks = frame.truth.get(row).zip(frame.predictions.get(column));
                    if let Some((&truth, &prediction)) = tracks
                        && self.arithmetic.reaches(similarity, least)
                    {
                        found += 1;
                        step.similarity += similarity;
                        pairs.push(truth, prediction);
                    }
                }
                step.found += found;
                step.missed += frame.truth.len() - found;
                step.wrong += frame.predictions.len() - found;
            }
        }
        for (step, pairs) in counts.steps.iter_mut().zip(&pairs) {
            step.association = pairs.sums(&alignment);
        }
        counts
    }
}

/// Counts of one or more sequences; they add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HotaCounts {
    steps: [StepCounts; STEPS],
}

/// Counts at one least similarity.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct StepCounts {
    found: usize,
    missed: usize,
    wrong: usize,
    /// The summed similarity of pairs.
    similarity: f64,
    association: AssociationSums,
}

/// The figures of HOTA, from 0 to 1, each a mean over the least similarities.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HotaReport {
    /// HOTA: the geometric mean of DetA and AssA.
    pub hota: f64,
    /// DetA: detection accuracy.
    pub detection: f64,
    /// AssA: association accuracy.
    pub association: f64,
    /// DetRe.
    pub detection_recall: f64,
    /// DetPr.
    pub detection_precision: f64,
    /// AssRe.
    pub association_recall: f64,
    /// AssPr.
    pub association_precision: f64,
    /// LocA: the mean similarity of pairs; 1 where there is none.
    pub localization: f64,
    /// OWTA: as HOTA, with the recall of detection, for data that is not annotated in full.
    pub open_world: f64,
}

impl HotaCounts {
    /// Both counts together: those of two sequences, or of two parts of an evaluation.
    pub fn plus(self, other: Self) -> Self {
        Self {
            steps: std::array::from_fn(|step| {
                let (one, other) = (self.steps[step], other.steps[step]);
                StepCounts {
                    found: one.found + other.found,
                    missed: one.missed + other.missed,
                    wrong: one.wrong + other.wrong,
                    similarity: one.similarity + other.similarity,
                    association: one.association.plus(other.association),
                }
            }),
        }
    }

    /// The figures.
    pub fn report(&self) -> HotaReport {
        let mut sums = [0.0; 9];
        for step in &self.steps {
            for (sum, figure) in sums.iter_mut().zip(step.figures()) {
                *sum += figure / STEPS as f64;
            }
        }
        let [
            hota,
            detection,
            association,
            detection_recall,
            detection_precision,
            rest @ ..,
        ] = sums;
        let [
            association_recall,
            association_precision,
            localization,
            open_world,
        ] = rest;
        HotaReport {
            hota,
            detection,
            association,
            detection_recall,
            detection_precision,
            association_recall,
            association_precision,
            localization,
            open_world,
        }
    }
}

impl StepCounts {
    /// The figures in the order of the report.
    fn figures(&self) -> [f64; 9] {
        let found = self.found as f64;
        let share = |all: usize| found / all.max(1) as f64;
        let per_pair = |sum: f64| sum / found.max(1.0);
        let detection = share(self.found + self.missed + self.wrong);
        let recall = share(self.found + self.missed);
        let association = per_pair(self.association.accuracy);
        [
            (detection * association).sqrt(),
            detection,
            association,
            recall,
            share(self.found + self.wrong),
            per_pair(self.association.recall),
            per_pair(self.association.precision),
            self.similarity.max(1e-10) / found.max(1e-10),
            (recall * association).sqrt(),
        ]
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Frames with the tracks on either side; similarity 1 where the last digits of the numbers agree.
    fn counts(frames: &[(&[usize], &[usize])]) -> HotaCounts {
        let mut sequence = HotaSequence::new(40, 40);
        for (truth, predictions) in frames {
            let similarity =
                |one: usize, other: usize| if one % 10 == other % 10 { 1.0 } else { 0.0 };
            sequence
                .push(truth.to_vec(), predictions.to_vec(), similarity)
                .unwrap();
        }
        sequence.finish()
    }

    #[test]
    fn a_switch_halves_association_and_not_detection() {
        let perfect = counts(&[(&[1, 2], &[2, 1]), (&[1], &[1])]).report();
        assert!((perfect.hota - 1.0).abs() < 1e-12 && (perfect.open_world - 1.0).abs() < 1e-12);
        // Track 1 is followed by 1, then by 11.
        let switched = counts(&[(&[1], &[1]), (&[1], &[11])]).report();
        assert!((switched.detection - 1.0).abs() < 1e-12);
        assert!((switched.association - 0.5).abs() < 1e-12);
        assert!((switched.association_precision - 1.0).abs() < 1e-12);
        assert!((switched.hota - 0.5_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_least_similarity_may_be_reached_in_f32_alone() {
        // A little less than 0.9 in f64, and 0.9 in f32.
        let nearly = 0.9 - 1e-9;
        assert!(!Arithmetic::Double.reaches(nearly, 0.9));
        assert!(Arithmetic::Single.reaches(nearly, 0.9));
    }

    #[test]
    fn sequences_without_tracks_have_no_hota() {
        let missed = counts(&[(&[1], &[])]);
        let wrong = counts(&[(&[], &[1]), (&[], &[])]);
        let report = missed.plus(wrong).report();
        assert_eq!((report.hota, report.detection_recall), (0.0, 0.0));
        assert!((report.localization - 1.0).abs() < 1e-12);
        let mut sequence = HotaSequence::new(1, 1);
        let error = sequence.push(vec![0], vec![1], |_, _| 1.0).unwrap_err();
        assert!(matches!(error, MetricsError::UnknownTrack { track: 1, .. }));
    }

    proptest! {
        #[test]
        fn the_numbers_of_tracks_do_not_matter(
            frames in prop::collection::vec((0usize..8, 0usize..8, 0.0..1.0f64), 1..12),
            shift in 0usize..8,
        ) {
            let counts = |name: &dyn Fn(usize) -> usize| {
                let mut sequence = HotaSequence::new(8, 8);
                for &(one, other, similarity) in &frames {
                    sequence.push(vec![name(one)], vec![name(other)], |_, _| similarity).unwrap();
                }
                sequence.finish().report()
            };
            let (report, renamed) = (counts(&|track| track), counts(&|track| (track + shift) % 8));
            prop_assert!((report.hota - renamed.hota).abs() < 1e-12);
            prop_assert!((report.association - renamed.association).abs() < 1e-12);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&report.hota));
        }
    }
}
