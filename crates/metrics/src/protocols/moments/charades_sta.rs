//! Charades-STA: recall of one moment per sentence among the first ranks.
//!
//! Source: Gao et al., *TALL*, ICCV 2017. The evaluators that papers use do not agree: [`CharadesRules`]. The overlap
//! is divided by the hull of the spans.

use tubelet_geometry::Span;

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::moment_overlap::{hull_iou, suppressed};
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};

/// The ranks n of `R@n`.
const RANKS: [usize; 2] = [1, 5];
/// The overlaps m of `R@n, IoU=m`.
const OVERLAPS: [f64; 4] = [0.1, 0.3, 0.5, 0.7];
/// Proposals that may count.
const MOST_PROPOSALS: usize = 5;

/// How an evaluator counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CharadesRules {
    /// Whether an overlap of exactly m counts.
    pub comparison: Comparison,
    /// Proposals that overlap a better one by more than this are dropped first.
    pub suppression: Option<f64>,
}

impl CharadesRules {
    /// LGI's evaluator, and that of Moment-DETR for its one rank: an overlap of m counts, nothing is dropped.
    pub const fn lgi() -> Self {
        Self {
            comparison: Comparison::AtLeast,
            suppression: None,
        }
    }

    /// 2D-TAN's evaluator: the overlap must exceed m, and proposals are suppressed by a threshold that its
    /// configuration gives.
    pub const fn two_d_tan(suppression: f64) -> Self {
        Self {
            comparison: Comparison::Above,
            suppression: Some(suppression),
        }
    }
}

/// A moment of the annotation as 2D-TAN reads it: it ends with the video; `None` where nothing of it is left, and the
/// sentence is not asked.
pub fn charades_moment(annotated: Span, video_seconds: f64) -> Option<Span> {
    let end = annotated.end.min(video_seconds);
    (annotated.start < end).then_some(Span::new(annotated.start, end))
}

/// `R@n` for one n.
#[derive(Debug, Clone, PartialEq)]
pub struct RankRecall {
    /// How many proposals were looked at.
    pub rank: usize,
    /// The share of sentences for which one of them overlaps enough: m = 0.1, 0.3, 0.5, 0.7.
    pub recall: Vec<ThresholdShare>,
}

/// The figures of Charades-STA, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CharadesReport {
    /// Sentences.
    pub samples: usize,
    /// `R@1` and `R@5`.
    pub recall: Vec<RankRecall>,
    /// mIoU: the mean overlap of the first proposal. This is also what 2D-TAN's evaluator gives: it sorts three values
    /// out of a list that holds one.
    pub mean_iou: f64,
    /// The mean of the best overlap among the first five, which LGI's evaluator calls mIoU. The same for models that
    /// propose one moment.
    pub mean_best_iou: f64,
    /// The mean over sentences of the mean of the three largest overlaps among the first five.
    pub mean_iou_of_best_three: f64,
}

/// Collects the sentences of Charades-STA.
#[derive(Debug, Clone)]
pub struct CharadesFold {
    rules: CharadesRules,
    recall: [ThresholdFold; RANKS.len()],
    first: Mean,
    best: Mean,
    best_three: Mean,
}

impl CharadesFold {
    /// A fold before its first sentence.
    pub fn new(rules: CharadesRules) -> Self {
        Self {
            rules,
            recall: RANKS.map(|_| ThresholdFold::new(rules.comparison, &OVERLAPS)),
            first: Mean::default(),
            best: Mean::default(),
            best_three: Mean::default(),
        }
    }

    /// Adds a sentence: its moment, and the proposals for it, best first. Without proposals it is missed.
    pub fn push(&mut self, truth: Span, proposals: &[Span]) {
        let kept;
        let proposals = match self.rules.suppression {
            Some(threshold) => {
                kept = suppressed(proposals, threshold, MOST_PROPOSALS);
                &kept
            }
            None => proposals,
        };
        let overlaps: Vec<f64> = proposals
            .iter()
            .take(MOST_PROPOSALS)
            .map(|&proposal| hull_iou(proposal, truth))
            .collect();
        let best_of = |most: usize| overlaps.iter().take(most).copied().fold(0.0, f64::max);
        for (fold, rank) in self.recall.iter_mut().zip(RANKS) {
            fold.push(best_of(rank));
        }
        self.first.push(best_of(1));
        self.best.push(best_of(MOST_PROPOSALS));
        let mut sorted = overlaps.clone();
        sorted.sort_by(|first, second| second.total_cmp(first));
        sorted.truncate(3);
        let share = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        self.best_three.push(share);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        for (fold, more) in self.recall.iter_mut().zip(&other.recall) {
            fold.merge(more);
        }
        self.first.merge(other.first);
        self.best.merge(other.best);
        self.best_three.merge(other.best_three);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no sentence.
    pub fn finish(&self) -> Result<CharadesReport, MetricsError> {
        let samples = self.recall.first().map_or(0, ThresholdFold::values);
        if samples == 0 {
            return Err(MetricsError::NoSamples);
        }
        let recall = RANKS.iter().zip(&self.recall);
        Ok(CharadesReport {
            samples,
            recall: recall
                .map(|(&rank, fold)| RankRecall {
                    rank,
                    recall: fold.shares(),
                })
                .collect(),
            mean_iou: self.first.value(),
            mean_best_iou: self.best.value(),
            mean_iou_of_best_three: self.best_three.value(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn report(rules: CharadesRules, proposals: &[(f64, f64)]) -> CharadesReport {
        let spans: Vec<Span> = proposals
            .iter()
            .map(|&(start, end)| Span::new(start, end))
            .collect();
        let (mut fold, mut rest) = (CharadesFold::new(rules), CharadesFold::new(rules));
        fold.push(Span::new(0.0, 10.0), &spans);
        rest.push(Span::new(0.0, 10.0), &[]);
        fold.merge(&rest);
        fold.finish().unwrap()
    }

    fn shares(recall: &RankRecall) -> Vec<f64> {
        recall.recall.iter().map(|share| share.share).collect()
    }

    #[test]
    fn evaluators_differ_on_the_threshold() {
        let proposals = [(0.0, 5.0), (0.0, 8.0)];
        let lgi = report(CharadesRules::lgi(), &proposals);
        assert_eq!(shares(&lgi.recall[0]), [0.5, 0.5, 0.5, 0.0]);
        assert_eq!(shares(&lgi.recall[1]), [0.5; 4]);
        assert_eq!(
            (lgi.samples, lgi.mean_iou, lgi.mean_best_iou),
            (2, 0.25, 0.4)
        );
        assert_eq!(lgi.mean_iou_of_best_three, f64::midpoint(0.5, 0.8) / 2.0);
        let tan = report(CharadesRules::two_d_tan(1.0), &proposals);
        assert_eq!(shares(&tan.recall[0]), [0.5, 0.5, 0.0, 0.0]);
        // The second proposal overlaps the first by 5/8.
        let tan = report(CharadesRules::two_d_tan(0.5), &proposals);
        assert_eq!(tan.recall[1].recall, tan.recall[0].recall);
    }

    #[test]
    fn moments_end_with_the_video() {
        let annotated = Span::new(20.0, 35.0);
        assert_eq!(
            charades_moment(annotated, 30.0),
            Some(Span::new(20.0, 30.0))
        );
        assert_eq!(charades_moment(annotated, 20.0), None);
        assert_eq!(charades_moment(Span::new(5.0, 5.0), 30.0), None);
        assert!(CharadesFold::new(CharadesRules::lgi()).finish().is_err());
    }
}
