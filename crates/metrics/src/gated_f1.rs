//! cgF1: how well what is asked for is found, gated by whether it is known to be there at all.
//!
//! In: per question (a noun phrase and an image or video) the true and the predicted objects and the overlap of every
//! pair. Predictions count or do not, by their scores; there is no ranking. Out: F1 over the questions that have an
//! answer, times the correlation of *said to be there* with *is there*. Source: Carion et al., *SAM 3*, and its
//! `cgf1_eval.py`, whose small constants that avoid divisions by zero are part of the figures.

use crate::assignment::best_assignment;
use crate::detection::{OVERLAPS, coco_overlaps};
use crate::error::MetricsError;

/// Added to denominators of counts of objects.
const SMALL: f64 = 1e-4;
/// Added to denominators of counts of questions.
const SMALLER: f64 = 1e-6;

/// What was found for one question at overlaps of 0.50, 0.55, ..., 0.95.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionCounts {
    /// True objects.
    pub truth: usize,
    /// Predicted objects that count.
    pub predictions: usize,
    /// Pairs that overlap enough.
    pub found: [usize; OVERLAPS],
}

impl QuestionCounts {
    /// Pairs true and predicted objects so that their overlaps have the largest sum. `overlap` takes a prediction and a
    /// true object.
    pub fn new(truth: usize, predictions: usize, overlap: impl Fn(usize, usize) -> f64) -> Self {
        let overlaps: Vec<f64> = best_assignment(predictions, truth, &overlap)
            .into_iter()
            .map(|(prediction, truth)| overlap(prediction, truth))
            .collect();
        let found = coco_overlaps().map(|least| {
            let enough = overlaps.iter().filter(|&&overlap| overlap >= least);
            enough.count()
        });
        Self {
            truth,
            predictions,
            found,
        }
    }

    /// F1 at each overlap, without small constants: 1 where there is neither a true nor a predicted object.
    pub fn f1(&self) -> [f64; OVERLAPS] {
        let all = self.truth + self.predictions;
        self.found.map(|found| {
            if all == 0 {
                1.0
            } else {
                2.0 * found as f64 / all as f64
            }
        })
    }

    /// F1 at each overlap as it is averaged.
    fn local_f1(&self) -> [f64; OVERLAPS] {
        self.found.map(|found| {
            let share = |all: usize| found as f64 / (all as f64 + SMALL);
            harmonic(share(self.predictions), share(self.truth), SMALL)
        })
    }
}

/// Figures at one overlap, or means over all; from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GatedF1 {
    /// Right predictions per prediction, over all questions.
    pub precision: f64,
    /// Found objects per true object.
    pub recall: f64,
    /// F1 of the two.
    pub f1: f64,
    /// pmF1 over objects: F1 without the predictions for questions that have no answer.
    pub positive_micro_f1: f64,
    /// pmF1 over questions: the mean F1 of questions that have an answer and a prediction.
    pub positive_macro_f1: f64,
    /// The same over questions that have an answer, with or without a prediction.
    pub positive_macro_f1_with_missed: f64,
    /// cgF1: `positive_micro_f1` times the correlation. SAM 3 reports this one.
    pub gated_micro_f1: f64,
    /// `positive_macro_f1` times the correlation, an earlier definition.
    pub gated_macro_f1: f64,
    /// `positive_macro_f1_with_missed` times the correlation.
    pub gated_macro_f1_with_missed: f64,
}

/// The figures of all questions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GatedF1Report {
    /// Questions.
    pub questions: usize,
    /// IL_MCC: Matthews' correlation of questions with a prediction and questions with an answer, from -1 to 1.
    pub correlation: f64,
    /// Means over the overlaps.
    pub mean: GatedF1,
    /// At each overlap: 0.50, 0.55, ..., 0.95.
    pub by_overlap: [GatedF1; OVERLAPS],
}

/// Collects questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct GatedF1Fold {
    objects: [ObjectCounts; OVERLAPS],
    /// Questions with prediction and answer, with prediction only, with answer only, with neither.
    both: usize,
    only_predicted: usize,
    only_true: usize,
    neither: usize,
}

/// Objects at one overlap.
#[derive(Debug, Clone, Copy, Default)]
struct ObjectCounts {
    found: usize,
    wrong: usize,
    missed: usize,
    /// Wrong predictions for questions that have an answer.
    wrong_of_positives: usize,
    /// Summed F1 of questions that have an answer.
    local_f1: f64,
}

