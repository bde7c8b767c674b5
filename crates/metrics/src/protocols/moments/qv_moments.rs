//! QVHighlights, moment retrieval: recall of the first moment and mean average precision, by length of the moments.
//!
//! Source: Lei et al., NeurIPS 2021, and Moment-DETR's `standalone_eval`.

use tubelet_geometry::Span;

use crate::average_precision::average_precision;
use crate::mean::Mean;
use crate::moment_overlap::hull_iou;
use crate::ranking::by_score;
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};

/// The overlaps at which recall and precision are given.
pub(crate) const OVERLAPS: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
/// Moments that count for the average precision.
const MOST_MOMENTS: usize = 10;

/// A proposed moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredMoment {
    /// When it happens, in seconds.
    pub span: Span,
    /// How sure the model is.
    pub score: f64,
}

/// Moment retrieval over queries, from 0 to 1. Published figures are percentages with two decimals.
#[derive(Debug, Clone, PartialEq)]
pub struct QvMomentReport {
    /// Queries.
    pub queries: usize,
    /// `R1` at overlaps of 0.50, 0.55, ..., 0.95: the share of queries whose first moment overlaps a true one so much.
    pub recall: Vec<ThresholdShare>,
    /// `mAP` at these overlaps.
    pub precision: Vec<ThresholdShare>,
    /// `mAP`: the mean over the overlaps.
    pub mean_average_precision: f64,
}

/// Collects queries whose moments have lengths in a range.
#[derive(Debug, Clone)]
pub(crate) struct QvMomentFold {
    /// Lengths in seconds: above the first, up to the second. `None` takes all.
    lengths: Option<(f64, f64)>,
    recall: ThresholdFold,
    precision: [Mean; OVERLAPS.len()],
}

impl QvMomentFold {
    pub(crate) fn new(lengths: Option<(f64, f64)>) -> Self {
        Self {
            lengths,
            recall: ThresholdFold::new(Comparison::AtLeast, &OVERLAPS),
            precision: [Mean::default(); OVERLAPS.len()],
        }
    }

    /// Adds a query: its true moments, and the proposed ones in the order of the submission. A query without a moment
    /// in the range is left out, one without proposals counts as missed.
    pub(crate) fn push(&mut self, truth: &[Span], proposals: &[ScoredMoment]) {
        let truth: Vec<Span> = truth
            .iter()
            .copied()
            .filter(|span| {
                let length = span.end - span.start;
                self.lengths
                    .is_none_or(|(above, most)| above < length && length <= most)
            })
            .collect();
        if truth.is_empty() && self.lengths.is_some() {
            return;
        }
        let first = proposals.first().map_or(0.0, |proposal| {
            let overlaps = truth.iter().map(|&span| hull_iou(proposal.span, span));
            overlaps.fold(0.0, f64::max)
        });
        self.recall.push(first);
        let mut ranked: Vec<ScoredMoment> = proposals.iter().take(MOST_MOMENTS).copied().collect();
        ranked.sort_by(|first, second| by_score(second.score, first.score));
        for (mean, threshold) in self.precision.iter_mut().zip(OVERLAPS) {
            let hits = matched(&truth, &ranked, threshold);
            mean.push(average_precision(&hits, truth.len()));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.recall.merge(&other.recall);
        for (mean, more) in self.precision.iter_mut().zip(other.precision) {
            mean.merge(more);
        }
    }

    /// `None` where no query had a moment in the range.
    pub(crate) fn finish(&self) -> Option<QvMomentReport> {
        let queries = self.recall.values();
        if queries == 0 {
            return None;
        }
        let precision: Vec<ThresholdShare> = OVERLAPS
            .iter()
            .zip(&self.precision)
            .map(|(&threshold, mean)| ThresholdShare {
                threshold,
                share: mean.value(),
            })
            .collect();
        let sum: f64 = precision.iter().map(|share| share.share).sum();
        Some(QvMomentReport {
            queries,
            recall: self.recall.shares(),
            mean_average_precision: sum / precision.len() as f64,
            precision,
        })
    }
}

/// Which proposals, best first, find a true moment that no better one has found: the free one that they overlap most,
/// and of equal ones the last.
fn matched(truth: &[Span], ranked: &[ScoredMoment], threshold: f64) -> Vec<bool> {
    let mut is_taken = vec![false; truth.len()];
    ranked
        .iter()
        .map(|proposal| {
            let free = truth
                .iter()
                .enumerate()
                .filter(|&(index, _)| is_taken.get(index).is_some_and(|&is_taken| !is_taken));
            let best = free
                .map(|(index, span)| (index, span.iou(proposal.span)))
                .filter(|&(_, overlap)| overlap >= threshold)
                .max_by(|first, second| first.1.total_cmp(&second.1));
            if let Some(is_taken) = best.and_then(|(index, _)| is_taken.get_mut(index)) {
                *is_taken = true;
            }
            best.is_some()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(start: f64, end: f64, score: f64) -> ScoredMoment {
        ScoredMoment {
            span: Span::new(start, end),
            score,
        }
    }

    #[test]
    fn a_true_moment_is_found_once() {
        let truth = [Span::new(0.0, 10.0), Span::new(20.0, 30.0)];
        let ranked = [
            moment(0.0, 10.0, 0.9),
            moment(0.0, 9.0, 0.8),
            moment(20.0, 30.0, 0.7),
        ];
        assert_eq!(matched(&truth, &ranked, 0.5), [true, false, true]);
        let mut fold = QvMomentFold::new(None);
        // The order of the submission decides on the first moment, scores on the ranks.
        fold.push(&truth, &[ranked[1], ranked[2], ranked[0]]);
        let report = fold.finish();
        let report = report.as_ref();
        let recall = report.map(|report| report.recall.iter().map(|share| share.share).sum());
        // At 0.50, 0.55, ..., 0.90.
        assert_eq!(recall, Some(9.0));
        let expected = f64::midpoint(1.0, 2.0 / 3.0);
        assert!(
            report
                .is_some_and(|report| { (report.mean_average_precision - expected).abs() < 1e-12 })
        );
    }

    #[test]
    fn only_moments_of_the_length_count() {
        let truth = [Span::new(0.0, 10.0), Span::new(20.0, 50.0)];
        let mut fold = QvMomentFold::new(Some((0.0, 10.0)));
        fold.push(&truth[1..], &[moment(20.0, 50.0, 1.0)]);
        assert_eq!(fold.finish(), None);
        fold.push(&truth, &[moment(20.0, 50.0, 1.0)]);
        fold.push(&truth, &[]);
        let report = fold.finish();
        assert!(report.is_some_and(|report| report.queries == 2
            && report.mean_average_precision == 0.0
            && report.recall.iter().all(|share| share.share == 0.0)));
    }
}
