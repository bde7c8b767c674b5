//! NExT-GQA: whether an answer is right, and whether it rests on the right moment.
//!
//! Source: Xiao et al., CVPR 2024, and its `eval_ground.py`.

use tubelet_geometry::Span;

use crate::accuracy::Accuracy;
use crate::error::MetricsError;
use crate::mean::Mean;
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};

/// The overlaps at which shares are given.
const OVERLAPS: [f64; 2] = [0.3, 0.5];
/// A right answer counts as grounded from this share of the predicted moment on.
const GROUNDED: f64 = 0.5;

/// How a predicted moment agrees with the true ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grounding {
    /// IoU: the best overlap with a true moment.
    pub iou: f64,
    /// IoP: the largest share of the predicted moment that one true moment covers.
    pub iop: f64,
}

impl Grounding {
    /// Compares a predicted moment with the true ones. One without length has no overlap, and an IoP of 1 where it
    /// lies in a true moment.
    pub fn of(truth: &[Span], prediction: Span) -> Self {
        let mut best = Self { iou: 0.0, iop: 0.0 };
        for &span in truth {
            let (iou, iop) = agreement(span, prediction);
            best.iou = best.iou.max(iou);
            best.iop = best.iop.max(iop);
        }
        best
    }
}

fn agreement(truth: Span, prediction: Span) -> (f64, f64) {
    if prediction.start == prediction.end {
        let is_inside = truth.start <= prediction.start && prediction.start <= truth.end;
        return (0.0, if is_inside { 1.0 } else { 0.0 });
    }
    let shared = truth.end.min(prediction.end) - truth.start.max(prediction.start);
    let share_of = |length: f64| {
        let share = shared / length;
        if length > 0.0 && share.is_finite() {
            share
        } else {
            0.0
        }
    };
    let hull = truth.end.max(prediction.end) - truth.start.min(prediction.start);
    (share_of(hull), share_of(prediction.end - prediction.start))
}

/// A moment given as shares of a video's length, in seconds with one decimal, as the evaluator turns them.
pub fn next_gqa_moment(shares: Span, video_seconds: f64) -> Span {
    let seconds = |share: f64| (share * video_seconds * 10.0).round_ties_even() / 10.0;
    Span::new(seconds(shares.start), seconds(shares.end))
}

/// The figures of NExT-GQA, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NextGqaReport {
    /// Questions with a true moment and a prediction.
    pub questions: usize,
    /// `mIoU`.
    pub mean_iou: f64,
    /// `mIoP`.
    pub mean_iop: f64,
    /// `TIoU@0.3` and `@0.5`.
    pub iou: Vec<ThresholdShare>,
    /// `TIoP@0.3` and `@0.5`.
    pub iop: Vec<ThresholdShare>,
    /// `Acc@GQA`: right answers with an IoP of at least one half.
    pub grounded_accuracy: f64,
    /// `Acc@QA`: right answers.
    pub accuracy: f64,
}

/// Collects the questions of NExT-GQA that have true moments. Questions without a prediction are left out.
#[derive(Debug, Clone)]
pub struct NextGqaFold {
    mean_iou: Mean,
    mean_iop: Mean,
    iou: ThresholdFold,
    iop: ThresholdFold,
    answers: Accuracy,
    grounded: usize,
}

impl Default for NextGqaFold {
    fn default() -> Self {
        let shares = ThresholdFold::new(Comparison::AtLeast, &OVERLAPS);
        Self {
            mean_iou: Mean::default(),
            mean_iop: Mean::default(),
            iou: shares.clone(),
            iop: shares,
            answers: Accuracy::default(),
            grounded: 0,
        }
    }
}

impl NextGqaFold {
    /// Adds a question.
    pub fn push(&mut self, grounding: Grounding, is_right: bool) {
        self.mean_iou.push(grounding.iou);
        self.mean_iop.push(grounding.iop);
        self.iou.push(grounding.iou);
        self.iop.push(grounding.iop);
        self.answers.push(is_right);
        self.grounded += usize::from(is_right && grounding.iop >= GROUNDED);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.mean_iou.merge(other.mean_iou);
        self.mean_iop.merge(other.mean_iop);
        self.iou.merge(&other.iou);
        self.iop.merge(&other.iop);
        self.answers = self.answers.plus(other.answers);
        self.grounded += other.grounded;
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no question.
    pub fn finish(&self) -> Result<NextGqaReport, MetricsError> {
        let accuracy = self.answers.share().ok_or(MetricsError::NoSamples)?;
        Ok(NextGqaReport {
            questions: self.answers.all,
            mean_iou: self.mean_iou.value(),
            mean_iop: self.mean_iop.value(),
            iou: self.iou.shares(),
            iop: self.iop.shares(),
            grounded_accuracy: self.grounded as f64 / self.answers.all as f64,
            accuracy,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn the_best_true_moment_counts_for_each_measure() {
        let truth = [Span::new(0.0, 10.0), Span::new(20.0, 24.0)];
        let found = Grounding::of(&truth, Span::new(5.0, 10.0));
        assert_eq!((found.iou, found.iop), (0.5, 1.0));
        let found = Grounding::of(&truth, Span::new(21.0, 29.0));
        assert_eq!((found.iou, found.iop), (3.0 / 9.0, 3.0 / 8.0));
        let found = Grounding::of(&truth, Span::new(12.0, 15.0));
        assert_eq!((found.iou, found.iop), (0.0, 0.0));
    }

    #[test]
    fn degenerate_moments_have_no_overlap() {
        let truth = [Span::new(0.0, 10.0)];
        let point = Grounding::of(&truth, Span::new(10.0, 10.0));
        assert_eq!((point.iou, point.iop), (0.0, 1.0));
        for prediction in [(11.0, 11.0), (8.0, 2.0), (f64::NAN, 3.0)] {
            let found = Grounding::of(&truth, Span::new(prediction.0, prediction.1));
            assert_eq!(found.iop, 0.0, "{prediction:?}");
            assert!((0.0..=1.0).contains(&found.iou));
        }
        assert_eq!(Grounding::of(&[], Span::new(0.0, 1.0)).iop, 0.0);
        let shares = Span::new(0.12, 0.5);
        assert_eq!(next_gqa_moment(shares, 34.0), Span::new(4.1, 17.0));
    }

    #[test]
    fn an_answer_is_grounded_by_half_of_its_moment() {
        let grounding = |iop| Grounding { iou: 0.3, iop };
        let (mut fold, mut rest) = (NextGqaFold::default(), NextGqaFold::default());
        assert!(fold.finish().is_err());
        fold.push(grounding(0.5), true);
        fold.push(grounding(0.5), false);
        rest.push(grounding(0.49), true);
        rest.push(grounding(0.1), true);
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert_eq!((report.grounded_accuracy, report.accuracy), (0.25, 0.75));
        assert_eq!((report.iou[0].share, report.iou[1].share), (1.0, 0.0));
        assert_eq!((report.iop[0].share, report.iop[1].share), (0.75, 0.5));
    }
}