impl GatedF1Fold {
    /// Adds a question.
    pub fn push(&mut self, question: &QuestionCounts) {
        let place = match (question.predictions > 0, question.truth > 0) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_predicted,
            (false, true) => &mut self.only_true,
            (false, false) => &mut self.neither,
        };
        *place += 1;
        let counts = question.found.into_iter().zip(question.local_f1());
        for (objects, (found, f1)) in self.objects.iter_mut().zip(counts) {
            let wrong = question.predictions - found;
            objects.found += found;
            objects.wrong += wrong;
            objects.missed += question.truth - found;
            if question.truth > 0 {
                objects.wrong_of_positives += wrong;
                objects.local_f1 += f1;
            }
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        for (objects, more) in self.objects.iter_mut().zip(&other.objects) {
            objects.found += more.found;
            objects.wrong += more.wrong;
            objects.missed += more.missed;
            objects.wrong_of_positives += more.wrong_of_positives;
            objects.local_f1 += more.local_f1;
        }
        self.both += other.both;
        self.only_predicted += other.only_predicted;
        self.only_true += other.only_true;
        self.neither += other.neither;
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no question.
    pub fn finish(&self) -> Result<GatedF1Report, MetricsError> {
        let questions = self.both + self.only_predicted + self.only_true + self.neither;
        if questions == 0 {
            return Err(MetricsError::NoSamples);
        }
        let correlation = self.correlation();
        let by_overlap = self
            .objects
            .map(|objects| self.figures(&objects, correlation));
        let mean = |figure: fn(&GatedF1) -> f64| {
            by_overlap.iter().map(figure).sum::<f64>() / OVERLAPS as f64
        };
        Ok(GatedF1Report {
            questions,
            correlation,
            mean: GatedF1 {
                precision: mean(|at| at.precision),
                recall: mean(|at| at.recall),
                f1: mean(|at| at.f1),
                positive_micro_f1: mean(|at| at.positive_micro_f1),
                positive_macro_f1: mean(|at| at.positive_macro_f1),
                positive_macro_f1_with_missed: mean(|at| at.positive_macro_f1_with_missed),
                gated_micro_f1: mean(|at| at.gated_micro_f1),
                gated_macro_f1: mean(|at| at.gated_macro_f1),
                gated_macro_f1_with_missed: mean(|at| at.gated_macro_f1_with_missed),
            },
            by_overlap,
        })
    }

    fn correlation(&self) -> f64 {
        let [both, only_predicted, only_true, neither] =
            [self.both, self.only_predicted, self.only_true, self.neither]
                .map(|count| count as f64);
        let all = (both + only_predicted)
            * (both + only_true)
            * (neither + only_predicted)
            * (neither + only_true);
        (both * neither - only_predicted * only_true) / (all.sqrt() + SMALLER)
    }

    fn figures(&self, objects: &ObjectCounts, correlation: f64) -> GatedF1 {
        let found = objects.found as f64;
        let share = |rest: usize| found / (found + rest as f64 + SMALL);
        let (precision, recall) = (share(objects.wrong), share(objects.missed));
        let positive_micro_f1 = harmonic(share(objects.wrong_of_positives), recall, SMALL);
        // Without any question to average over the mean is 0, where the official code divides by zero.
        let local = |questions: usize| objects.local_f1 / questions.max(1) as f64;
        let positive_macro_f1 = local(self.both);
        let positive_macro_f1_with_missed = local(self.both + self.only_true);
        GatedF1 {
            precision,
            recall,
            f1: harmonic(precision, recall, SMALL),
            positive_micro_f1,
            positive_macro_f1,
            positive_macro_f1_with_missed,
            gated_micro_f1: positive_micro_f1 * correlation,
            gated_macro_f1: positive_macro_f1 * correlation,
            gated_macro_f1_with_missed: positive_macro_f1_with_missed * correlation,
        }
    }
}

fn harmonic(precision: f64, recall: f64, small: f64) -> f64 {
    2.0 * precision * recall / (precision + recall + small)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn predictions_are_paired_and_not_ranked() {
        // The first prediction overlaps both objects, the second only the first.
        let overlap = |prediction, truth| match (prediction, truth) {
            (0, 0) => 0.9,
            (0, 1) => 0.7,
            (1, 0) => 0.8,
            _ => 0.0,
        };
        let question = QuestionCounts::new(2, 2, overlap);
        assert_eq!((question.found[0], question.found[4]), (2, 2));
        assert_eq!((question.found[5], question.found[7]), (1, 0));
        assert_eq!(question.f1()[5], 0.5);
        assert_eq!(QuestionCounts::new(0, 0, overlap).f1()[0], 1.0);
    }

    #[test]
    fn predictions_without_object_lower_the_correlation() {
        let perfect = QuestionCounts::new(1, 1, |_, _| 1.0);
        let invented = QuestionCounts::new(0, 1, |_, _| 0.0);
        let silent = QuestionCounts::new(0, 0, |_, _| 0.0);
        let report = |questions: &[QuestionCounts]| {
            let (mut fold, mut rest) = (GatedF1Fold::default(), GatedF1Fold::default());
            for (number, question) in questions.iter().enumerate() {
                if number % 2 == 0 {
                    &mut fold
                } else {
                    &mut rest
                }
                .push(question);
            }
            fold.merge(&rest);
            fold.finish().unwrap()
        };
        let good = report(&[perfect, silent]);
        assert!((good.correlation - 1.0).abs() < 1e-5);
        assert!((good.mean.gated_micro_f1 - 1.0).abs() < 1e-3);
        let bad = report(&[perfect, silent, invented]);
        assert!((bad.correlation - 0.5).abs() < 1e-5);
        // The invented object counts for precision, and for pmF1 only through the correlation.
        assert!((bad.mean.precision - 0.5).abs() < 1e-3);
        assert!((bad.mean.positive_micro_f1 - 1.0).abs() < 1e-3);
        let missed = QuestionCounts::new(1, 0, |_, _| 0.0);
        let missing = report(&[perfect, missed]).mean;
        assert!((missing.positive_macro_f1 - 1.0).abs() < 1e-3);
        assert!((missing.positive_macro_f1_with_missed - 0.5).abs() < 1e-3);
        assert!(GatedF1Fold::default().finish().is_err());
    }
}
